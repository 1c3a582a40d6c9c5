"""The guards of the discharge process on what a caller says. Those on the record: `episode_record_guards`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from lifecare_gql.domain import law, process_guards
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.demands import Failure
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import Act, EpisodeFacts
from lifecare_gql.domain.episode_words import LegalField, PartyRole
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.process_guards import each_recipient, unless
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.words import Protection, UnitKind

_Code = ObjectionCode
Guard: TypeAlias = process_guards.Guard[Act, EpisodeFacts]
"""A guard of the discharge process."""

PARTICIPANTS = Guard(
    name="every chosen unit takes part",
    code=_Code.NOT_PARTY,
    reason="Den valda enheten deltar inte i vårdtillfället.",
    remedy="Lägg till enheten som deltagare först.",
    check=each_recipient(lambda _, facts, __, one: facts.participant(one.id) is not None, _Code.NOT_PARTY),
    asks=True,
)
NEWCOMERS = Guard(
    name="no chosen unit takes part already, unless it was only forwarded to",
    code=_Code.ALREADY_PARTY,
    reason="Enheten deltar redan i vårdtillfället.",
    remedy="Skicka ett generellt meddelande till enheten om den behöver veta något mer.",
    check=each_recipient(lambda _, facts, __, one: not _addressed(facts, one), _Code.ALREADY_PARTY),
    asks=True,
)
WITHIN_MUNICIPALITY = Guard(
    name="a municipality forwards to units of its own",
    code=_Code.OUTSIDE_MUNICIPALITY,
    reason="Enheten hör inte till den egna kommunen.",
    remedy="Välj en enhet i den egna kommunen, eller be slutenvården lägga till enheten som deltagare.",
    fact="V57",
    check=each_recipient(lambda _, __, unit, one: _same_municipality(unit, one), _Code.OUTSIDE_MUNICIPALITY),
    asks=True,
)
WARD_ASKED = Guard(
    name="a care request goes to inpatient care",
    code=_Code.WRONG_ROLE,
    reason="En vårdbegäran skickas till slutenvården.",
    remedy="Välj den avdelning eller akutmottagning som patienten ska till.",
    check=each_recipient(lambda _, __, ___, one: PartyRole.of(one.kind) is PartyRole.WARD, _Code.WRONG_ROLE),
    asks=True,
)


def _addressed(facts: EpisodeFacts, unit: Party) -> bool:
    known = facts.participant(unit.id)
    return known is not None and known.via is None


def _same_municipality(unit: Party, other: Party) -> bool:
    municipal = PartyRole.of(other.kind) is PartyRole.MUNICIPALITY
    return municipal and unit.municipality is not None and unit.municipality == other.municipality


def _legal_fields(act: Act, facts: EpisodeFacts, _: Party) -> Iterator[Failure]:
    held = set(act.contents) - {LegalField.EXPECTED_DISCHARGE}
    if act.expected_discharge or facts.expected_discharge:
        held.add(LegalField.EXPECTED_DISCHARGE)
    if facts.background.protection is not Protection.NONE:
        held.add(LegalField.REGISTERED_ADDRESS)  # it is withheld: PROTECTED says when it may be given
    for field in LegalField:
        if field not in held:
            yield Failure(
                _Code.MISSING_LEGAL_FIELD, ("input", "contents"), detail=said("Saknas: {what}.", what=field.term)
            )


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
            _Code.PROTECTED_IDENTITY, ("input", "recipientUnitIds"), detail=said("Mottagarna valdes av systemet.")
        )
    if LegalField.REGISTERED_ADDRESS in act.contents and not act.address_reason.strip():
        yield Failure(
            _Code.PROTECTED_IDENTITY, ("input", "contents"), detail=said("Adressen lämnas ut utan skäl.")
        )


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


NAMED = Guard(
    name="it is said who the fixed care contact is",
    code=_Code.NAME_EMPTY,
    reason="Det är inte sagt vem den fasta vårdkontakten är.",
    remedy="Skriv den fasta vårdkontaktens namn eller roll.",
    check=unless(lambda act, *_: act.named.strip(), _Code.NAME_EMPTY, "input", "named"),
    asks=True,
)
RECEIVES_FROM = Guard(
    name="it is said from when the unit can receive the patient",
    code=_Code.DATE_MISSING,
    reason="Det är inte sagt från när enheten kan ta emot patienten.",
    remedy="Ange datum och tid.",
    check=unless(lambda act, *_: act.receives_from, _Code.DATE_MISSING, "input", "receivesFrom"),
    asks=True,
)
HOLDS = Guard(
    name="it is said whether it is so",
    code=_Code.ANSWER_REQUIRED,
    reason="Det är inte sagt om det är så eller inte.",
    remedy="Svara ja eller nej.",
    check=unless(lambda act, *_: act.holds is not None, _Code.ANSWER_REQUIRED, "input", "holds"),
    asks=True,
)
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
