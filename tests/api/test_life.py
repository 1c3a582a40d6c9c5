"""What happens to a message after it was sent: receipts, replies, versions, and what the sender can see."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

from tests.api.test_sending import CONSENT, codes, message
from tests.conftest import Api, run
from tests.world import pid


async def sent(api: Api, sender: str, *recipients: str, patient: str = "alva", **changes: Any) -> str:
    """The id of a message that was sent."""
    answer = await api.do("sendMessage:MessageInput", sender, **message(patient, *recipients, **changes))
    return str(answer["sent"]["id"])


async def act(api: Api, mutation: str, unit: str, message_id: str, version: int, **more: Any) -> Any:
    kind = {"replyToMessage": "ReplyInput", "retractMessage": "MessageReasonInput"}
    kind["markMessageMisdirected"] = "MessageReasonInput"
    name = f"{mutation}:{kind.get(mutation, 'MessageActInput')}"
    return await api.do(name, unit, messageId=message_id, expectedVersion=version, **more)


async def test_an_information_only_message_in_orebro_stays_open_until_answered(api: Api) -> None:
    info = {"patient": "cecilia", "purpose": "SHARE_INFORMATION", "consent": CONSENT}
    message_id = await sent(api, "nora", "bergslagen", **info)

    changed = (await act(api, "acknowledgeMessage", "bergslagen", message_id, 1))["changed"]

    assert (changed["state"], changed["awaiting"]) == ("ACKNOWLEDGED", "REPLY")
    outbox = """{ viewer { unit { outbox(awaiting: REPLY) { nodes { id state receipts { nodes {
      unit { name } acknowledgedAt acknowledgedBy { title staff { name } } } } } } } } }"""
    [waiting] = (await api(outbox, "nora"))["viewer"]["unit"]["outbox"]["nodes"]
    [receipt] = waiting["receipts"]["nodes"]
    assert receipt["acknowledgedAt"] == "2026-11-23T09:00:00Z"
    assert receipt["acknowledgedBy"] == {"title": "sjuksköterska", "staff": {"name": "Bergslagen Testsson"}}
    assert (await act(api, "closeMessage", "nora", message_id, 2))["objections"][0]["code"] == "WRONG_STATE"

    refused = await act(api, "replyToMessage", "bergslagen", message_id, 2, text="Tack, noterat.")
    assert codes(refused) == ["CONSENT_REQUIRED"]
    reply = await act(api, "replyToMessage", "bergslagen", message_id, 2, text="Tack, noterat.", consent=CONSENT)

    assert reply["__typename"] == "MessageSent"
    assert (await api(outbox, "nora"))["viewer"]["unit"]["outbox"]["nodes"] == []
    closed = (await act(api, "closeMessage", "nora", message_id, 3))["changed"]
    assert closed["state"] == "CLOSED"


async def test_a_reply_acknowledges_and_stands_in_the_thread(api: Api) -> None:
    message_id = await sent(api, "varberg", "eken")
    api.clock.now += dt.timedelta(minutes=1)

    reply = await act(api, "replyToMessage", "eken", message_id, 1, text="Vi ringer i morgon.")

    query = """query M($id: ID!) { message(id: $id) { state thread { nodes { text inReplyTo { id } } }
      history { nodes { version kind unit { name } } } receipts { nodes { state answer { id } } } } }"""
    found = (await api(query, "varberg", id=message_id))["message"]
    assert found["state"] == "ANSWERED"
    assert [one["text"] for one in found["thread"]["nodes"]] == [
        "Kan ni ringa oss i veckan?",
        "Vi ringer i morgon.",
    ]
    assert [(one["version"], one["kind"]) for one in found["history"]["nodes"]] == [(1, "SENT"), (2, "ANSWERED")]
    assert found["receipts"]["nodes"] == [{"state": "ANSWERED", "answer": {"id": reply["sent"]["id"]}}]


async def test_retracting_needs_a_reason_and_that_nobody_has_read_it(api: Api) -> None:
    message_id = await sent(api, "varberg", "eken")
    assert codes(await act(api, "retractMessage", "varberg", message_id, 1, reason=" ")) == ["REASON_REQUIRED"]
    assert codes(await act(api, "retractMessage", "eken", message_id, 1, reason="fel")) == ["NOT_SENDER"]

    changed = (await act(api, "retractMessage", "varberg", message_id, 1, reason="Fel patient."))["changed"]

    assert changed["state"] == "RETRACTED"
    assert codes(await act(api, "acknowledgeMessage", "eken", message_id, 2)) == ["WRONG_STATE"]
    read = await sent(api, "varberg", "eken")
    await act(api, "acknowledgeMessage", "eken", read, 1)
    assert codes(await act(api, "retractMessage", "varberg", read, 2, reason="Ångrat.")) == ["WRONG_STATE"]


async def test_a_misdirected_message_comes_back_to_the_sender(api: Api) -> None:
    message_id = await sent(api, "varberg", "eken")

    answer = await act(
        api, "markMessageMisdirected", "eken", message_id, 1, reason="Patienten är listad hos Linden."
    )

    assert answer["changed"]["state"] == "MISDIRECTED"
    query = "query M($id: ID!) { message(id: $id) { history(last: 1) { nodes { kind reason } } } }"
    [event] = (await api(query, "varberg", id=message_id))["message"]["history"]["nodes"]
    assert event == {"kind": "MISDIRECTED", "reason": "Patienten är listad hos Linden."}


async def test_each_recipient_has_its_own_receipt(api: Api) -> None:
    message_id = await sent(api, "varberg", "eken", "linden")

    first = (await act(api, "acknowledgeMessage", "eken", message_id, 1))["changed"]
    second = (await act(api, "acknowledgeMessage", "linden", message_id, 2))["changed"]

    assert (first["state"], second["state"]) == ("SENT", "ACKNOWLEDGED")
    assert codes(await act(api, "acknowledgeMessage", "eken", message_id, 3)) == ["WRONG_STATE"]


async def test_a_stale_version_tells_who_did_what(api: Api) -> None:
    message_id = await sent(api, "varberg", "eken", "linden")
    await act(api, "acknowledgeMessage", "eken", message_id, 1)

    stale = await act(api, "acknowledgeMessage", "linden", message_id, 1)

    assert (stale["expectedVersion"], stale["currentVersion"]) == (1, 2)
    assert stale["changes"] == [
        {
            "version": 2,
            "kind": "ACKNOWLEDGED",
            "what": "kvitterat",
            "byName": "Eken Testsson",
            "byTitle": "sjuksköterska",
            "unitName": "Eken",
        }
    ]


async def test_of_two_concurrent_replies_one_wins(api: Api) -> None:
    message_id = await sent(api, "varberg", "eken")

    answers = await asyncio.gather(
        *(act(api, "replyToMessage", "eken", message_id, 1, text=f"Svar {at}.") for at in range(2))
    )

    assert sorted(one["__typename"] for one in answers) == ["MessageSent", "StaleVersion"]
    thread = await api(
        "query M($id: ID!) { message(id: $id) { thread { nodes { id } } } }", "varberg", id=message_id
    )
    assert len(thread["message"]["thread"]["nodes"]) == 2


async def test_ten_parallel_repeats_store_one_message(api: Api) -> None:
    order = message("alva", "eken")

    answers = await asyncio.gather(
        *(api.do("sendMessage:MessageInput", "varberg", key="one-and-only", **order) for _ in range(10))
    )

    assert len({one["sent"]["id"] for one in answers}) == 1
    assert sorted(one["replayed"] for one in answers) == [False, *[True] * 9]
    outbox = await api("{ viewer { unit { outbox { nodes { id } } } } }", "varberg")
    assert len(outbox["viewer"]["unit"]["outbox"]["nodes"]) == 1


async def test_ten_parallel_repeats_of_a_reply_store_one(api: Api) -> None:
    message_id = await sent(api, "varberg", "eken")
    reply = {"messageId": message_id, "expectedVersion": 1, "text": "Vi ringer."}

    answers = await asyncio.gather(
        *(api.do("replyToMessage:ReplyInput", "eken", key="reply", **reply) for _ in range(10))
    )

    assert len({one["sent"]["id"] for one in answers}) == 1


async def test_a_key_with_another_body_is_refused_and_another_units_key_is_another_key(api: Api) -> None:
    await api.do("sendMessage:MessageInput", "varberg", key="k", **message("alva", "eken"))

    reused = await api.do("sendMessage:MessageInput", "varberg", key="k", **message("alva", "linden"))
    other = await api.do(
        "sendMessage:MessageInput", "nora", key="k", **message("cecilia", "bergslagen", consent=CONSENT)
    )

    assert (reused["__typename"], reused["key"]) == ("IdempotencyKeyReused", "k")
    assert other["__typename"] == "MessageSent"


async def test_a_refusal_does_not_use_the_key_up(api: Api) -> None:
    await api.do("sendMessage:MessageInput", "varberg", key="k", **message("alva", "eken", urgency="ACUTE"))

    mended = await api.do("sendMessage:MessageInput", "varberg", key="k", **message("alva", "eken"))

    assert mended["__typename"] == "MessageSent"


async def test_a_late_answer_is_flagged_and_listed(api: Api) -> None:
    message_id = await sent(api, "varberg", "eken")
    query = "{ viewer { unit { outbox(overdue: true) { nodes { id overdue replyDueAt } } } } }"
    due = dt.datetime(2026, 11, 26, 16, 0, tzinfo=dt.UTC)

    api.clock.now = due - dt.timedelta(seconds=1)
    assert (await api(query, "varberg"))["viewer"]["unit"]["outbox"]["nodes"] == []
    api.clock.now = due
    late = {"id": message_id, "overdue": True, "replyDueAt": "2026-11-26T16:00:00Z"}
    assert (await api(query, "varberg"))["viewer"]["unit"]["outbox"]["nodes"] == [late]


async def test_the_inbox_is_read_page_by_page_in_both_directions(api: Api) -> None:
    ids = []
    for minute in range(5):
        api.clock.now = dt.datetime(2026, 11, 23, 9, minute, tzinfo=dt.UTC)
        ids.append(await sent(api, "varberg", "eken"))
    newest_first = ids[::-1]
    query = """query Inbox($first: Int, $after: ID, $last: Int, $before: ID) { viewer { unit {
      inbox(first: $first, after: $after, last: $last, before: $before) {
        edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }"""

    async def page(**window: Any) -> Any:
        return (await api(query, "eken", **window))["viewer"]["unit"]["inbox"]

    first = await page(first=2)
    assert [one["node"]["id"] for one in first["edges"]] == newest_first[:2]
    assert first["pageInfo"]["hasNextPage"] is True
    rest = await page(first=100, after=first["pageInfo"]["endCursor"])
    assert [one["node"]["id"] for one in rest["edges"]] == newest_first[2:]
    assert rest["pageInfo"] | {"startCursor": "", "endCursor": ""} == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": "",
        "endCursor": "",
    }
    last = await page(last=2)
    assert [one["node"]["id"] for one in last["edges"]] == newest_first[-2:]
    before = await page(last=2, before=last["pageInfo"]["startCursor"])
    assert [one["node"]["id"] for one in before["edges"]] == newest_first[1:3]


async def test_inbox_readings_are_held_against_the_region(api: Api) -> None:
    record = "mutation R($k: String!) { recordInboxReading(idempotencyKey: $k) { __typename } }"
    query = """{ viewer { unit { inboxReading(on: "2026-11-23") { fulfilled dayOff readAt duty { code } }
      } } }"""
    await api(record, "varberg", k="morning")

    once = (await api(query, "varberg"))["viewer"]["unit"]["inboxReading"]
    await api(record, "varberg", k="afternoon")
    twice = (await api(query, "varberg"))["viewer"]["unit"]["inboxReading"]

    assert (once["fulfilled"], twice["fulfilled"]) == (False, True)
    assert len(twice["readAt"]) == 2
    assert twice["duty"]["code"] == "HAL-H12"
    nowhere = (await api(query, "nora"))["viewer"]["unit"]["inboxReading"]
    assert (nowhere["duty"], nowhere["fulfilled"]) == (None, None)


async def test_a_patients_messages_are_those_of_the_own_unit(api: Api) -> None:
    message_id = await sent(api, "varberg", "eken")
    query = "query P($by: PatientKey!) { patient(by: $by) { givenName messages { nodes { id } } } }"

    seen = (await api(query, "eken", by={"id": pid("patient", "alva")}))["patient"]

    assert seen == {"givenName": "Alva", "messages": {"nodes": [{"id": message_id}]}}


async def test_what_a_unit_has_sent_stays_readable_when_its_relation_has_ended(api: Api) -> None:
    message_id = await sent(api, "varberg", "eken")
    await run(api, "update care_relation set until = '2027-01-01 00:00:00+00:00' where kind = 'ENROLLED'")
    query = "query M($id: ID!) { message(id: $id) { patient { givenName } case { title } } }"

    seen = (await api(query, "varberg", id=message_id))["message"]

    assert seen == {"patient": {"givenName": "Alva"}, "case": {"title": "Planering hemma"}}
