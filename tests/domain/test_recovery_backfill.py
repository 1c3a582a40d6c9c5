"""What may be registered afterwards, what must not, and by which sentence."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from lifecare_gql.domain.episode_words import EpisodeEventKind
from lifecare_gql.domain.outage_facts import OutageBackground
from lifecare_gql.domain.outage_words import OutageState, PatientStatus
from lifecare_gql.domain.outages import Step
from lifecare_gql.domain.recovery import Situation
from lifecare_gql.domain.recovery_backfill import judge_backfill, source_of_step
from lifecare_gql.domain.words import CareType
from tests.domain.outage_by_hand import COLUMNS
from tests.domain.outages import HOUR, REGION, STRANGER, UNITS, outage_in_order
from tests.regions.plugins import four_regions

E = EpisodeEventKind
OUTAGE = outage_in_order(OutageState.RECOVERY)
assert OUTAGE.started_at
START = OUTAGE.started_at
WARDS = (CareType.SOMATIC_INPATIENT, CareType.PSYCHIATRIC_INPATIENT)


def judged(
    act: EpisodeEventKind,
    *statuses: PatientStatus,
    at: dt.datetime = START + HOUR,
    care_type: CareType = CareType.SOMATIC_INPATIENT,
    state: OutageState | None = OutageState.RECOVERY,
    region: str = REGION,
) -> list[tuple[str, str | None]]:
    unit = replace(UNITS[care_type], region=region)
    known = Situation(unit=unit, subject="påhittat", statuses=frozenset(statuses))
    outage = outage_in_order(state, background=OutageBackground(region=region))
    found = judge_backfill(act, at, outage, known, four_regions())
    return [(one.code.value, one.source.quote if one.source else None) for one in found]


READY, HOME = PatientStatus
NEVER = [("NOT_TO_BE_BACKFILLED", "Utskrivningsklar-meddelande")]
NOT_NOW = [("NOT_TO_BE_BACKFILLED", "Planeringsunderlag (om patienten blivit utskrivningsklar eller gått hem)")]


@pytest.mark.parametrize("care_type", CareType)
@pytest.mark.parametrize("statuses", [(), (READY,), (HOME,), (READY, HOME)], ids=str)
@pytest.mark.parametrize("act", EpisodeEventKind)
def test_only_what_the_wards_routine_names_is_refused(
    act: EpisodeEventKind, statuses: tuple[PatientStatus, ...], care_type: CareType
) -> None:
    ward = care_type in WARDS
    by_hand = {
        E.DISCHARGE_READY_SENT: NEVER if ward else [],
        E.PLANNING_BASIS_SENT: NOT_NOW if ward and statuses else [],
    }
    assert judged(act, *statuses, care_type=care_type) == by_hand.get(act, [])


def test_the_refusal_quotes_the_routine() -> None:
    known = Situation(unit=UNITS[CareType.SOMATIC_INPATIENT], subject="påhittat")
    [found] = judge_backfill(E.DISCHARGE_READY_SENT, START, OUTAGE, known, four_regions())
    assert found.source is not None
    assert (found.source.fact, found.source.region, found.region) == ("V31", REGION, REGION)
    assert found.source.section.startswith("Vilka uppgifter")
    assert found.reason == "Ska inte efterregistreras: Utskrivningsklar-meddelande"


MOMENTS = [(-1, ["OUTSIDE_OUTAGE"]), (0, []), (7199, []), (7200, ["OUTSIDE_OUTAGE"])]


@pytest.mark.parametrize(("seconds", "told"), MOMENTS)
def test_what_is_backfilled_happened_in_the_outage(seconds: int, told: list[str]) -> None:
    found = judged(E.DISCHARGED, at=START + dt.timedelta(seconds=seconds))
    assert [code for code, _ in found] == told


@pytest.mark.parametrize("state", COLUMNS)
def test_one_backfills_only_in_recovery(state: OutageState | None) -> None:
    by_hand = dict(zip(COLUMNS, ["PROCESS_ORDER"] * 3 + ["", "WRONG_STATE", "WRONG_STATE"], strict=True))
    assert [code for code, _ in judged(E.DISCHARGED, state=state)] == [by_hand[state]] * bool(by_hand[state])


def test_every_reason_is_told_at_once() -> None:
    found = judged(E.DISCHARGE_READY_SENT, at=START - HOUR)
    assert [code for code, _ in found] == ["OUTSIDE_OUTAGE", "NOT_TO_BE_BACKFILLED"]


@pytest.mark.parametrize("code", ["halland", "stockholm", "gotland"])
def test_without_a_routine_only_the_core_objects(code: str) -> None:
    assert judged(E.DISCHARGE_READY_SENT, region=code) == []
    assert judged(E.DISCHARGE_READY_SENT, at=START - HOUR, region=code) == [("OUTSIDE_OUTAGE", None)]


def test_the_outage_of_another_region_is_nobodys_excuse() -> None:
    [found] = judge_backfill(
        E.DISCHARGE_READY_SENT, START, OUTAGE, Situation(unit=STRANGER, subject="x"), four_regions()
    )
    assert (found.code.value, found.reason) == ("NOT_PARTY", "Avbrottet gäller en annan region.")


def test_who_was_both_admitted_and_discharged_may_be_registered_all_the_same() -> None:
    known = Situation(
        unit=UNITS[CareType.SOMATIC_INPATIENT], subject="c", admitted_at=START, discharged_at=START + HOUR
    )
    for act in (E.ADMITTED, E.ADMISSION_NOTICE_SENT, E.DISCHARGED, E.DISCHARGE_NOTICE_SENT):
        assert judge_backfill(act, START, OUTAGE, known, four_regions()) == ()


# --- the data, held against the document ---


def enforced() -> list[Step]:
    """Every sentence that the core acts upon."""
    routine = four_regions()[REGION].outage
    assert routine is not None
    after = [one for each in routine.procedures for one in each.after if one.demands or one.classifies]
    return [*after, *(one for each in routine.procedures for one in each.not_backfilled)]


def test_every_sentence_that_is_acted_upon_stands_in_the_document() -> None:
    region = four_regions()[REGION]
    assert len(enforced()) == 25
    for step in enforced():
        source = source_of_step(step, region)
        assert (source.quote, source.fact) == (step.text, step.fact)


def test_a_sentence_in_other_words_falls_back_on_its_fact() -> None:
    region = four_regions()[REGION]
    step = replace(enforced()[0], text="med andra ord")
    assert source_of_step(step, region) == region.source(step.fact)
