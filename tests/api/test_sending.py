"""The same message in different regions: what is sent, what is refused, and what the refusal says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api
from tests.world import pid

CONSENT = {"givenAt": "2026-11-23T08:30:00+01:00", "form": "ORAL"}


def message(patient: str, *recipients: str, **changes: Any) -> dict[str, Any]:
    """A good question about a patient, changed as given."""
    return {
        "patientId": pid("patient", patient),
        "caseId": pid("case", patient),
        "recipientUnitIds": [pid("unit", name) for name in recipients],
        "topic": "QUESTION",
        "purpose": "REQUEST_REPLY",
        "text": "Kan ni ringa oss i veckan?",
    } | changes


def codes(answer: dict[str, Any]) -> list[str]:
    return [one["code"] for one in answer["objections"]]


async def test_a_renewal_in_halland_is_routed_to_the_listed_health_centre(api: Api) -> None:
    order = message("alva", topic="PRESCRIPTION_RENEWAL")

    sent = (await api.do("sendMessage:MessageInput", "varberg", **order))["sent"]

    assert [one["unit"]["id"] for one in sent["receipts"]["nodes"]] == [pid("unit", "eken")]
    assert sent["replyDueAt"] == "2026-11-26T16:00:00Z"  # Thursday 17:00 in Sweden: three working days


async def test_a_renewal_to_another_health_centre_is_refused_with_the_sentence(api: Api) -> None:
    order = message("alva", "linden", topic="PRESCRIPTION_RENEWAL")

    answer = await api.do("sendMessage:MessageInput", "varberg", **order)

    [objection] = answer["objections"]
    assert objection["code"] == "WRONG_RECIPIENT_FOR_RENEWAL"
    assert objection["path"] == ["input", "recipientUnitIds", "0"]
    assert objection["rule"] == "HAL-H10"
    assert objection["source"]["quote"].startswith("Önskan om receptförnyelse skickas alltid")
    assert objection["source"]["lastChanged"] == "2024-12-04"
    assert objection["source"]["version"] is None


async def test_a_renewal_in_orebro_without_consent_meets_both_rules(api: Api) -> None:
    order = message("cecilia", "bergslagen", topic="PRESCRIPTION_RENEWAL")

    answer = await api.do("sendMessage:MessageInput", "nora", **order)

    told = {one["rule"]: one["source"]["quote"] for one in answer["objections"]}
    assert set(told) == {"ORE-O9", "ORE-O13"}
    assert told["ORE-O9"].startswith("Samtycke från den enskilde måste inhämtas")
    assert told["ORE-O13"].startswith("Det är inte lämpligt")


async def test_an_acute_matter_is_refused_with_the_number_to_call(api: Api) -> None:
    answer = await api.do("sendMessage:MessageInput", "varberg", **message("alva", "eken", urgency="ACUTE"))

    [objection] = answer["objections"]
    assert objection["code"] == "ACUTE_NOT_ALLOWED"
    assert objection["call"] == [
        {
            "name": "Eken",
            "phone": {"printed": "08-465 004 10", "e164": "+46846500410"},
            "askFor": None,
            "missing": None,
        }
    ]


async def test_everything_wrong_is_told_at_once(api: Api) -> None:
    order = message(
        "alva", "eken", topic="NEW_PRESCRIPTION", urgency="ACUTE", caseId=None, attachmentCount=1, text=" "
    )

    answer = await api.do("sendMessage:MessageInput", "varberg", licensed=False, **order)

    assert set(codes(answer)) == {
        "TEXT_EMPTY",
        "ATTACHMENTS_NOT_SUPPORTED",
        "SENDER_NOT_LICENSED",
        "CASE_REQUIRED",
        "ACUTE_NOT_ALLOWED",
        "TOPIC_NOT_ALLOWED",
    }
    assert answer["message"].startswith("Inget är gjort.")


async def test_a_refused_message_leaves_nothing_behind(api: Api) -> None:
    await api.do("sendMessage:MessageInput", "varberg", **message("alva", "eken", urgency="ACUTE"))

    for unit in ("varberg", "eken"):
        data = await api("{ viewer { unit { inbox { nodes { id } } outbox { nodes { id } } } } }", unit)
        assert data["viewer"]["unit"] == {"inbox": {"nodes": []}, "outbox": {"nodes": []}}


async def test_an_unknown_topic_is_refused(api: Api) -> None:
    answer = await api.do("sendMessage:MessageInput", "varberg", **message("alva", "eken", topic="POETRY"))

    assert codes(answer) == ["TOPIC_UNKNOWN"]


async def test_an_inactive_unit_cannot_receive(api: Api) -> None:
    answer = await api.do("sendMessage:MessageInput", "varberg", **message("alva", "nedlagd"))

    assert codes(answer) == ["UNIT_NOT_REGISTERED"]


async def test_across_a_border_both_regions_object(api: Api) -> None:
    answer = await api.do("sendMessage:MessageInput", "varberg", licensed=False, **message("alva", "bergslagen"))

    assert {one["rule"] for one in answer["objections"]} == {"HAL-H6", "ORE-O9"}


async def test_across_a_border_the_strictest_expectations_apply(api: Api) -> None:
    order = message("alva", "bergslagen", consent=CONSENT, purpose="SHARE_INFORMATION")

    sent = (await api.do("sendMessage:MessageInput", "varberg", **order))["sent"]

    assert sent["answerRequired"] is True
    assert sent["replyDueAt"] == "2026-11-26T16:00:00Z"


async def test_a_death_message_needs_an_open_plan_and_no_consent(api: Api) -> None:
    order = message("dag", "bergslagen", topic="DEATH_DURING_SIP")

    assert (await api.do("sendMessage:MessageInput", "nora", **order))["__typename"] == "MessageSent"


async def test_a_registered_forum_goes_before_messages(api: Api) -> None:
    forum = await api.do(
        "registerForum:ForumInput", "nora", name="Hemsjukvårdsrond", otherUnitId=pid("unit", "bergslagen")
    )
    assert forum["__typename"] == "ForumRegistered"

    answer = await api.do("sendMessage:MessageInput", "nora", **message("cecilia", "bergslagen", consent=CONSENT))

    assert codes(answer) == ["FORUM_EXISTS"]
    assert answer["objections"][0]["source"]["fact"] == "O4"


async def test_a_case_can_be_opened_and_used(api: Api) -> None:
    opened = await api.do("openCase:CaseInput", "varberg", patientId=pid("patient", "bo"), title="Läkemedel hemma")

    order = message("bo", "eken", caseId=opened["opened"]["id"])
    assert (await api.do("sendMessage:MessageInput", "varberg", **order))["__typename"] == "MessageSent"


async def test_the_dry_run_says_the_same_and_stores_nothing(api: Api) -> None:
    query = """query Try($input: MessageInput!) { reviewMessage(input: $input) {
      ... on Verdict { allowed objections { code rule } routing { unitName rule } expectation { deadline {
        dueOn dayZero counted excluded { day reason } } deadlineRule } } } }"""
    order = message("alva", topic="PRESCRIPTION_RENEWAL")

    verdict = (await api(query, "varberg", input=order))["reviewMessage"]

    assert verdict["allowed"] is True
    assert verdict["routing"] == {"unitName": "Eken", "rule": "HAL-H10"}
    assert verdict["expectation"]["deadlineRule"] == "HAL-H13"
    assert verdict["expectation"]["deadline"]["dueOn"] == "2026-11-26"
    assert verdict["expectation"]["deadline"]["counted"] == ["2026-11-24", "2026-11-25", "2026-11-26"]
    inbox = await api("{ viewer { unit { outbox { nodes { id } } } } }", "varberg")
    assert inbox["viewer"]["unit"]["outbox"]["nodes"] == []


COMPARE = """query Compare($draft: ImaginedMessageInput!) { compareRegions(draft: $draft) {
  outcomes { region verdict { allowed routing { unitName rule } objections { rule source { quote } }
    expectation { deadline { dueOn } } } }
  differences { question positions { region answer rules } } } }"""


async def test_comparing_regions_needs_no_token(api: Api) -> None:
    draft = {"topic": "PRESCRIPTION_RENEWAL", "sentAt": "2026-11-23T10:00:00+01:00"}

    compared = (await api(COMPARE, draft=draft))["compareRegions"]

    told = {one["region"]: one["verdict"] for one in compared["outcomes"]}
    assert set(told) == {"halland", "orebro", "stockholm", "vasternorrland"}
    assert told["halland"]["allowed"] is True
    assert told["halland"]["routing"]["rule"] == "HAL-H10"
    assert told["halland"]["expectation"]["deadline"]["dueOn"] == "2026-11-26"
    assert {one["rule"] for one in told["orebro"]["objections"]} >= {"ORE-O9", "ORE-O13"}
    assert compared["differences"][0]["question"] == "Får meddelandet skickas?"


@pytest.mark.parametrize("value", ["2026-11-20T09:30:00", "2026-11-20", "i går", 1795000000])
async def test_a_moment_without_offset_is_refused(api: Api, value: object) -> None:
    order = message("cecilia", "bergslagen", consent=CONSENT | {"givenAt": value})
    query = 'mutation M($i: MessageInput!) { sendMessage(input: $i, idempotencyKey: "k") { __typename } }'

    answer = await api.post(query, "nora", i=order)

    [error] = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "offset" in error["message"]
    assert str(value) not in error["message"]
