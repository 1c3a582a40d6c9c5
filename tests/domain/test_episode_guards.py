"""The guards of the discharge process: each alone, several together, and what the regions add."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import Act, Background, ChecklistItem, EpisodeFacts, Participant
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, LegalField, NoticeKind
from lifecare_gql.domain.episodes import TABLE, available_actions, judge
from lifecare_gql.domain.words import Protection, ReceiptState, Severity, UnitKind
from tests.domain.drafts import unit
from tests.domain.episodes import (
    CENTRE,
    ELSEWHERE,
    NURSES,
    PATIENT_FIELDS,
    START,
    TODAY,
    TOWN,
    UNREAD,
    WARD,
    Story,
    act_of,
    codes,
    everything_in_order,
    notice,
)
from tests.regions.plugins import four_regions

E = EpisodeEventKind
S = EpisodeState
TOMORROW = START + dt.timedelta(days=9)
CLOSED_UNIT = replace(CENTRE, id="nedlagd", active=False)

# event, state, who, what the act says otherwise, how the facts are otherwise, the refusals
Case = tuple[EpisodeEventKind, EpisodeState | None, Party, dict[str, Any], dict[str, Any], list[str]]
ALONE: list[Case] = [
    (E.CARE_REQUESTED, None, TOWN, {"recipients": (CENTRE,)}, {}, ["WRONG_ROLE"]),
    (E.CARE_REQUESTED, None, TOWN, {}, {"another_open": True}, ["EPISODE_ALREADY_OPEN"]),
    (E.ADMITTED, None, WARD, {}, {"identity_valid": False}, ["INVALID_IDENTITY"]),
    (E.ADMITTED, None, WARD, {}, {"another_open": True}, ["EPISODE_ALREADY_OPEN"]),
    (E.ADMITTED, None, WARD, {"occurred_at": TOMORROW}, {}, ["MOMENT_IN_FUTURE"]),
    (E.NEED_ASSESSED, S.ADMITTED, WARD, {"occurred_at": TOMORROW}, {}, ["MOMENT_IN_FUTURE"]),
    (E.SECRECY_ASSESSED, S.PLANNING, WARD, {"holds": None}, {}, ["ANSWER_REQUIRED"]),
    (E.SECRECY_ASSESSED, S.PLANNING, WARD, {"reason": " "}, {}, ["REASON_REQUIRED"]),
    (E.COMPULSORY_CARE_ASSESSED, S.ADMITTED, WARD, {"holds": None}, {}, ["ANSWER_REQUIRED"]),
    (E.COMPULSORY_CARE_ASSESSED, S.ADMITTED, WARD, {"reason": "", "holds": True}, {}, ["REASON_REQUIRED"]),
    (E.ADMISSION_NOTICE_SENT, S.ADMITTED, WARD, {"recipients": ()}, {}, ["NO_RECIPIENT"]),
    (E.ADMISSION_NOTICE_SENT, S.ADMITTED, WARD, {"recipients": (CLOSED_UNIT, TOWN)}, {}, ["UNIT_NOT_REGISTERED"]),
    (E.ADMISSION_NOTICE_SENT, S.ADMITTED, WARD, {"recipients": (WARD, TOWN)}, {}, ["RECIPIENT_IS_SENDER"]),
    (E.ADMISSION_NOTICE_SENT, S.ADMITTED, WARD, {"recipients": (TOWN, NURSES)}, {}, ["OUTPATIENT_CARE_MISSING"]),
    (
        E.ADMISSION_NOTICE_SENT,
        S.ADMITTED,
        WARD,
        {"recipients": (TOWN,), "municipal_health_care": True},
        {},
        ["OUTPATIENT_CARE_MISSING"],
    ),
    (E.ADMISSION_NOTICE_SENT, S.ADMITTED, WARD, {"routed": True}, {"protection": "NONE"}, []),
    (
        E.ADMISSION_NOTICE_SENT,
        S.ADMITTED,
        WARD,
        {"routed": True, "contents": PATIENT_FIELDS - {LegalField.REGISTERED_ADDRESS}},
        {"protection": "PROTECTED_REGISTRATION"},
        ["PROTECTED_IDENTITY"],
    ),
    (
        E.ADMISSION_NOTICE_SENT,
        S.ADMITTED,
        WARD,
        {},
        {"protection": "CONFIDENTIALITY_MARK"},
        ["PROTECTED_IDENTITY"],
    ),
    (
        E.ADMISSION_NOTICE_SENT,
        S.ADMITTED,
        WARD,
        {"address_reason": "hemtransport"},
        {"protection": "CONFIDENTIALITY_MARK"},
        [],
    ),
    (E.ACKNOWLEDGED, S.NOTIFIED, TOWN, {"about": "ett annat"}, {}, ["NOT_RECIPIENT"]),
    (E.ACKNOWLEDGED, S.NOTIFIED, TOWN, {}, {}, ["ALREADY_ACKNOWLEDGED"]),
    (E.ANSWERED, S.NOTIFIED, TOWN, {"text": "  "}, {}, ["TEXT_EMPTY"]),
    (E.EXPECTED_DISCHARGE_CHANGED, S.PLANNING, WARD, {"expected_discharge": TODAY}, {}, ["DATE_PASSED"]),
    (E.EXPECTED_DISCHARGE_CHANGED, S.PLANNING, WARD, {"expected_discharge": None}, {}, ["DATE_PASSED"]),
    (E.EXPECTED_DISCHARGE_CHANGED, S.PLANNING, WARD, {"expected_discharge": TODAY + dt.timedelta(days=2)}, {}, []),
    (E.FIXED_CARE_CONTACT_APPOINTED, S.PLANNING, CENTRE, {"named": " "}, {}, ["NAME_EMPTY"]),
    (E.CAN_RECEIVE_CONFIRMED, S.DISCHARGE_READY, TOWN, {"receives_from": None}, {}, ["DATE_MISSING"]),
    (E.PLANNING_BASIS_ANSWERED, S.PLANNING, TOWN, {}, {"planning_basis_at": None}, ["PROCESS_ORDER"]),
    (E.GENERAL_NOTICE_SENT, S.PLANNING, TOWN, {"recipients": (NURSES,)}, {}, ["NOT_PARTY"]),
    (E.DISCHARGE_READY_SENT, S.PLANNING, WARD, {}, {"secrecy_hinders": True}, ["SECRECY_HINDER"]),
    (E.DISCHARGE_READY_WITHDRAWN, S.READY_FOR_HOME, WARD, {"reason": " "}, {}, ["REASON_REQUIRED"]),
    (
        E.SIP_CALLED,
        S.DISCHARGE_READY,
        CENTRE,
        {},
        {"fixed_care_contacts": frozenset()},
        ["NOT_FIXED_CARE_CONTACT"],
    ),
    (E.SIP_CALLED, S.DISCHARGE_READY, CENTRE, {}, {"plan_consent": False}, ["CONSENT_REQUIRED"]),
    (E.SIP_CALLED, S.DISCHARGE_READY, CENTRE, {}, {"care_plan_instead": True}, ["CARE_PLAN_INSTEAD"]),
    (E.DISCHARGE_NOTICE_SENT, S.READY_FOR_HOME, WARD, {}, {"secrecy_hinders": True}, ["SECRECY_HINDER"]),
    (E.PATIENT_INFORMED, S.DISCHARGED, WARD, {"text": ""}, {}, ["TEXT_EMPTY"]),
    (
        E.DISCHARGED,
        S.DISCHARGE_READY,
        WARD,
        {},
        {"fixed_care_contacts": frozenset()},
        ["MISSING_FIXED_CARE_CONTACT"],
    ),
    (E.DISCHARGED, S.DISCHARGE_READY, WARD, {"occurred_at": TOMORROW}, {}, ["MOMENT_IN_FUTURE"]),
    (E.PHONE_CALL_LOGGED, S.PLANNING, WARD, {"spoke_with": " "}, {}, ["NAME_EMPTY"]),
    (E.PHONE_CALL_LOGGED, S.PLANNING, WARD, {"called": ELSEWHERE}, {}, ["NOT_PARTY"]),
    (E.PHONE_CALL_LOGGED, S.PLANNING, WARD, {"called": WARD}, {}, ["NOT_PARTY"]),
    (E.PHONE_CALL_LOGGED, S.PLANNING, WARD, {"occurred_at": TOMORROW}, {}, ["MOMENT_IN_FUTURE"]),
    (E.MISDIRECTED, S.NOTIFIED, TOWN, {"reason": ""}, {}, ["REASON_REQUIRED"]),
    (E.FORWARDED, S.PLANNING, TOWN, {"recipients": (ELSEWHERE,)}, {}, ["OUTSIDE_MUNICIPALITY"]),
    (E.FORWARDED, S.PLANNING, TOWN, {"recipients": (CENTRE,)}, {}, ["OUTSIDE_MUNICIPALITY"]),
    (
        E.FORWARDED,
        S.PLANNING,
        TOWN,
        {"routed": True},
        {"protection": "CONFIDENTIALITY_MARK"},
        ["PROTECTED_IDENTITY"],
    ),
    (E.PARTICIPANT_ADDED, S.PLANNING, WARD, {"recipients": (TOWN,)}, {}, ["ALREADY_PARTY"]),
    (E.ABORTED, S.PLANNING, WARD, {"reason": ""}, {}, ["REASON_REQUIRED"]),
]


def facts_with(state: EpisodeState | None, changes: dict[str, Any]) -> EpisodeFacts:
    known = {name: value for name, value in changes.items() if name in Background.__dataclass_fields__}
    if "protection" in known:
        known["protection"] = Protection[known["protection"]]
    direct = {name: value for name, value in changes.items() if name not in known}
    return everything_in_order(state, background=Background(**{"plan_consent": True, **known}), **direct)


@pytest.mark.parametrize(("event", "state", "by", "says", "changes", "expected"), ALONE)
def test_each_guard_alone(
    event: EpisodeEventKind,
    state: EpisodeState | None,
    by: Party,
    says: dict[str, Any],
    changes: dict[str, Any],
    expected: list[str],
) -> None:
    assert codes(judge(act_of(event, by, **says), facts_with(state, changes), by, {})) == expected


def test_every_guard_is_tried_alone() -> None:
    tried = {code for *_, expected in ALONE for code in expected} | {
        "MISSING_LEGAL_FIELD",  # these four: below
        "NOT_ACKNOWLEDGED",
        "UNACKNOWLEDGED_REMAIN",
        "WRONG_STATE",
        "RECEIPT_NOT_CONFIRMED",  # these two: test_readiness
        "NO_RECEIVING_UNIT",
        "FORM_MISSING",  # test_episode_backfill
    }
    assert {guard.code.value for step in TABLE for guard in step.guards} == tried


@pytest.mark.parametrize("field", LegalField)
def test_each_legal_field_is_demanded(field: LegalField) -> None:
    date = {"expected_discharge": None}
    act = act_of(E.ADMISSION_NOTICE_SENT, WARD, contents=PATIENT_FIELDS - {field}, **date)
    by_then = None if field is LegalField.EXPECTED_DISCHARGE else TODAY
    [objection] = judge(act, everything_in_order(S.ADMITTED, expected_discharge=by_then), WARD, {})
    assert objection.code == "MISSING_LEGAL_FIELD"
    assert objection.reason.endswith(f"Saknas: {field.swedish}.")
    assert objection.law
    assert objection.law.section == "2 kap. 2 §"


def test_a_protected_address_is_not_demanded() -> None:
    background = Background(protection=Protection.PROTECTED_REGISTRATION)
    facts = everything_in_order(S.ADMITTED, background=background)
    without = PATIENT_FIELDS - {LegalField.REGISTERED_ADDRESS}
    assert judge(act_of(E.ADMISSION_NOTICE_SENT, WARD, contents=without), facts, WARD, {}) == ()


def test_an_answer_comes_after_the_receipt() -> None:
    unread = (notice(NoticeKind.ADMISSION_NOTICE, WARD, CENTRE, TOWN, town=UNREAD),)
    facts = everything_in_order(S.NOTIFIED, notices=unread)
    assert codes(judge(act_of(E.ANSWERED, TOWN), facts, TOWN, {})) == ["NOT_ACKNOWLEDGED"]
    assert codes(judge(act_of(E.ANSWERED, CENTRE), facts, CENTRE, {})) == []


def test_a_notice_is_marked_as_misdirected_once() -> None:
    marked = notice(NoticeKind.GENERAL, WARD, TOWN, town=ReceiptState.MISDIRECTED)
    facts = everything_in_order(S.PLANNING)
    facts = replace(facts, notices=(*facts.notices, marked))
    assert codes(judge(act_of(E.MISDIRECTED, TOWN, about=marked.id), facts, TOWN, {})) == ["WRONG_STATE"]


def test_closing_names_every_unit_that_has_not_acknowledged() -> None:
    unread = notice(NoticeKind.DISCHARGE_NOTICE, WARD, CENTRE, TOWN, centre=UNREAD, town=UNREAD)
    facts = everything_in_order(S.DISCHARGED)
    found = judge(act_of(E.CLOSED, WARD), replace(facts, notices=(*facts.notices, unread)), WARD, four_regions())
    assert codes(found) == ["UNACKNOWLEDGED_REMAIN"] * 2
    assert [one.reason for one in found] == [
        "Ett meddelande är inte kvitterat. hälsocentralen: utskrivningsmeddelande.",
        "Ett meddelande är inte kvitterat. biståndsenheten: utskrivningsmeddelande.",
    ]
    assert [one.phone and one.phone.printed for objection in found for one in objection.call] == [
        "0611-800 00",
        "060-19 10 00",
    ]


def test_all_that_is_wrong_comes_at_once() -> None:
    act = Act(
        kind=E.ADMISSION_NOTICE_SENT, recipients=(CLOSED_UNIT, WARD), municipal_health_care=True, routed=True
    )
    facts = facts_with(S.ADMITTED, {"protection": "CONFIDENTIALITY_MARK", "expected_discharge": None})
    assert codes(judge(replace(act, recipients=(NURSES, WARD)), facts, WARD, {})) == [
        "RECIPIENT_IS_SENDER",
        "MISSING_LEGAL_FIELD",
        "MISSING_LEGAL_FIELD",
        "MISSING_LEGAL_FIELD",
        "OUTPATIENT_CARE_MISSING",
        "PROTECTED_IDENTITY",
    ]


def test_a_discharge_too_early_says_also_what_else_is_missing() -> None:
    facts = facts_with(S.PLANNING, {"fixed_care_contacts": frozenset(), "discharge_ready_at": None})
    found = judge(act_of(E.DISCHARGED, WARD), facts, WARD, {})
    assert codes(found) == ["PROCESS_ORDER", *["RECEIPT_NOT_CONFIRMED"] * 2, "MISSING_FIXED_CARE_CONTACT"]
    assert found[0].remedy == "Först krävs att vårdtillfället är utskrivningsklar eller hemgångsklar."


def test_what_nothing_mends_stands_alone() -> None:
    act = Act(kind=E.DISCHARGE_READY_WITHDRAWN)
    assert codes(judge(act, everything_in_order(S.CLOSED), WARD, {})) == ["WRONG_STATE"]


# --- what the regions add ---

LASARETT = unit("avdelning 3", UnitKind.INPATIENT_WARD, "halland")
HALMSTAD = unit("myndigheten", UnitKind.NEEDS_ASSESSMENT, "halland", municipality="1380")
EKEN = unit("vårdcentralen", UnitKind.HEALTH_CENTRE, "halland")


def halland(state: EpisodeState, **changes: Any) -> EpisodeFacts:
    units = (LASARETT, EKEN, HALMSTAD)
    told = (notice(NoticeKind.ADMISSION_NOTICE, LASARETT, EKEN, HALMSTAD),)
    parts = tuple(Participant(unit=one) for one in units)
    return everything_in_order(state, **{"ward": LASARETT, "participants": parts, "notices": told, **changes})


@pytest.mark.parametrize(
    ("days", "warned"), [(-1, True), (0, False), (1, False), (2, True)], ids=["earlier", "same", "one", "two"]
)
def test_halland_wants_a_call_when_the_date_moves(days: int, warned: bool) -> None:
    before = TODAY + dt.timedelta(days=5)
    act = act_of(E.EXPECTED_DISCHARGE_CHANGED, LASARETT, expected_discharge=before + dt.timedelta(days=days))
    found = judge(act, halland(S.PLANNING, expected_discharge=before), LASARETT, four_regions())
    assert [(one.rule, one.severity, one.code.value) for one in found] == (
        [("HAL-HP2", Severity.WARN, "CONTACT_REQUIRED")] if warned else []
    )
    for one in found:
        assert one.supplement is not None
        assert one.supplement.source.supplement
        assert "tidigareläggs" in (one.supplement.statement.quote or "")
        assert [who.name for who in one.call] == ["myndigheten"]


def test_a_noted_call_answers_the_wish_for_one() -> None:
    story = Story(four_regions())
    story.does(E.ADMITTED, LASARETT)
    story.does(E.ADMISSION_NOTICE_SENT, LASARETT, recipients=(EKEN, HALMSTAD))
    move = {"expected_discharge": TODAY + dt.timedelta(days=9)}
    assert [one.rule for one in story.judged(E.EXPECTED_DISCHARGE_CHANGED, LASARETT, **move)] == ["HAL-HP2"]
    about = frozenset({NoticeKind.EXPECTED_DISCHARGE})
    story.does(E.PHONE_CALL_LOGGED, LASARETT, called=HALMSTAD, informed=about)
    assert story.does(E.EXPECTED_DISCHARGE_CHANGED, LASARETT, **move) == ()
    back = {"expected_discharge": TODAY + dt.timedelta(days=3)}
    assert [one.rule for one in story.judged(E.EXPECTED_DISCHARGE_CHANGED, LASARETT, **back)] == ["HAL-HP2"]


@pytest.mark.parametrize(
    ("track", "lives_in", "warned"),
    [("RED", None, True), ("RED", UnitKind.NURSING_HOME, False), ("YELLOW", None, False), (None, None, False)],
)
def test_the_red_track_stays_red(track: str | None, lives_in: UnitKind | None, warned: bool) -> None:
    facts = halland(S.PLANNING, track=track, background=Background(lives_in=lives_in))
    found = judge(act_of(E.PLANNING_BASIS_SENT, LASARETT), facts, LASARETT, four_regions())
    assert [one.rule for one in found] == (["HAL-HP3"] if warned else [])


@pytest.mark.parametrize(
    ("items", "warnings"),
    [
        ((), 1),
        ((ChecklistItem(title="hjälpmedel"), ChecklistItem(title="läkemedel", comment=" ")), 2),
        ((ChecklistItem(title="läkemedel", comment="klart"),), 0),
        ((ChecklistItem(title="läkemedel", ticked_by_municipality=True),), 1),
    ],
    ids=["nothing", "uncommented", "commented, not ticked", "ticked, not commented"],
)
def test_the_ward_comments_and_the_municipality_need_not_tick(
    items: tuple[ChecklistItem, ...], warnings: int
) -> None:
    act = act_of(E.READY_FOR_HOME_MARKED, LASARETT, checklist=items)
    found = judge(act, halland(S.DISCHARGE_READY), LASARETT, four_regions())
    assert [one.rule for one in found] == ["HAL-HP4"] * warnings
    assert codes(found) == []


def test_orebro_asks_for_consent_without_a_care_request() -> None:
    ward = unit("avdelning 1", UnitKind.INPATIENT_WARD, "orebro")
    town = unit("biståndsenheten", UnitKind.NEEDS_ASSESSMENT, "orebro")
    send = {"recipients": (town,)}

    alone = Story(four_regions())
    alone.does(E.ADMITTED, ward)
    [warning] = alone.judged(E.ADMISSION_NOTICE_SENT, ward, **send)
    assert (warning.rule, warning.severity, warning.code.value) == ("ORE-OP2", Severity.WARN, "CONSENT_REQUIRED")

    asked = Story(four_regions(), process_consent=True)
    asked.does(E.ADMITTED, ward)
    assert asked.judged(E.ADMISSION_NOTICE_SENT, ward, **send) == ()

    requested = Story(four_regions())
    requested.does(E.CARE_REQUESTED, town, recipients=(ward,))
    requested.does(E.ADMITTED, ward)
    assert requested.judged(E.ADMISSION_NOTICE_SENT, ward, **send) == ()


def test_warnings_are_told_beforehand_and_hinder_nothing() -> None:
    facts = halland(S.PLANNING, track="RED")
    actions = {one.event: one for one in available_actions(facts, LASARETT, four_regions())}
    assert actions[E.PLANNING_BASIS_SENT].allowed
    assert [one.rule for one in actions[E.PLANNING_BASIS_SENT].warnings] == ["HAL-HP3"]
    assert actions[E.READY_FOR_HOME_MARKED].warnings == ()


def test_a_region_that_states_nothing_adds_nothing() -> None:
    assert {code for code, region in four_regions().items() if region.process} == {"halland", "orebro"}
