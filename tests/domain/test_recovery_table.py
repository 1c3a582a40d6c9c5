"""The recovery worklist, held against the decision table drawn by hand, over all combinations."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest

from lifecare_gql.domain.outage_facts import OutageBackground
from lifecare_gql.domain.outage_words import OutageState, PatientClass, PatientStatus, RecoveryKind
from lifecare_gql.domain.outages import OutageRoutine
from lifecare_gql.domain.recovery import RecoveryItem, Situation, Unread, patient_class, recovery_items
from lifecare_gql.domain.words import CareType
from tests.domain.outage_by_hand import COLUMNS, DEMANDED_BY, LETTERS, WORKLIST
from tests.domain.outages import HOUR, STRANGER, UNITS, outage_in_order
from tests.regions.plugins import CODES, four_regions

OUTAGE = outage_in_order(OutageState.RECOVERY)
assert OUTAGE.started_at
assert OUTAGE.ended_at
SECOND = dt.timedelta(seconds=1)
MOMENTS = {
    "before": OUTAGE.started_at - HOUR,
    "just before": OUTAGE.started_at - SECOND,
    "as it begins": OUTAGE.started_at,
    "in it": OUTAGE.started_at + HOUR,
    "just before its end": OUTAGE.ended_at - SECOND,
    "as it ends": OUTAGE.ended_at,
    "after": OUTAGE.ended_at + HOUR,
    "never": None,
}
IN_IT = ("as it begins", "in it", "just before its end")
STAYS = [
    (admitted, discharged)
    for admitted, discharged in product(MOMENTS, MOMENTS)
    if discharged == "never"
    or (admitted != "never" and list(MOMENTS).index(admitted) < list(MOMENTS).index(discharged))
]
GONE_HOME = frozenset({PatientStatus.GONE_HOME})


def routine() -> OutageRoutine:
    found = four_regions()["vasternorrland"].outage
    assert found is not None
    return found


def column_by_hand(admitted: str, discharged: str) -> int:
    """The column of the drawing."""
    if admitted in IN_IT:
        return 2 if discharged in IN_IT else 0
    return 1 if discharged in IN_IT else 3


def situation(care_type: CareType, admitted: str = "never", discharged: str = "never", **known: Any) -> Situation:
    return Situation(
        unit=UNITS[care_type],
        subject="påhittat vårdtillfälle",
        admitted_at=MOMENTS[admitted],
        discharged_at=MOMENTS[discharged],
        **known,
    )


def unread(*ids: str) -> tuple[Unread, ...]:
    return tuple(Unread(id=one, came_at=OUTAGE.started_at + HOUR) for one in ids if OUTAGE.started_at)


def told(items: tuple[RecoveryItem, ...]) -> str:
    return "".join(LETTERS[one.kind.value] for one in items)


def by_hand(care_type: CareType, column: int, messages: int, sip: bool, form: bool) -> str:
    times = {"K": messages, "S": int(sip), "B": int(form)}
    return "".join(letter * times.get(letter, 1) for letter in WORKLIST[care_type][column])


@pytest.mark.parametrize(("admitted", "discharged"), STAYS)
def test_the_class_of_a_patient(admitted: str, discharged: str) -> None:
    assert OUTAGE.interval is not None
    found = patient_class(OUTAGE.interval, MOMENTS[admitted], MOMENTS[discharged])
    assert found is list(PatientClass)[column_by_hand(admitted, discharged)]


@pytest.mark.parametrize("care_type", CareType)
@pytest.mark.parametrize(("admitted", "discharged"), STAYS)
def test_every_combination_is_as_drawn(care_type: CareType, admitted: str, discharged: str) -> None:
    column = column_by_hand(admitted, discharged)
    for messages, agreed, called, form, home in product((0, 1, 3), *[(False, True)] * 4):
        known = situation(
            care_type,
            admitted,
            discharged,
            unread=unread(*"abc"[:messages]),
            sip_agreed_on=dt.date(2026, 12, 1) if agreed else None,
            sip_called=called,
            form_kept=form,
            statuses=GONE_HOME if home else frozenset(),
        )
        items = recovery_items(OUTAGE, known, routine())
        assert told(items) == by_hand(care_type, column, messages, agreed and not called, form)
        information = [one.kind.value for one in items if LETTERS[one.kind.value] == "P"]
        assert information in ([], ["SEND_PATIENT_INFORMATION_HOME" if home else "REGISTER_PATIENT_INFORMATION"])


@pytest.mark.parametrize("care_type", CareType)
def test_each_item_is_quoted_with_the_sentences_that_demand_it(care_type: CareType) -> None:
    everything = {"unread": unread("a"), "sip_agreed_on": dt.date(2026, 12, 1), "form_kept": True}
    for admitted, discharged in (("in it", "never"), ("before", "in it"), ("in it", "as it ends")):
        for item in recovery_items(OUTAGE, situation(care_type, admitted, discharged, **everything), routine()):
            letter = LETTERS[item.kind.value]
            assert " ".join(item.facts) == DEMANDED_BY[care_type.value][letter], item.kind
            assert (item.unit_id, item.subject) == (UNITS[care_type].id, "påhittat vårdtillfälle")


def test_the_sentence_is_that_of_the_item_and_of_the_class() -> None:
    known = situation(CareType.SOMATIC_INPATIENT, "before", "in it", statuses=GONE_HOME)
    items = {
        one.kind.value: [step.text for step in one.demanded_by] for one in recovery_items(OUTAGE, known, routine())
    }
    discharged = (
        "Patienter som skrivs ut under avbrottet: Ska registreras som utskrivna i Lifecare SP"
        " när systemet åter är i drift."
    )
    home = (
        "Patientinformation (fyll i om det är möjligt) – om patienten gått hem ska den skickas hem till patienten."
    )
    assert items == {
        "REGISTER_DISCHARGED": [discharged],
        "REGISTER_DISCHARGE_NOTICE": [discharged, "Utskrivningsmeddelande."],
        "SEND_PATIENT_INFORMATION_HOME": [discharged, home],
    }


def test_a_sip_call_names_the_date_that_was_agreed_by_phone() -> None:
    day = dt.date(2026, 12, 1)
    [item] = recovery_items(OUTAGE, situation(CareType.OUTPATIENT, sip_agreed_on=day), routine())
    assert (item.kind, item.agreed_on) == (RecoveryKind.SEND_SIP_CALL, day)
    assert item.since == OUTAGE.ended_at


def test_each_message_is_an_item_since_it_came_and_once() -> None:
    assert OUTAGE.ended_at
    late = Unread(id="a", came_at=OUTAGE.ended_at + HOUR)
    known = situation(CareType.MUNICIPAL, unread=(late, *unread("b", "a")))
    items = recovery_items(OUTAGE, known, routine())
    assert [(one.about, one.since) for one in items] == [("a", MOMENTS["in it"]), ("b", MOMENTS["in it"])]


@pytest.mark.parametrize("state", [one for one in COLUMNS if one is not OutageState.RECOVERY])
def test_there_is_a_worklist_only_in_recovery(state: OutageState | None) -> None:
    known = situation(CareType.SOMATIC_INPATIENT, "in it", unread=unread("a"))
    assert recovery_items(outage_in_order(state), known, routine()) == ()


@pytest.mark.parametrize("region", CODES)
def test_only_a_region_with_a_routine_demands_anything_and_only_of_its_own_units(region: str) -> None:
    outage = outage_in_order(OutageState.RECOVERY, background=OutageBackground(region=region))
    known = situation(CareType.SOMATIC_INPATIENT, "in it", unread=unread("a"))
    own = recovery_items(outage, known, four_regions()[region].outage)
    assert bool(own) == (region == "vasternorrland")
    assert recovery_items(outage, known, None) == ()
    assert recovery_items(outage, known, routine()) == own
    stranger = Situation(unit=STRANGER, subject="x", unread=unread("a"))
    assert recovery_items(outage, stranger, routine()) == ()
