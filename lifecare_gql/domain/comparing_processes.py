"""What each region says of a discharge and of an outage: the same questions to all, answered from its own data."""

from __future__ import annotations

from collections.abc import Iterable

from lifecare_gql.domain.comparing import Answer, Answers
from lifecare_gql.domain.outage_life import long_after_hours
from lifecare_gql.domain.outages import Step
from lifecare_gql.domain.process_rules import ContactWhenMoved, ProcessRules
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.texts import said, together
from lifecare_gql.domain.words import CareType

UNSAID: Answer = (said("inget sägs"), ())


def discharge_answers(region: Region, moved_days: int | None = None) -> Answers:
    """What the region adds to the discharge process of lag (2017:612), and how payment liability is counted.

    `moved_days`: by how many days an expected discharge is moved; negative when it is moved earlier.
    """
    process = region.process
    answers: dict[str, Answer] = {
        said("När ska planeringsunderlaget vara ifyllt?"): _planning_basis(process),
        said("Vad krävs utöver lagen?"): _demanded(process),
        said("Vilka spår finns?"): _tracks(process),
        said("Vad betyder det att kvittera?"): _receipt(process),
        said("Hur räknas betalningsansvaret?"): _payment(region),
    }
    if moved_days is not None:
        asked = said(
            "Ska kommunen kontaktas när beräknat utskrivningsdatum flyttas {days} dygn?", days=f"{moved_days:+d}"
        )
        answers[asked] = _contact(process, moved_days)
    return answers


def outage_answers(region: Region, care_type: CareType, hours: int | None = None) -> Answers:
    """What the region lays down for units of the care type when the system is down, perhaps for `hours`."""
    routine = region.outage
    procedure = routine.procedure(care_type) if routine else None
    down = routine.while_down if routine else None
    whom = care_type.term
    answers: dict[str, Answer] = {
        said("Finns en avbrottsrutin?"): _published(region),
        said("Vad får göras i systemet under avbrottet?"): (
            (together(*(one.term for one in down.allows), by="; "), (down.fact,)) if down else UNSAID
        ),
        said("Vad görs under avbrottet ({whom})?", whom=whom): _steps(procedure.during if procedure else ()),
        said("Vad görs när systemet är i drift igen ({whom})?", whom=whom): _steps(
            procedure.after if procedure else ()
        ),
        said("Vad registreras inte i efterhand ({whom})?", whom=whom): _steps(
            procedure.not_backfilled if procedure else ()
        ),
    }
    if hours is not None:
        answers[said("Är {hours} timmar ett längre avbrott?", hours=hours)] = _long(region, hours)
    return answers


def _planning_basis(process: ProcessRules | None) -> Answer:
    basis = process.planning_basis if process else None
    if basis is None:
        return UNSAID
    told = said("inom {hours} timmar från {start}", hours=basis.hours, start=basis.counted_from.term)
    return (told, (basis.rule,))


def _demanded(process: ProcessRules | None) -> Answer:
    rules = process.rules if process else ()
    return ("; ".join(one.title for one in rules), tuple(one.code for one in rules)) if rules else UNSAID


def _tracks(process: ProcessRules | None) -> Answer:
    tracks = process.tracks if process else ()
    return ("; ".join(one.name for one in tracks), _once(one.supplement for one in tracks)) if tracks else UNSAID


def _receipt(process: ProcessRules | None) -> Answer:
    receipt = process.receipt if process else None
    return (receipt.meaning, (receipt.supplement,)) if receipt else UNSAID


def _payment(region: Region) -> Answer:
    policies = region.payment.policies if region.payment else ()
    if not policies:
        return (said("på lagens eget sätt"), ())
    return ("; ".join(one.name for one in policies), tuple(one.id for one in policies))


def _contact(process: ProcessRules | None, days: int) -> Answer:
    rules = [one for one in process.rules if isinstance(one.demand, ContactWhenMoved)] if process else []
    if not rules:
        return UNSAID
    asks = [one.code for one in rules if isinstance(one.demand, ContactWhenMoved) and one.demand.asks_for(days)]
    return (_yes(bool(asks)), tuple(asks or (one.code for one in rules)))


def _published(region: Region) -> Answer:
    routine = region.outage
    if routine is None:
        return UNSAID
    told = said("ja") if routine.published else said("nej: {reason}", reason=routine.reason or "")
    return (told, (routine.fact,))


def _steps(steps: Iterable[Step]) -> Answer:
    found = tuple(steps)
    return ("\n".join(one.text for one in found), _once(one.fact for one in found)) if found else UNSAID


def _long(region: Region, hours: int) -> Answer:
    line, stated = long_after_hours(region), region.outage.long_after if region.outage else None
    if line is None or stated is None:
        return UNSAID
    return (_yes(hours > line), (stated.fact,))


def _yes(it_is: bool) -> str:
    return said("ja") if it_is else said("nej")


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
