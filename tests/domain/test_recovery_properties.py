"""What holds of every recovery worklist: what vanishes and what stays, and that order does not matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from lifecare_gql.domain.episode_words import EpisodeEventKind
from lifecare_gql.domain.outage_words import OutageState, PatientClass, PatientStatus, RecoveryKind
from lifecare_gql.domain.recovery import RecoveryItem, Situation, Unread, recovery_items, recovery_worklist
from lifecare_gql.domain.words import CareType
from tests.domain.outages import HOUR, UNITS, outage_in_order
from tests.regions.plugins import four_regions

E, K = EpisodeEventKind, RecoveryKind
OUTAGE = outage_in_order(OutageState.RECOVERY)
assert OUTAGE.started_at
START = OUTAGE.started_at
ROUTINE = four_regions()["vasternorrland"].outage
MOMENTS = st.one_of(st.none(), st.integers(-60, 240).map(lambda minutes: START + dt.timedelta(minutes=minutes)))
UNREAD = st.builds(
    lambda name, minutes: Unread(id=name, came_at=START + dt.timedelta(minutes=minutes)),
    st.sampled_from("abcdef"),
    st.integers(0, 300),
)
SITUATIONS = st.builds(
    Situation,
    unit=st.sampled_from(list(UNITS.values())),
    subject=st.sampled_from(["ett", "två", "tre"]),
    admitted_at=MOMENTS,
    discharged_at=MOMENTS,
    statuses=st.frozensets(st.sampled_from(PatientStatus)),
    registered=st.frozensets(st.sampled_from(E), max_size=6),
    unread=st.lists(UNREAD, max_size=4, unique_by=lambda one: one.id).map(tuple),
    fixed_care_contact_appointed=st.booleans(),
    sip_agreed_on=st.sampled_from([None, dt.date(2026, 12, 1)]),
    sip_called=st.booleans(),
    form_kept=st.booleans(),
)
quiet = settings(max_examples=300, deadline=None, derandomize=True)


def items_of(known: Situation) -> tuple[RecoveryItem, ...]:
    return recovery_items(OUTAGE, known, ROUTINE)


def entered(*kinds: EpisodeEventKind) -> Callable[[Situation, RecoveryItem], Situation]:
    return lambda known, _: replace(known, registered=known.registered | set(kinds))


DOING: dict[RecoveryKind, Callable[[Situation, RecoveryItem], Situation]] = {
    K.REGISTER_ADMISSION_NOTICE: entered(E.ADMITTED, E.ADMISSION_NOTICE_SENT),
    K.REGISTER_DISCHARGE_NOTICE: entered(E.DISCHARGE_NOTICE_SENT),
    K.REGISTER_DISCHARGED: entered(E.DISCHARGED),
    K.REGISTER_PATIENT_INFORMATION: entered(E.PATIENT_INFORMED),
    K.SEND_PATIENT_INFORMATION_HOME: entered(E.PATIENT_INFORMED),
    K.ACKNOWLEDGE: lambda known, item: replace(
        known, unread=tuple(one for one in known.unread if one.id != item.about)
    ),
    K.CONFIRM_FIXED_CARE_CONTACT: lambda known, _: replace(known, fixed_care_contact_appointed=True),
    K.SEND_SIP_CALL: lambda known, _: replace(known, sip_called=True),
    K.SEND_FORM: lambda known, _: replace(known, form_kept=False),
}
"""How each kind is done."""
NOT_IT = frozenset(E) - {E.ADMISSION_NOTICE_SENT, E.DISCHARGE_NOTICE_SENT, E.DISCHARGED, E.PATIENT_INFORMED}


def test_every_kind_can_be_done() -> None:
    assert set(DOING) == set(RecoveryKind)


@given(SITUATIONS)
@quiet
def test_what_is_done_vanishes_and_nothing_else_does(known: Situation) -> None:
    items = items_of(known)
    for item in items:
        assert items_of(DOING[item.kind](known, item)) == tuple(one for one in items if one != item)


@given(SITUATIONS)
@quiet
def test_what_is_no_item_of_the_list_changes_nothing(known: Situation) -> None:
    assert items_of(replace(known, registered=known.registered | NOT_IT)) == items_of(known)


@given(SITUATIONS)
@quiet
def test_the_whole_list_can_be_worked_off(known: Situation) -> None:
    for _ in range(20):
        items = items_of(known)
        if not items:
            return
        known = DOING[items[0].kind](known, items[0])
    raise AssertionError(items)


@given(SITUATIONS)
@quiet
def test_who_was_both_admitted_and_discharged_is_never_registered(known: Situation) -> None:
    during = replace(known, admitted_at=START, discharged_at=START + HOUR)
    items = items_of(during)
    assert {one.patients for one in items} <= {PatientClass.BOTH}
    assert not [one for one in items if one.kind.registers]
    agreed = known.sip_agreed_on and not known.sip_called
    assert ("SEND_SIP_CALL" in {one.kind.value for one in items}) == bool(
        agreed and known.unit.kind.care_type is CareType.OUTPATIENT
    )


@given(SITUATIONS)
@quiet
def test_every_unread_message_remains_whoever_the_patient_is(known: Situation) -> None:
    about = [one.about for one in items_of(known) if one.kind is K.ACKNOWLEDGE]
    assert sorted(filter(None, about)) == sorted(one.id for one in known.unread)


@given(SITUATIONS)
@quiet
def test_an_item_is_there_once_and_says_by_which_sentence(known: Situation) -> None:
    items = items_of(known)
    keys = [(one.kind, one.unit_id, one.subject, one.about) for one in items]
    assert len(set(keys)) == len(keys)
    assert all(one.facts and one.demanded_by for one in items)


@given(st.lists(SITUATIONS, max_size=8, unique_by=lambda one: (one.unit.id, one.subject)), st.integers(0, 2**32))
@quiet
def test_the_order_of_the_situations_does_not_matter(situations: list[Situation], seed: int) -> None:
    whole = recovery_worklist(OUTAGE, situations, ROUTINE)
    mixed = [replace(one, unread=tuple(Random(seed).sample(one.unread, len(one.unread)))) for one in situations]
    Random(seed).shuffle(mixed)
    assert recovery_worklist(OUTAGE, mixed, ROUTINE) == whole
    assert len(whole) == sum(len(items_of(one)) for one in situations)
