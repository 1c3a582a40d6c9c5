"""What may be registered afterwards as of the outage (efterregistrering), and what must not (V29, V31). Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from lifecare_gql.domain.episode_words import EpisodeEventKind
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.outage_facts import OutageFacts
from lifecare_gql.domain.outage_words import OutageState
from lifecare_gql.domain.outages import NotBackfilled, OutageRoutine, Step
from lifecare_gql.domain.recovery import Situation
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.reviewing import Regions
from lifecare_gql.domain.sources import Source
from lifecare_gql.domain.texts import said

_Code = ObjectionCode
_TOO_EARLY = (None, OutageState.PLANNED, OutageState.ACTIVE)


def judge_backfill(
    act: EpisodeEventKind,
    occurred_at: dt.datetime | None,
    outage: OutageFacts,
    situation: Situation,
    regions: Regions,
) -> tuple[Objection, ...]:
    """Every objection to entering afterwards that the act happened in the outage, at `occurred_at` (aware).

    That no moment is given is the table's matter (`episode_backfill`).
    `situation` is of the unit that enters it. What need not be registered may be: the patients that were both
    admitted and discharged in the outage, and what was already told by phone (V29). What is done now and not as of
    the outage is no backfill, and is not judged here.
    """
    if situation.unit.region != outage.region:
        return (_another_region(),)
    return tuple(_found(act, occurred_at, outage, situation, regions))


def _found(
    act: EpisodeEventKind,
    occurred_at: dt.datetime | None,
    outage: OutageFacts,
    situation: Situation,
    regions: Regions,
) -> Iterator[Objection]:
    if outage.state is not OutageState.RECOVERY:
        yield _wrong_state(outage.state)
    elif occurred_at and not (outage.interval and outage.interval.contains(occurred_at)):
        yield Objection(
            code=_Code.OUTSIDE_OUTAGE,
            path=("input", "occurredAt"),
            reason=said("Tidpunkten ligger inte i avbrottet."),
            remedy=said("Ange när det skedde under avbrottet, eller registrera det på vanligt sätt."),
        )
    region = regions.get(outage.region)
    if region is None:
        return
    for step in _forbidding(act, situation, region.outage):
        yield Objection(
            code=_Code.NOT_TO_BE_BACKFILLED,
            path=("input",),
            reason=said("Ska inte efterregistreras: {step}", step=step.text),
            remedy=said("Det som har meddelats per telefon står i journalen och i samtalsloggen."),
            region=region.code,
            source=source_of_step(step, region),
        )


def _another_region() -> Objection:
    return Objection(
        code=_Code.NOT_PARTY,
        path=("input", "outageId"),
        reason=said("Avbrottet gäller en annan region."),
        remedy=said("Registrera på vanligt sätt."),
    )


def _wrong_state(state: OutageState | None) -> Objection:
    stands = said("ej påbörjat") if state is None else state.term
    early = state in _TOO_EARLY
    remedy = "Vänta till dess att systemet är i drift igen." if early else "Registrera på vanligt sätt."
    return Objection(
        code=_Code.PROCESS_ORDER if early else _Code.WRONG_STATE,
        path=("input", "outageId"),
        reason=said("Efterregistrering går inte när avbrottets läge är {state}.", state=stands),
        remedy=said(remedy),
    )


def _forbidding(
    act: EpisodeEventKind, situation: Situation, routine: OutageRoutine | None
) -> Iterator[NotBackfilled]:
    procedure = routine.procedure(situation.unit.kind.care_type) if routine else None
    for step in procedure.not_backfilled if procedure else ():
        if act in step.acts and (not step.once or situation.statuses & set(step.once)):
            yield step


def source_of_step(step: Step, region: Region) -> Source:
    """The source of the step's own sentence; of the fact's first passage when it is not among its quotes."""
    fact = region.fact(step.fact)
    source = region.source(step.fact)
    quote = next((one for one in fact.quotes if one.text == step.text), None) if fact else None
    return replace(source, quote=quote.text, section=quote.section) if quote else source
