"""What the regions' routines and the core object to in a message, and whom to call instead."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from lifecare_gql.domain.drafts import Consent, Party, Subject
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.reviewing import MAX_TEXT_LENGTH, review
from lifecare_gql.domain.words import Severity
from tests.domain.cases import (
    ACUTE,
    ATTACHED,
    CASES,
    DEAD,
    H5,
    H11,
    NO_CASE,
    NO_CONSENT,
    NOT_ENROLLED,
    O9,
    O13,
    OTHER,
    OWN,
    REPLY,
    ROUND,
    UNLICENSED,
    WARD,
    Said,
    about,
    renewal,
    sent_from,
    to,
)
from tests.domain.drafts import NOW, good_draft, health_centre, home_care
from tests.regions.plugins import decided, four_regions


def said(objection: Objection) -> Said:
    source = objection.source
    if source is None:
        return Said(objection.code, objection.rule)
    return Said(objection.code, objection.rule, source.fact, source.quote)


def assert_said(objections: tuple[Objection, ...], expected: list[Said]) -> None:
    found = [said(objection) for objection in objections]
    assert [one[:3] for one in found] == [one[:3] for one in expected]
    for one, wanted in zip(found, expected, strict=True):
        assert one.quote.startswith(wanted.quote)


@pytest.mark.parametrize(
    ("case", "sender", "recipient", "changes", "expected"), CASES, ids=[row[0] for row in CASES]
)
def test_what_is_objected(
    case: str, sender: str, recipient: str, changes: dict[str, Any], expected: list[Said]
) -> None:
    verdict = review(good_draft(sender, recipient, **changes), four_regions())
    assert_said(verdict.objections, expected)
    assert verdict.allowed == (not expected)


def test_the_cases_cover_every_routine() -> None:
    tried = {one.rule for *_, expected in CASES for one in expected} | {H5.rule}
    assert tried - {None} == {one.code for region in four_regions().values() for one in region.book.routines}


# --- warnings, routing, phone contacts ---


def test_a_patient_who_is_not_enrolled_gives_a_warning_in_halland_and_no_refusal() -> None:
    verdict = review(good_draft("halland", **NOT_ENROLLED), four_regions())
    assert verdict.allowed
    assert_said(verdict.warnings, [H5])
    assert verdict.warnings[0].severity is Severity.WARN


def test_a_warning_stands_beside_the_objections() -> None:
    verdict = review(good_draft("halland", **NOT_ENROLLED, **ACUTE), four_regions())
    assert_said(verdict.objections, [H11])
    assert_said(verdict.warnings, [H5])


def test_a_renewal_without_recipient_goes_to_the_listed_health_centre() -> None:
    routing = review(good_draft("halland", **renewal(OWN)), four_regions()).routing
    assert routing is not None
    assert (routing.unit_id, routing.unit_name, routing.rule) == (OWN.id, OWN.name, "HAL-H10")
    assert (
        routing.source.quote
        == "Önskan om receptförnyelse skickas alltid till den vårdcentral patienten är listad på."
    )


@pytest.mark.parametrize(
    "changes",
    [renewal(OWN, OWN), renewal(None), to(), to(OTHER)],
    ids=["the sender chose", "listed nowhere", "another topic", "another topic with recipient"],
)
def test_nothing_is_routed(changes: dict[str, Any]) -> None:
    assert review(good_draft("halland", **changes), four_regions()).routing is None


def test_a_routed_message_is_judged_as_sent_to_where_it_goes() -> None:
    closed = replace(OWN, active=False)
    verdict = review(good_draft("halland", **renewal(closed)), four_regions())
    assert_said(verdict.objections, [Said("UNIT_NOT_REGISTERED")])
    in_orebro = health_centre("orebro")
    assert_said(review(good_draft("halland", **renewal(in_orebro)), four_regions()).objections, [O13])


# recipient of an acute message, from Halland: who is called, which number, whom to ask for
PHONE = PhoneNumber.swedish("031-390 06 00")
CALLS = [
    ("its own number", health_centre("halland", phone=PHONE), "vårdcentralen", "+46313900600", None),
    ("no source gives a number", health_centre("halland"), "vårdcentralen", None, None),
    (
        "the region's switchboard",
        health_centre("vasternorrland"),
        "Region Västernorrland, för vårdcentralen",
        "+4661180000",
        None,
    ),
    (
        "the municipality's switchboard",
        home_care("vasternorrland", municipality="2281"),
        "Sundsvall kommun, för hemsjukvården",
        "+4660191000",
        "ansvarig biståndshandläggare",
    ),
    (
        "its own number, region not enabled",
        health_centre("gotland", phone=PHONE),
        "vårdcentralen",
        "+46313900600",
        None,
    ),
    ("no number, region not enabled", health_centre("gotland"), "vårdcentralen", None, None),
]


@pytest.mark.parametrize(("case", "recipient", "name", "number", "ask_for"), CALLS, ids=[row[0] for row in CALLS])
def test_an_acute_matter_is_refused_with_whom_to_call(
    case: str, recipient: Party, name: str, number: str | None, ask_for: str | None
) -> None:
    [objection] = review(good_draft("halland", **to(recipient), **ACUTE), four_regions()).objections
    [reach] = objection.call
    assert (reach.name, reach.phone and reach.phone.e164, reach.ask_for) == (name, number, ask_for)
    assert bool(reach.missing) == (number is None), "a missing number has a reason, and only that"
    assert "per telefon" in objection.remedy


def test_an_acute_matter_names_every_recipient_to_call() -> None:
    [objection] = review(good_draft("halland", **to(OWN, OTHER), **ACUTE), four_regions()).objections
    assert [reach.name for reach in objection.call] == [OWN.name, OTHER.name]


def test_an_unknown_region_does_not_borrow_the_objecting_regions_switchboard() -> None:
    halland, vasternorrland = four_regions()["halland"], four_regions()["vasternorrland"]
    with_switchboard = {"halland": replace(halland, switchboards=vasternorrland.switchboards)}
    [objection] = review(good_draft("halland", "gotland", **ACUTE), with_switchboard).objections
    assert objection.call[0].phone is None


# --- what the core itself demands, in every region ---

TOMORROW = NOW + dt.timedelta(days=1)
CORE = [
    ("no recipient", to(), "NO_RECIPIENT", "input.recipientUnitIds"),
    ("an unknown topic", about("GOSSIP"), "TOPIC_UNKNOWN", "input.topic"),
    ("an empty text", {"text_length": 0}, "TEXT_EMPTY", "input.text"),
    ("too long a text", {"text_length": MAX_TEXT_LENGTH + 1}, "TEXT_TOO_LONG", "input.text"),
    ("an attachment", ATTACHED, "ATTACHMENTS_NOT_SUPPORTED", "input.attachmentCount"),
    ("consent from tomorrow", {"consent": Consent(given_at=TOMORROW)}, "CONSENT_INVALID", "input.consent.givenAt"),
    ("a sender not active", sent_from(home_care("stockholm", active=False)), "UNIT_NOT_REGISTERED", "viewer.unit"),
    (
        "the second recipient not active",
        to(health_centre("stockholm"), health_centre("stockholm", "den stängda", active=False)),
        "UNIT_NOT_REGISTERED",
        "input.recipientUnitIds.1",
    ),
    (
        "to oneself",
        to(health_centre("stockholm"), home_care("stockholm")),
        "RECIPIENT_IS_SENDER",
        "input.recipientUnitIds.1",
    ),
]


@pytest.mark.parametrize(("case", "changes", "code", "path"), CORE, ids=[row[0] for row in CORE])
def test_the_core_objects_where_the_region_is_silent(
    case: str, changes: dict[str, Any], code: str, path: str
) -> None:
    [objection] = review(good_draft("stockholm", **changes), four_regions()).objections
    assert (objection.code, ".".join(objection.path)) == (code, path)
    assert (objection.region, objection.rule, objection.source) == (None, None, None)
    assert objection.reason
    assert objection.remedy


@pytest.mark.parametrize(
    "changes",
    [{"text_length": 1}, {"text_length": MAX_TEXT_LENGTH}, {"consent": Consent(given_at=NOW)}],
    ids=["one character", "as long as may be", "consent this very moment"],
)
def test_the_limits_themselves_are_allowed(changes: dict[str, Any]) -> None:
    assert review(good_draft("stockholm", **changes), four_regions()).allowed


def test_a_topic_that_only_one_region_declares_is_known_while_it_is_enabled() -> None:
    draft = good_draft("stockholm", topic="SINGLE_AID")
    assert review(draft, four_regions()).allowed
    without_orebro = {code: region for code, region in four_regions().items() if code != "orebro"}
    assert_said(review(draft, without_orebro).objections, [Said("TOPIC_UNKNOWN")])


# --- where a region's objection points in the input ---

PATHS = [
    ("halland", UNLICENSED, "viewer.profession"),
    ("halland", NO_CASE, "input.caseId"),
    ("halland", ACUTE, "input.urgency"),
    ("halland", about("NEW_PRESCRIPTION"), "input.topic"),
    ("halland", to(OWN, WARD), "input.recipientUnitIds.1"),
    ("halland", sent_from(WARD), "viewer.unit"),
    ("halland", renewal(OWN, OWN, OTHER), "input.recipientUnitIds.1"),
    ("halland", renewal(None, OTHER), "input.patientId"),
    ("orebro", NO_CONSENT, "input.consent"),
    ("orebro", {"forums": (ROUND,)}, "input.recipientUnitIds.0"),
    ("orebro", about("DEATH_DURING_SIP", subject=Subject(deceased=True)), "input.patientId"),
    ("orebro", about("PSYCHIATRIC_DISCHARGE"), "input.recipientUnitIds"),
]


@pytest.mark.parametrize(("region", "changes", "path"), PATHS)
def test_an_objection_points_at_the_input(region: str, changes: dict[str, Any], path: str) -> None:
    [objection] = review(good_draft(region, **changes), four_regions()).objections
    assert ".".join(objection.path) == path


# --- what the deployment may decide otherwise (Q1, Q2) ---


@pytest.mark.parametrize(
    ("case", "decision", "changes", "expected"),
    [
        ("a reply needs no consent", {"consent_covers_replies": False}, {**NO_CONSENT, **REPLY}, []),
        ("a first message still does", {"consent_covers_replies": False}, NO_CONSENT, [O9]),
        (
            "a death needs consent",
            {"consent_waived_for_topics": []},
            about("DEATH_DURING_SIP", subject=DEAD, consent=None),
            [O9],
        ),
        ("feedback needs none", {"consent_waived_for_topics": ["FEEDBACK"]}, about("FEEDBACK", consent=None), []),
    ],
)
def test_a_deployment_decides_on_consent(
    case: str, decision: dict[str, Any], changes: dict[str, Any], expected: list[Said]
) -> None:
    assert_said(review(good_draft("orebro", **changes), decided("orebro", **decision)).objections, expected)
