"""What callers say with an act in a care episode. Each field is one of the act's own, by the same name."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any
from uuid import UUID

import strawberry

from lifecare_gql.actions.episode_acts import EpisodeOrder
from lifecare_gql.actions.episode_openings import OpeningOrder
from lifecare_gql.actions.sayings import Saying
from lifecare_gql.domain import texts
from lifecare_gql.domain.episode_facts import ChecklistItem
from lifecare_gql.domain.episode_words import EpisodeEventKind, NoticeKind
from lifecare_gql.domain.reviewing import MAX_NAME_LENGTH, MAX_TEXT_LENGTH
from lifecare_gql.errors import BadInput
from lifecare_gql.schema.ids import row_id
from lifecare_gql.schema.inputs import MAX_RECIPIENTS, PatientKey
from lifecare_gql.storage import rows

MAX_POINTS = 50
_NOT_SAID = {"recipient_unit_ids", "called_unit_id", "outage_id", "registered_address", "checklist"}
_SETS = {"informed", "received"}
_WHICH = {"patient", "episode_id", "expected_version", "notice_id", "needed"}
_BESIDE = {"medicines", "what_next", "sections"}


def saying(said: Any) -> Saying:
    """What an input says, as the actions take it; BadInput for ids that are none, and for too many of anything."""
    _demand_outage(said)
    names = [one.name for one in dataclasses.fields(said) if one.name not in _WHICH | _BESIDE]
    fields = {name: getattr(said, name) for name in names if name not in _NOT_SAID | _SETS}
    fields = {name: value for name, value in fields.items() if value is not None}
    if "checklist" in names:
        fields["checklist"] = _points(said.checklist)
    fields |= {name: frozenset(getattr(said, name)) for name in names if name in _SETS}
    if getattr(said, "outage_id", None) is not None:
        fields["outage"] = str(row_id(said.outage_id, rows.Outage, "outageId"))
    if "notice_id" in {one.name for one in dataclasses.fields(said)}:
        fields["about"] = str(row_id(said.notice_id, rows.EpisodeEvent, "noticeId"))
    checked_length("registeredAddress", getattr(said, "registered_address", None), MAX_NAME_LENGTH)
    called = getattr(said, "called_unit_id", None)
    return Saying(
        fields=fields,
        recipient_unit_ids=units(getattr(said, "recipient_unit_ids", None) or []),
        called_unit_id=None if called is None else row_id(called, rows.Unit, "calledUnitId"),
        registered_address=getattr(said, "registered_address", None) or "",
        extra=_beside(said) if isinstance(said, PatientInformationInput) else {},
    )


def _demand_outage(said: Any) -> None:
    """A moment of its own has only what is entered afterwards; else it is done now."""
    afterwards = isinstance(said, BackfilledInput) and not isinstance(said, DischargeInput)
    if afterwards and said.occurred_at is not None and said.outage_id is None:
        raise BadInput("occurredAt: say also as of which outage it is entered (outageId), or leave it out.")


def checked_length(name: str, text: str | None, most: int = MAX_TEXT_LENGTH) -> None:
    """BadInput for a text that is longer than can be stored; other texts are judged with the act itself."""
    if len(text or "") > most:
        raise BadInput(texts.said("{name}: at most {most} characters.", name=name, most=most))


def _beside(said: PatientInformationInput) -> dict[str, Any]:
    if len(said.sections) > MAX_POINTS:
        raise BadInput(texts.said("{name}: at most {most}.", name="sections", most=MAX_POINTS))
    told = [one for part in said.sections for one in (part.heading, part.text)]
    for name, given in (("medicines", [said.medicines]), ("whatNext", [said.what_next]), ("sections", told)):
        for text in given:
            checked_length(name, text)
    sections = [{"heading": one.heading.strip(), "text": one.text.strip()} for one in said.sections]
    return {"medicines": said.medicines.strip(), "what_next": said.what_next.strip(), "sections": sections}


def units(ids: list[strawberry.ID]) -> tuple[UUID, ...]:
    """The ids as the actions take them; BadInput for one that is none, and for too many."""
    if len(ids) > MAX_RECIPIENTS:
        raise BadInput(texts.said("{name}: at most {most}.", name="recipientUnitIds", most=MAX_RECIPIENTS))
    return tuple(row_id(one, rows.Unit, "recipientUnitIds") for one in ids)


def _points(points: list[ChecklistPointInput]) -> tuple[ChecklistItem, ...]:
    if len(points) > MAX_POINTS:
        raise BadInput(texts.said("{name}: at most {most}.", name="checklist", most=MAX_POINTS))
    return tuple(
        ChecklistItem(
            title=one.title.strip(),
            comment=one.comment.strip(),
            ticked_by_municipality=one.ticked_by_municipality,
        )
        for one in points
    )


def addressed(description: str) -> Any:
    """A field of an input: the ids of the receiving units."""
    return strawberry.field(default_factory=list, description=f"{description} At most {MAX_RECIPIENTS}.")


def written(description: str) -> Any:
    """A field of an input: a text that may be empty; where it may not, the process says so."""
    return strawberry.field(default="", description=description)


def _happened(description: str) -> Any:
    return strawberry.field(default=None, description=f"{description} Now, if not given.")


def _as_of_outage() -> Any:
    return strawberry.field(
        default=None,
        description="The outage in which it happened, when it is entered afterwards (efterregistrering); it then"
        " needs its moment. What the region forbids to enter so is refused (V31). Null: it is done now.",
    )


@strawberry.input(description="An admission (inskrivning) of a patient at your ward.")
class AdmissionInput:
    """Becomes an `OpeningOrder`."""

    patient: PatientKey = strawberry.field(
        description="The patient. By the number on the identity card any registered patient is found: the"
        " admission itself makes your ward take part in the care."
    )
    occurred_at: dt.datetime | None = _happened("When the patient was admitted.")
    outage_id: strawberry.ID | None = _as_of_outage()


@strawberry.input(description="A request that a ward cares for a patient (vårdbegäran).")
class CareRequestInput:
    """Becomes an `OpeningOrder`."""

    patient: PatientKey = strawberry.field(description="The patient, in whose care your unit takes part.")
    recipient_unit_ids: list[strawberry.ID] = addressed("The ward or emergency department that is asked.")
    text: str = written("Why, and what the hospital should know.")


@strawberry.input(description="A care episode, and the version of it that you have seen.")
class EpisodeActInput:
    """Becomes an `EpisodeOrder`."""

    episode_id: strawberry.ID = strawberry.field(description="The care episode.")
    expected_version: int | None = strawberry.field(
        default=None,
        description="The version you have seen. If somebody has changed it since, nothing is done and you learn"
        " who did what. Null: do it whatever has happened since, if the process then allows it.",
    )


@strawberry.input(description="An act in a care episode that may have happened in an outage.")
class BackfilledInput(EpisodeActInput):
    """An `EpisodeActInput` with the outage, and when it happened in it."""

    outage_id: strawberry.ID | None = _as_of_outage()
    occurred_at: dt.datetime | None = strawberry.field(
        default=None,
        description="When it happened in the outage, e.g. when it was told by phone; with outageId only.",
    )


@strawberry.input(description="Whether interventions may be needed after the discharge (bedömning, 2 kap. 1 §).")
class NeedAssessmentInput(EpisodeActInput):
    """An `EpisodeActInput` with the physician's judgment."""

    needed: bool = strawberry.field(description="Whether they may be needed.")
    occurred_at: dt.datetime | None = _happened("When it was judged; it may start the 24 hours anew (2 kap. 3 §).")


@strawberry.input(description="What the ward assessed, and why.")
class AssessmentInput(EpisodeActInput):
    """An `EpisodeActInput` with an assessment."""

    holds: bool | None = strawberry.field(default=None, description="Whether it is so.")
    reason: str = written("Why; it becomes part of the history (skäl).")


@strawberry.input(description="An admission notice (inskrivningsmeddelande, 2 kap. 1-3 §§).")
class AdmissionNoticeInput(BackfilledInput):
    """An `EpisodeActInput` with the notice. Name and number go along from the patient's record."""

    recipient_unit_ids: list[strawberry.ID] = addressed(
        "The units concerned: the municipality, and outpatient care when municipal health care is needed."
    )
    expected_discharge: dt.date | None = strawberry.field(
        default=None, description="The expected day of discharge (beräknad tidpunkt för utskrivning)."
    )
    municipal_health_care: bool = strawberry.field(
        default=False, description="Whether municipal health care is judged to be needed (2 kap. 1 §)."
    )
    registered_address: str | None = strawberry.field(
        default=None, description="The registered address (folkbokföringsadress), if not that of the record."
    )
    address_reason: str = written("Why a protected address must be given; without it, it is withheld.")
    text: str = written("Anything else the units should know.")


@strawberry.input(description="A notice that your unit has received.")
class NoticeActInput:
    """Becomes an `EpisodeOrder` about the notice."""

    notice_id: strawberry.ID = strawberry.field(description="The notice: the event that sent it.")


@strawberry.input(description="A notice that came to the wrong place (felsänt), and why.")
class MisdirectedNoticeInput(NoticeActInput):
    """A `NoticeActInput` with a reason."""

    reason: str = written("Why; the sender reads it (orsak).")


@strawberry.input(description="A notice that the municipality forwards within itself (vidaresänd, V57).")
class ForwardInput(NoticeActInput):
    """A `NoticeActInput` with recipients."""

    recipient_unit_ids: list[strawberry.ID] = addressed("Units of your own municipality.")
    text: str = written("Anything else they should know.")


@strawberry.input(description="Something said in writing in a care episode.")
class EpisodeTextInput(EpisodeActInput):
    """An `EpisodeActInput` with a text."""

    text: str = written("The text.")


@strawberry.input(description="A reason for what is done in a care episode.")
class EpisodeReasonInput(EpisodeActInput):
    """An `EpisodeActInput` with a reason."""

    reason: str = written("Why; it becomes part of the history (orsak).")


@strawberry.input(description="A new expected day of discharge (ändrat beräknat utskrivningsdatum, 2 kap. 4 §).")
class ExpectedDischargeInput(EpisodeActInput):
    """An `EpisodeActInput` with the new day."""

    expected_discharge: dt.date | None = strawberry.field(default=None, description="The new day.")
    text: str = written("Why it was moved.")


@strawberry.input(description="Who the fixed care contact is (fast vårdkontakt, 2 kap. 5 §).")
class FixedCareContactInput(BackfilledInput):
    """An `EpisodeActInput` with a name."""

    named: str = written("The person's name and title, or the role.")


@strawberry.input(description="The planning basis (planeringsunderlag).")
class PlanningBasisInput(EpisodeTextInput, BackfilledInput):
    """An `EpisodeTextInput` with a track."""

    track: str | None = strawberry.field(default=None, description="The track it leads to (spår, HP1), its code.")


@strawberry.input(description="A notice to some or all of the units in a care episode.")
class EpisodeLetterInput(EpisodeTextInput):
    """An `EpisodeTextInput` with recipients."""

    recipient_unit_ids: list[strawberry.ID] = addressed("The receiving units.")


@strawberry.input(description="That the patient is discharge-ready (utskrivningsklar, 3 kap. 1 §).")
class DischargeReadyInput(EpisodeTextInput, BackfilledInput):
    """An `EpisodeTextInput` that may be refused as of an outage (V31)."""


@strawberry.input(description="The information that care afterwards needs (utskrivningsmeddelande, 3 kap. 2 §).")
class DischargeNoticeInput(EpisodeLetterInput, BackfilledInput):
    """An `EpisodeLetterInput` that may be entered as of an outage."""


@strawberry.input(description="From when your unit can receive the patient (V38).")
class CanReceiveInput(EpisodeActInput):
    """An `EpisodeActInput` with a moment."""

    receives_from: dt.datetime | None = strawberry.field(default=None, description="From when.")
    text: str = written("Anything the ward should know.")


@strawberry.input(description="A point of the readiness checklist (hemgångsklar), filled in.")
class ChecklistPointInput:
    """Becomes a `ChecklistItem`."""

    title: str = strawberry.field(description="The point, as the region words it.")
    comment: str = written("The ward's comment.")
    ticked_by_municipality: bool = strawberry.field(
        default=False, description="Whether the municipality ticked it."
    )


@strawberry.input(description="That the patient is ready for home, with the region's checklist (hemgångsklar).")
class ReadyForHomeInput(EpisodeActInput):
    """An `EpisodeActInput` with a checklist."""

    checklist: list[ChecklistPointInput] = strawberry.field(
        default_factory=list, description=f"The checklist, at most {MAX_POINTS} points."
    )


@strawberry.input(description="A part of the information to the patient, with a heading.")
class InformationSectionInput:
    """Becomes a section of the printed page."""

    heading: str = strawberry.field(description="The heading (rubrik).")
    text: str = strawberry.field(description="The text, in plain Swedish.")


@strawberry.input(description="The written information to the patient (patientinformation, 3 kap. 3 §).")
class PatientInformationInput(BackfilledInput):
    """An `EpisodeActInput` with what is printed. Whom to call and what the units take over is added by itself."""

    text: str = written("What has been done, in plain Swedish (det här har gjorts).")
    medicines: str = written("The medicines (läkemedel).")
    what_next: str = written("What happens next (det här händer nu).")
    sections: list[InformationSectionInput] = strawberry.field(
        default_factory=list, description=f"Anything else, under headings; at most {MAX_POINTS}."
    )


@strawberry.input(description="That the patient has left the hospital (hemgång).")
class DischargeInput(BackfilledInput):
    """An `EpisodeActInput` with a moment."""

    occurred_at: dt.datetime | None = _happened("When the patient left.")


@strawberry.input(description="A telephone call by which information was given (telefonlogg, V28).")
class PhoneCallInput(EpisodeActInput):
    """An `EpisodeActInput` with the call."""

    called_unit_id: strawberry.ID = strawberry.field(description="The unit that was called.")
    spoke_with: str = written("The name of the person spoken with.")
    informed: list[NoticeKind] = strawberry.field(
        default_factory=list, description="Which notices the call stood in for: what was told."
    )
    received: list[NoticeKind] = strawberry.field(
        default_factory=list, description="Which notices' content you were told in the call (mottagit)."
    )
    occurred_at: dt.datetime | None = _happened("When the call was made.")
    discharged_at: dt.datetime | None = strawberry.field(
        default=None, description="When the patient left, as it was told (faktiskt utskrivningsdatum, V24)."
    )
    sip_agreed_on: dt.date | None = strawberry.field(
        default=None, description="The day of a SIP meeting that was agreed; the formal call is sent later (V53)."
    )
    on_paper: bool = strawberry.field(
        default=False,
        description="Whether it was noted on a form first (blankett), which then is to be sent in where the region"
        " says so (V33).",
    )
    signature: str = written("Who signed the form (signatur); the history shows who entered it.")
    text: str = written("A comment.")


def episode_order(kind: EpisodeEventKind, said: EpisodeActInput | NoticeActInput) -> EpisodeOrder:
    """The order to the action; BadInput for ids that are none."""
    if isinstance(said, NoticeActInput):
        notice_id = row_id(said.notice_id, rows.EpisodeEvent, "noticeId")
        return EpisodeOrder(kind=kind, notice_id=notice_id, saying=saying(said))
    return EpisodeOrder(
        kind=kind,
        episode_id=row_id(said.episode_id, rows.Episode, "episodeId"),
        expected_version=said.expected_version,
        saying=saying(said),
    )


def opening_order(kind: EpisodeEventKind, said: AdmissionInput | CareRequestInput) -> OpeningOrder:
    """The order that begins an episode; BadInput for ids that are none."""
    by = said.patient
    identifier = by.identifier.value if isinstance(by.identifier, strawberry.Some) else None
    patient = by.id.value if isinstance(by.id, strawberry.Some) else None
    return OpeningOrder(
        kind=kind,
        patient_id=None if patient is None else row_id(patient, rows.Patient, "patient.id"),
        identifier=identifier,
        saying=saying(said),
    )
