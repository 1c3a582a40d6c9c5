"""The guards of the discharge process on what a caller says. Those on the record stand in `episode_record_guards`.

Each guard has a name, a refusal code, a Swedish reason and remedy, and the section of law or the fact it rests
on. Its check finds every failure at once. A guard that `asks` looks at what the caller says:
`available_actions` leaves those out and names them as what will be asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lifecare_gql.domain import law
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.demands import Failure, recipient_path
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import Act, EpisodeFacts
from lifecare_gql.domain.episode_words import LegalField, PartyRole
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.reviewing import core_objection
from lifecare_gql.domain.words import Protection, UnitKind

Check = Callable[[Act, EpisodeFacts, Party], Iterator[Failure]]
_Code = ObjectionCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One condition. `law` and `fact` say what it rests on; with neither it is the core's own."""

    name: str
    code: ObjectionCode
    reason: str
    remedy: str
    check: Check
    law: LegalReference | None = None
    fact: str | None = None
    asks: bool = False


def unless(met: Callable[[Act, EpisodeFacts, Party], object], code: ObjectionCode, *path: str) -> Check:
    """A check that fails once, at `path`, unless it is met."""

    def check(act: Act, facts: EpisodeFacts, unit: Party) -> Iterator[Failure]:
        if not met(act, facts, unit):
            yield Failure(code, path)

    return check


def _each_recipient(met: Callable[[Act, EpisodeFacts, Party, Party], bool], code: ObjectionCode) -> Check:
    """A check that fails for each recipient that does not meet it; it is given the recipient last."""

    def check(act: Act, facts: EpisodeFacts, unit: Party) -> Iterator[Failure]:
        for index, recipient in enumerate(act.recipients):
            if not met(act, facts, unit, recipient):
                yield Failure(code, recipient_path(index))

    return check


def core_guard(name: str, code: ObjectionCode, check: Check) -> Guard:
    """A guard with the core's own texts for what a caller must say."""
    said = core_objection(code, ())
    return Guard(name=name, code=code, reason=said.reason, remedy=said.remedy, check=check, asks=True)


REASON = core_guard(
    "a reason is given",
    _Code.REASON_REQUIRED,
    unless(lambda act, *_: act.reason.strip(), _Code.REASON_REQUIRED, "input", "reason"),
)
TEXT = core_guard(
    "a text is given",
    _Code.TEXT_EMPTY,
    unless(lambda act, *_: act.text.strip(), _Code.TEXT_EMPTY, "input", "text"),
)
RECIPIENTS = core_guard(
    "some unit is chosen",
    _Code.NO_RECIPIENT,
    unless(lambda act, *_: act.recipients, _Code.NO_RECIPIENT, "input", "recipientUnitIds"),
)
REGISTERED = core_guard(
    "every chosen unit is registered and active",
    _Code.UNIT_NOT_REGISTERED,
    _each_recipient(lambda _, __, ___, one: one.active, _Code.UNIT_NOT_REGISTERED),
)
OTHERS = core_guard(
    "no chosen unit is the own one",
    _Code.RECIPIENT_IS_SENDER,
    _each_recipient(lambda _, __, unit, one: one.id != unit.id, _Code.RECIPIENT_IS_SENDER),
)
CHOSEN = (RECIPIENTS, REGISTERED, OTHERS)

PARTICIPANTS = Guard(
    name="every chosen unit takes part",
    code=_Code.NOT_PARTY,
    reason="Den valda enheten deltar inte i vårdtillfället.",
    remedy="Lägg till enheten som deltagare först.",
    check=_each_recipient(lambda _, facts, __, one: facts.participant(one.id) is not None, _Code.NOT_PARTY),
    asks=True,
)
NEWCOMERS = Guard(
    name="no chosen unit takes part already, unless it was only forwarded to",
    code=_Code.ALREADY_PARTY,
    reason="Enheten deltar redan i vårdtillfället.",
    remedy="Skicka ett generellt meddelande till enheten om den behöver veta något mer.",
    check=_each_recipient(lambda _, facts, __, one: not _addressed(facts, one), _Code.ALREADY_PARTY),
    asks=True,
)
WITHIN_MUNICIPALITY = Guard(
    name="a municipality forwards to units of its own",
    code=_Code.OUTSIDE_MUNICIPALITY,
    reason="Enheten hör inte till den egna kommunen.",
    remedy="Välj en enhet i den egna kommunen, eller be slutenvården lägga till enheten som deltagare.",
    fact="V57",
    check=_each_recipient(lambda _, __, unit, one: _same_municipality(unit, one), _Code.OUTSIDE_MUNICIPALITY),
    asks=True,
)
WARD_ASKED = Guard(
    name="a care request goes to inpatient care",
    code=_Code.WRONG_ROLE,
    reason="En vårdbegäran skickas till slutenvården.",
    remedy="Välj den avdelning eller akutmottagning som patienten ska till.",
    check=_each_recipient(lambda _, __, ___, one: PartyRole.of(one.kind) is PartyRole.WARD, _Code.WRONG_ROLE),
    asks=True,
)


def _addressed(facts: EpisodeFacts, unit: Party) -> bool:
    known = facts.participant(unit.id)
    return known is not None and known.via is None


def _same_municipality(unit: Party, other: Party) -> bool:
    municipal = PartyRole.of(other.kind) is PartyRole.MUNICIPALITY
    return municipal and unit.municipality is not None and unit.municipality == other.municipality


HAPPENED = Guard(
    name="it has happened",
    code=_Code.MOMENT_IN_FUTURE,
    reason="Tidpunkten ligger i framtiden.",
    remedy="Ange när det skedde.",
    check=unless(
        lambda act, facts, _: act.occurred_at is None or act.occurred_at <= facts.now,
        _Code.MOMENT_IN_FUTURE,
        "input",
        "occurredAt",
    ),
    asks=True,
)


def _legal_fields(act: Act, facts: EpisodeFacts, _: Party) -> Iterator[Failure]:
    held = set(act.contents) - {LegalField.EXPECTED_DISCHARGE}
    if act.expected_discharge or facts.expected_discharge:
        held.add(LegalField.EXPECTED_DISCHARGE)
    if facts.background.protection is not Protection.NONE:
        held.add(LegalField.REGISTERED_ADDRESS)  # it is withheld: PROTECTED says when it may be given
    for field in LegalField:
        if field not in held:
            yield Failure(_Code.MISSING_LEGAL_FIELD, ("input", "contents"), detail=f"Saknas: {field.swedish}.")


LEGAL_FIELDS = Guard(
    name="the admission notice holds what the law demands",
    code=_Code.MISSING_LEGAL_FIELD,
    reason="Inskrivningsmeddelandet saknar en uppgift som lagen kräver.",
    remedy="Fyll i uppgiften innan meddelandet skickas.",
    law=law.ADMISSION_NOTICE_CONTENT,
    check=_legal_fields,
    asks=True,
)


def _outpatient_care(act: Act, _: EpisodeFacts, __: Party) -> Iterator[Failure]:
    kinds = {one.kind for one in act.recipients}
    needed = act.municipal_health_care or kinds & {UnitKind.MUNICIPAL_HEALTH_CARE, UnitKind.NURSING_HOME}
    if needed and PartyRole.OUTPATIENT_CARE not in map(PartyRole.of, kinds):
        yield Failure(_Code.OUTPATIENT_CARE_MISSING, ("input", "recipientUnitIds"))


OUTPATIENT_CARE = Guard(
    name="outpatient care is notified when municipal health care is needed",
    code=_Code.OUTPATIENT_CARE_MISSING,
    reason="Kommunal hälso- och sjukvård behövs, men den regionfinansierade öppna vården är inte mottagare.",
    remedy="Lägg till den öppenvårdsenhet som ska ta vid, till exempel den listade vårdcentralen.",
    law=law.ADMISSION_NOTICE,
    check=_outpatient_care,
    asks=True,
)


def _protected(act: Act, facts: EpisodeFacts, _: Party) -> Iterator[Failure]:
    if facts.background.protection is Protection.NONE:
        return
    if act.routed:
        yield Failure(
            _Code.PROTECTED_IDENTITY, ("input", "recipientUnitIds"), detail="Mottagarna valdes av systemet."
        )
    if LegalField.REGISTERED_ADDRESS in act.contents and not act.address_reason.strip():
        yield Failure(_Code.PROTECTED_IDENTITY, ("input", "contents"), detail="Adressen lämnas ut utan skäl.")


PROTECTED = Guard(
    name="a protected identity is not given away",
    code=_Code.PROTECTED_IDENTITY,
    reason="Patienten har skyddade personuppgifter.",
    remedy="Välj själv mottagarna, och utelämna adressen eller ange varför mottagaren måste få den.",
    check=_protected,
    asks=True,
)


DATE_AHEAD = Guard(
    name="the new date is today or later",
    code=_Code.DATE_PASSED,
    reason="Det nya beräknade utskrivningsdatumet saknas eller har redan passerat.",
    remedy="Ange dagens datum eller ett senare.",
    law=law.CHANGED_DISCHARGE_TIME,
    check=unless(
        lambda act, facts, _: act.expected_discharge and act.expected_discharge >= stockholm_day(facts.now),
        _Code.DATE_PASSED,
        "input",
        "expectedDischarge",
    ),
    asks=True,
)


def _call_noted(act: Act, facts: EpisodeFacts, unit: Party) -> Iterator[Failure]:
    if not act.spoke_with.strip():
        yield Failure(_Code.NAME_EMPTY, ("input", "spokeWith"))


def _call_to_party(act: Act, facts: EpisodeFacts, unit: Party) -> Iterator[Failure]:
    if act.called is None or act.called.id == unit.id or facts.participant(act.called.id) is None:
        yield Failure(_Code.NOT_PARTY, ("input", "calledUnitId"))


SPOKE_WITH = Guard(
    name="the name of the person spoken with is noted",
    code=_Code.NAME_EMPTY,
    reason="Namnet på den person som du har haft kontakt med saknas.",
    remedy="Skriv namnet på den du talade med.",
    fact="V28",
    check=_call_noted,
    asks=True,
)
CALLED_PARTY = Guard(
    name="the unit called takes part",
    code=_Code.NOT_PARTY,
    reason="Den uppringda enheten deltar inte i vårdtillfället.",
    remedy="Välj en annan enhet som deltar, eller lägg till enheten först.",
    check=_call_to_party,
    asks=True,
)
