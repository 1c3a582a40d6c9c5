"""Windows on care episodes: who takes part, what happened, who has acknowledged what, and what may be done now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

import strawberry

from lifecare_gql.actions.documents import PRINTED_EPISODE, printed_patient_information
from lifecare_gql.actions.episode_facts import EPISODE, episode_events, episode_facts
from lifecare_gql.documents.pages import PrintedPage
from lifecare_gql.domain.clocks import Clock, clocks
from lifecare_gql.domain.episode_facts import EpisodeFacts
from lifecare_gql.domain.episode_payment import episode_for_payment
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, LegalField, NoticeKind, PartyRole
from lifecare_gql.domain.episodes import AvailableAction, available_actions
from lifecare_gql.domain.payment import PaymentLiability
from lifecare_gql.domain.payment_averages import payment_liability
from lifecare_gql.domain.payment_words import OutpatientCare
from lifecare_gql.domain.readiness import Readiness, discharge_readiness
from lifecare_gql.domain.words import ConsentForm, ConsentKind, ConsentState, ReceiptState
from lifecare_gql.schema import values as values
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.patients import Patient, unprotected
from lifecare_gql.schema.payment import checked, policy_named
from lifecare_gql.schema.reading import Connection, Node, column, computed, gathered, to_many, to_one, window
from lifecare_gql.schema.units import Assignment, Unit, own_unit_only
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import BY_VERSION, LAST_OPENED, One, Order, Rows, Shape
from lifecare_gql.storage.reading.where import EVERY, Where

_Kinds = Annotated[
    list[EpisodeEventKind] | None, strawberry.argument(description="Only events of these kinds, if given.")
]
_Notices = Annotated[list[NoticeKind] | None, strawberry.argument(description="Only these kinds, if given.")]


def _one_of(column: str, wanted: list[Any] | None, sql: str = "true") -> Where:
    """A condition, and that a column has one of the wanted values, if any are given."""
    if wanted is None:
        return Where(sql)
    return Where(f"{sql} and {column} in {{wanted}}", {"wanted": [one.value for one in wanted]})


def _history(info: Info, kinds: _Kinds = None) -> Rows:
    return Rows(model=rows.EpisodeEvent, where=_one_of("{t}.kind", kinds), order=BY_VERSION)


def _notices(info: Info, kinds: _Notices = None) -> Rows:
    where = _one_of("{t}.notice", kinds, "{t}.notice is not null")
    return Rows(model=rows.EpisodeEvent, where=where, order=BY_VERSION)


def _latest(kinds: tuple[EpisodeEventKind, ...]) -> Callable[[Info], Rows]:
    """The latest event of these kinds by each unit; earlier ones stay in the history."""
    later = (
        "not exists (select 1 from episode_event later where later.episode_id = {t}.episode_id"
        " and later.unit_id = {t}.unit_id and later.kind in {kinds} and later.version > {t}.version)"
    )
    where = Where(f"{{t}}.kind in {{kinds}} and {later}", {"kinds": [kind.value for kind in kinds]})

    def wanted(info: Info) -> Rows:
        return Rows(model=rows.EpisodeEvent, where=where, order=BY_VERSION)

    return wanted


def _participants(info: Info) -> Rows:
    return Rows(model=rows.EpisodeParty, order=Order(by=("{t}.since", "{t}.id"), columns=("since", "id")))


def _consents(info: Info) -> Rows:
    return Rows(model=rows.ConsentEntry, order=BY_VERSION)


def _receipts(info: Info) -> Rows:
    return Rows(model=rows.NoticeReceipt)


def facts_in(root: Row, info: Info) -> EpisodeFacts:
    """The facts of an episode that was read in the shape `EPISODE`; read from its events once for each answer."""
    if "#facts" not in root.related:
        root.related["#facts"] = episode_facts(root, info.context.session.now)
    found: EpisodeFacts = root.related["#facts"]
    return found


_Kind = EpisodeEventKind


@window(rows.Episode)
class Episode(Node):
    """A care episode (vårdtillfälle) in the discharge process of lag (2017:612). Its events are the record."""

    state: EpisodeState = column("Where it stands.")
    version: int = column("The version to give as expectedVersion; it grows with every event.")
    opened_at: dt.datetime = column("When the first thing happened: a care request or an admission.")
    admitted_at: dt.datetime | None = column("When the patient was admitted (inskriven).")
    expected_discharge: dt.date | None = column("The expected day of discharge (beräknat utskrivningsdatum).")
    discharge_ready_at: dt.datetime | None = column(
        "When the units were told that the patient is discharge-ready (utskrivningsklar); null when it was"
        " withdrawn: the history shows both."
    )
    discharged_at: dt.datetime | None = column("When the patient left the hospital (utskriven).")
    ended_at: dt.datetime | None = column("When it was closed or broken off; null while it is open.")
    patient: Patient = to_one("patient", "The patient.")
    ward: Unit = to_one("ward", "The ward: where the patient was admitted, or was asked to be.")
    participants: Connection[EpisodeParticipant] = to_many(
        _participants, "{t}.episode_id", "The units in the process, also those that have left (deltagare)."
    )
    history: Connection[EpisodeEvent] = to_many(
        _history, "{t}.episode_id", "Everything that happened, in order (historik)."
    )
    notices: Connection[EpisodeEvent] = to_many(
        _notices, "{t}.episode_id", "What was sent, in order, with a receipt for each recipient (meddelanden)."
    )
    planning_basis: Connection[EpisodeEvent] = to_many(
        _latest((_Kind.PLANNING_BASIS_SENT, _Kind.PLANNING_BASIS_ANSWERED)),
        "{t}.episode_id",
        "The planning basis in force: the latest part by each party (planeringsunderlag).",
    )
    current_interventions: Connection[EpisodeEvent] = to_many(
        _latest((_Kind.ANSWERED,)),
        "{t}.episode_id",
        "What each unit last answered of its interventions (aktuella insatser, V44).",
    )
    fixed_care_contacts: Connection[EpisodeEvent] = to_many(
        _latest((_Kind.FIXED_CARE_CONTACT_APPOINTED,)),
        "{t}.episode_id",
        "Who each outpatient unit last appointed (fast vårdkontakt, 2 kap. 5 §).",
    )
    consents: Connection[ConsentEntry] = to_many(
        _consents, "{t}.episode_id", "What the patient said about sharing in it, in order (samtycke)."
    )

    @gathered(EPISODE)
    def available_actions(
        root: strawberry.Parent[Row],
        info: Info,
        allowed_only: Annotated[
            bool, strawberry.argument(description="Leave out what may not be done, and why.")
        ] = False,
    ) -> list[AvailableAction]:
        """What your unit may do now; for what it may not, why not, all reasons at once."""
        unit = info.context.session.known().unit
        found = available_actions(facts_in(root, info), unit, info.context.regions)
        return [one for one in found if one.allowed or not allowed_only]

    @gathered(EPISODE)
    def discharge_readiness(root: strawberry.Parent[Row], info: Info) -> Readiness:
        """Whether the patient may leave, or what is missing, by whom, and how to reach them (V14)."""
        return discharge_readiness(facts_in(root, info), info.context.regions)

    @gathered(EPISODE)
    def clocks(root: strawberry.Parent[Row], info: Info) -> list[Clock]:
        """The time limits that have started, with explanations (frister). Late is a flag, never a refusal."""
        facts = facts_in(root, info)
        region = info.context.regions.get(facts.region or "")
        return list(clocks(facts, region.process if region else None))

    @gathered(EPISODE)
    def payment_liability(
        root: strawberry.Parent[Row],
        info: Info,
        policy: Annotated[
            str | None, strawberry.argument(description="Id of a policy (modell); the statute's, if not given.")
        ] = None,
        outpatient_care: Annotated[
            OutpatientCare | None,
            strawberry.argument(
                description="Whether outpatient care's interventions are there (5:5). If not given: they are when"
                " every outpatient unit has confirmed that it can receive the patient, else it is unclear."
            ),
        ] = None,
        placing_municipality: Annotated[
            str | None,
            strawberry.argument(description="Code of a municipality that decided on housing elsewhere (5:2)."),
        ] = None,
    ) -> PaymentLiability:
        """Who pays, from which day, how much, and why (betalningsansvar). A calculation, no legal advice."""
        patient, facts = root.related["#patient"], facts_in(root, info)
        home = None if patient is None or not unprotected(patient) else patient.home_municipality_code
        told = (episode_events(root), facts, home, placing_municipality, outpatient_care)
        said = checked("paymentLiability", lambda: episode_for_payment(*told))
        return payment_liability(said, policy_named(info, policy), info.context.regions.payment, facts.now)

    @gathered(PRINTED_EPISODE)
    def patient_information(root: strawberry.Parent[Row], info: Info) -> PrintedPage | None:
        """The information to the patient as a page to print (patientinformation); null before it is given."""
        return printed_patient_information(root, info.context.session)

    @gathered(EPISODE)
    def track(root: strawberry.Parent[Row], info: Info) -> str | None:
        """The track that the planning basis leads to (spår, HP1), as the ward said it; null when none."""
        return facts_in(root, info).track

    @gathered(EPISODE)
    def plan_needed(root: strawberry.Parent[Row], info: Info) -> bool:
        """Whether a coordinated individual plan must be made: both principals receive the patient (4 kap. 1 §)."""
        return facts_in(root, info).plan_needed


@window(rows.EpisodeParty, name="EpisodeParticipant")
class EpisodeParticipant(Node):
    """A unit in the process (deltagare)."""

    role: PartyRole = column("Its part in the process (roll).")
    since: dt.datetime = column("Since when.")
    left_at: dt.datetime | None = column("When it left, because it was addressed by mistake; null: it takes part.")
    unit: Unit = to_one("unit", "The unit.")
    via: Unit | None = to_one("via", "The unit of its municipality that forwarded to it (en väg in, V57).")


@strawberry.type(description="A point of the readiness checklist (hemgångsklar). Its wording is the region's.")
class ChecklistPoint:
    """Made of what was said in an event."""

    title: str = strawberry.field(description="The point.")
    comment: str = strawberry.field(description="The ward's comment.")
    ticked_by_municipality: bool = strawberry.field(description="Whether the municipality ticked it.")


_TOLD = Shape(
    model=rows.EpisodeEvent,
    columns=frozenset({"content"}),
    ones={"#patient": One(relation="patient", shape=Shape.of(rows.Patient, "protection"))},
)


@window(rows.EpisodeEvent)
class EpisodeEvent(Node):
    """Something that happened in a care episode (händelse); a notice when it was sent to somebody (meddelande)."""

    version: int = column("The episode's version after it.")
    kind: EpisodeEventKind = column("What happened.")
    notice: NoticeKind | None = column("What was sent; null when nothing was (meddelandetyp).")
    at: dt.datetime = column("When it was entered.")
    occurred_at: dt.datetime | None = column("When it happened, where that was said apart (inträffade).")
    reason: str | None = column("The reason given (orsak).")
    text: str | None = column("What was written.")
    episode: Episode | None = to_one(
        "episode", "The episode; null when a block hides it and this was sent to your unit all the same (spärr)."
    )
    unit: Unit = to_one("unit", "The unit that did it.")
    by: Assignment = to_one("by", "Who did it.")
    about: EpisodeEvent | None = to_one("about", "The notice that was acknowledged, forwarded or misdirected.")
    called: Unit | None = to_one("called", "The unit that was called by phone.")
    receipts: Connection[NoticeReceipt] = to_many(
        _receipts, "{t}.event_id", "Where the notice stands with each recipient (kvittens per mottagare)."
    )

    @computed("content")
    def expected_discharge(root: strawberry.Parent[Row]) -> dt.date | None:
        """The expected day of discharge that was said (beräknat utskrivningsdatum)."""
        said = root.content.get("expected_discharge")
        return None if said is None else dt.date.fromisoformat(said)

    @computed("content")
    def legal_fields(root: strawberry.Parent[Row]) -> list[LegalField]:
        """Which of the four legal fields went along (2 kap. 2 §)."""
        said = {LegalField[one] for one in root.content.get("contents", ())}
        if "expected_discharge" in root.content:
            said.add(LegalField.EXPECTED_DISCHARGE)
        return [one for one in LegalField if one in said]

    @gathered(_TOLD)
    def registered_address(root: strawberry.Parent[Row]) -> str | None:
        """The registered address as it was given (folkbokföringsadress); null when it was withheld.

        Withheld is also one that was given before the identity was protected, but not one given for a reason.
        """
        patient = root.related["#patient"]
        given_openly = not root.content.get("address_reason")
        if given_openly and (patient is None or not unprotected(patient)):
            return None
        return root.content.get("registered_address")

    @computed("content")
    def address_reason(root: strawberry.Parent[Row]) -> str | None:
        """Why a protected address was given after all."""
        return root.content.get("address_reason")

    @computed("content")
    def municipal_health_care(root: strawberry.Parent[Row]) -> bool:
        """Whether municipal health care was said to be needed (2 kap. 1 §)."""
        return bool(root.content.get("municipal_health_care", False))

    @computed("content")
    def track(root: strawberry.Parent[Row]) -> str | None:
        """The track that was said (spår)."""
        return root.content.get("track")

    @computed("content")
    def checklist(root: strawberry.Parent[Row]) -> list[ChecklistPoint]:
        """The readiness checklist as it was filled in (hemgångsklar)."""
        points = root.content.get("checklist", ())
        return [
            ChecklistPoint(
                title=one["title"],
                comment=one.get("comment", ""),
                ticked_by_municipality=one.get("ticked_by_municipality", False),
            )
            for one in points
        ]

    @computed("content")
    def spoke_with(root: strawberry.Parent[Row]) -> str | None:
        """The name of the person spoken with (V28)."""
        return root.content.get("spoke_with")

    @computed("content")
    def informed(root: strawberry.Parent[Row]) -> list[NoticeKind]:
        """What the call was about: the notices that were read out (V28)."""
        return [NoticeKind[one] for one in root.content.get("informed", ())]

    @computed("content")
    def named(root: strawberry.Parent[Row]) -> str | None:
        """Who the fixed care contact is, as the unit said it (fast vårdkontakt)."""
        return root.content.get("named")

    @computed("content")
    def receives_from(root: strawberry.Parent[Row]) -> dt.datetime | None:
        """From when the unit can receive the patient (V38)."""
        said = root.content.get("receives_from")
        return None if said is None else dt.datetime.fromisoformat(said)

    @computed("content")
    def holds(root: strawberry.Parent[Row]) -> bool | None:
        """Whether what was assessed holds: that secrecy hinders, or that LPT or LRV governs."""
        return root.content.get("holds")


@window(rows.NoticeReceipt)
class NoticeReceipt(Node):
    """Where a notice stands with one recipient (kvittens): who took part of it, and when."""

    kind: NoticeKind = column("What was sent.")
    state: ReceiptState = column("Where it stands.")
    sent_at: dt.datetime = column("When it was sent.")
    acknowledged_at: dt.datetime | None = column("When somebody at the unit acknowledged it (kvitterat).")
    unit: Unit = to_one("unit", "The recipient (mottagande enhet).")
    acknowledged_by: Assignment | None = to_one("acknowledged_by", "Who acknowledged it.")
    event: EpisodeEvent = to_one("event", "The notice.")


@window(rows.ConsentEntry)
class ConsentEntry(Node):
    """What the individual said about a consent (samtycke). The latest entry holds; the others are its history."""

    kind: ConsentKind = column("What it is for, and how long it lasts.")
    version: int = column("Its place in the history, from 1.")
    state: ConsentState = column("What was said.")
    form: ConsentForm | None = column("How it was given.")
    said_at: dt.datetime = column("When the individual said it.")
    recorded_at: dt.datetime = column("When it was recorded.")
    # By name: a row's own `about` is the patient.
    about: str | None = column("What it covers and why, as the individual was told.", "about")
    reason: str | None = column("Why, e.g. why the individual cannot take a stand.")
    unit: Unit = to_one("unit", "The unit that recorded it.")
    recorded_by: Assignment = to_one("recorded_by", "Who recorded it.")


def _of_unit(info: Info, open_only: bool = False) -> Rows:
    """The episodes that the own unit takes part in; of another unit nothing."""
    sql = "{v}.unit_id = {own} and {v}.left_at is null" + (" and {t}.ended_at is null" if open_only else "")
    via = "join episode_party {v} on {v}.episode_id = {t}.id"
    own = {"own": info.context.session.viewer.unit_id}
    return Rows(model=rows.Episode, via=via, where=Where(sql, own), order=LAST_OPENED)


def _of_patient(info: Info, open_only: bool = False) -> Rows:
    return Rows(model=rows.Episode, where=Where("{t}.ended_at is null") if open_only else EVERY, order=LAST_OPENED)


ADDED = {
    "Unit": {
        "episodes": to_many(
            _of_unit,
            "{v}.unit_id",
            "The care episodes that your own unit takes part in, newest first. Empty for another unit.",
            guard=own_unit_only,
            of=Connection[Episode],
        ),
    },
    "Patient": {
        "episodes": to_many(
            _of_patient,
            "{t}.patient_id",
            "The patient's care episodes that your unit takes part in, newest first (vårdtillfällen).",
            of=Connection[Episode],
        ),
    },
}
"""Fields that episodes add to types that know nothing of them."""
