"""The outage kit as JSON: canonical, complete without a server, and the same for the same content."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecare_gql.documents.kit_sheets import KitSheet
from lifecare_gql.documents.kits import KIT_SCHEMA, kit_etag, kit_json
from lifecare_gql.domain.episode_words import EpisodeState
from lifecare_gql.domain.words import Awaiting, Protection
from tests.documents.kit_examples import (
    BARE_EPISODE,
    BY_CARE_TYPE,
    CENTRE,
    EMPTY,
    EPISODE,
    HOLGER,
    HOSTILE_KIT,
    KIT,
    MESSAGE,
    NOW,
    REGION,
    WARD,
    elsewhere,
    participant,
    patient,
)
from tests.documents.test_kit_pages import ITEMS, NUMBERS


def read(sheet: KitSheet) -> Any:
    return json.loads(kit_json(sheet))


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(one)


@pytest.mark.parametrize("sheet", [*BY_CARE_TYPE.values(), EMPTY, HOSTILE_KIT, elsewhere("halland")])
def test_canonical(sheet: KitSheet) -> None:
    payload = kit_json(sheet)
    again = json.dumps(json.loads(payload), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert payload == again.encode()
    assert kit_json(sheet) == payload


def test_everything_a_client_needs_is_there() -> None:
    kit = read(KIT)
    assert set(kit) == {
        *("schemaVersion", "made", "unit", "careType", "organisation", "region", "document", "status", "routine"),
        *("noRoutine", "switchboards", "waysIn", "contacts", "support", "oralItems", "outageLog", "forms"),
        *("checklists", "postings", "facts", "episodes", "messages", "withheld"),
    }
    assert kit["schemaVersion"] == KIT_SCHEMA
    assert kit["made"] == {"at": "2026-11-23T09:00:00Z", "validUntil": "2026-11-23T21:00:00Z", "version": 3}
    assert kit["status"] == "EJ BESLUTAD"
    assert (kit["document"]["version"], kit["document"]["date"]) == ("1.0", "2025-10-02")
    assert kit["withheld"]["count"] == 2
    assert kit["careType"] == {"code": "SOMATIC_INPATIENT", "text": "somatisk slutenvård"}
    assert len(kit["forms"]) == 4
    assert len(kit["checklists"]) == 3
    assert [one["text"] for one in kit["oralItems"]] == list(ITEMS)
    assert kit["waysIn"][-1]["fact"] == "V57"


def test_a_care_episode_says_whom_to_call_and_what_waits() -> None:
    first, bare = read(KIT)["episodes"]
    assert first["patient"] == {
        "name": "Holger Testperson",
        "identity": {"value": "194708162385", "kind": {"code": "PERSONAL_NUMBER", "text": "personnummer"}},
    }
    assert first["state"] == {"code": "PLANNING", "text": "planering pågår"}
    assert first["expectedDischarge"] == "2026-11-25"
    reach = first["participants"][0]["reach"]
    assert reach["phone"] == {"printed": "060-19 10 00", "e164": "+4660191000"}
    assert (reach["askFor"], reach["fact"]) == ("ansvarig biståndshandläggare", "V58")
    assert first["participants"][1]["fixedCareContact"] == "Distriktssköterska Ronja Exempelsson"
    assert first["waiting"][1]["dueAt"] == "2026-11-25T09:00:00Z"
    assert first["unacknowledged"][0]["recipient"]["name"] == "Sundsvalls biståndsenhet (demo)"
    assert first["meeting"]["startsAt"] == "2026-11-24T09:00:00Z"
    assert (bare["ward"], bare["admittedAt"], bare["meeting"], bare["waiting"]) == (None, None, None, [])


def test_a_message_says_what_is_awaited_and_not_what_it_says() -> None:
    (message,) = read(KIT)["messages"]
    assert set(message) == {"id", "patient", "topic", "sentAt", "sender", "awaiting", "dueAt", "participants"}
    assert message["awaiting"] == {"code": "REPLY", "text": "väntar på svar"}


@pytest.mark.parametrize("sheet", [*BY_CARE_TYPE.values(), elsewhere("stockholm"), elsewhere("halland")])
def test_every_fact_that_is_named_has_its_passages(sheet: KitSheet) -> None:
    kit = read(sheet)
    said = {key: value for key, value in kit.items() if key not in ("episodes", "messages", "facts")}
    named = {node["fact"] for node in nodes(said) if node.get("fact")}
    assert set(kit["facts"]) == named
    for number, quotes in kit["facts"].items():
        fact = sheet.region.fact(number)
        assert fact is not None
        assert [one["text"] for one in quotes] == [one.text for one in fact.quotes]


@pytest.mark.parametrize("sheet", BY_CARE_TYPE.values(), ids=BY_CARE_TYPE)
def test_every_number_is_there(sheet: KitSheet) -> None:
    phones = [node for node in nodes(read(sheet)) if "e164" in node]
    for printed, e164 in NUMBERS.values():
        assert {"printed": printed, "e164": e164} in phones


def test_a_region_without_a_routine_says_so() -> None:
    stockholm = read(elsewhere("stockholm"))
    assert stockholm["routine"]["published"] is False
    assert stockholm["noRoutine"] == "Källan har rubriken Reservrutin men inget innehåll under den."
    assert set(stockholm["facts"]) >= {"S17"}
    assert (stockholm["oralItems"], stockholm["checklists"], stockholm["postings"]) == ([], [], [])
    assert read(elsewhere("halland"))["routine"] is None
    assert read(KIT)["noRoutine"] is None


@given(later=st.integers(0, 10**9), hours=st.integers(1, 1000), version=st.integers(0, 10**6))
def test_the_tag_forgets_only_when_the_kit_was_made(later: int, hours: int, version: int) -> None:
    made = NOW + dt.timedelta(seconds=later)
    again = replace(KIT, made_at=made, valid_until=made + dt.timedelta(hours=hours), version=version)
    assert kit_etag(kit_json(again)) == kit_etag(kit_json(KIT))


def test_the_tag_is_a_weak_one() -> None:
    tag = kit_etag(kit_json(KIT))
    assert tag.startswith('W/"')
    assert tag.endswith('"')
    assert tag[3:-1].isascii()
    assert len(tag) == 47


OTHERS = {
    "unit": replace(KIT, unit=replace(WARD, name="Vårdavdelning Linden (demo)")),
    "organisation": replace(KIT, organisation="Sundsvalls kommun"),
    "withheld": replace(KIT, withheld_count=3),
    "one patient fewer": replace(KIT, episodes=(EPISODE,)),
    "another order": replace(KIT, episodes=(BARE_EPISODE, EPISODE)),
    "no message": replace(KIT, messages=()),
    "message": replace(KIT, messages=(replace(MESSAGE, awaiting=Awaiting.ACKNOWLEDGEMENT),)),
    "state": replace(KIT, episodes=(replace(EPISODE, state=EpisodeState.DISCHARGE_READY), BARE_EPISODE)),
    "discharge": replace(KIT, episodes=(replace(EPISODE, expected_discharge=NOW.date()), BARE_EPISODE)),
    "reach": replace(KIT, episodes=(replace(EPISODE, participants=(participant(CENTRE),)), BARE_EPISODE)),
    "task": replace(KIT, episodes=(replace(EPISODE, waiting=EPISODE.waiting[:1]), BARE_EPISODE)),
    "number": replace(KIT, region=replace(REGION, switchboards=REGION.switchboards[1:])),
    "routine": replace(KIT, region=replace(REGION, outage=None)),
    "name": replace(KIT, episodes=(replace(EPISODE, patient=patient("Hulda", "194708162385")), BARE_EPISODE)),
}


def test_the_tag_tells_any_other_content() -> None:
    tags = {kit_etag(kit_json(sheet)) for sheet in (KIT, *OTHERS.values())}
    assert len(tags) == 1 + len(OTHERS)


def test_the_same_moment_is_the_same_text_in_any_zone() -> None:
    utc = replace(
        KIT,
        made_at=KIT.made_at.astimezone(dt.UTC),
        episodes=(replace(EPISODE, admitted_at=NOW.astimezone(dt.UTC)),),
    )
    local = replace(KIT, episodes=(replace(EPISODE, admitted_at=NOW),))
    assert kit_json(utc) == kit_json(local)


def test_a_moment_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        kit_json(replace(KIT, episodes=(replace(EPISODE, admitted_at=NOW.replace(tzinfo=None)),)))


def test_nothing_of_a_patient_is_anywhere_but_in_the_sheets_own_places() -> None:
    kit = read(KIT)
    del kit["episodes"], kit["messages"]
    rest = json.dumps(kit, ensure_ascii=False)
    assert not [name for name in ("Holger", "Edla", "19470816", "19311205") if name in rest]
    assert HOLGER.name in kit_json(KIT).decode()
    with pytest.raises(ValueError, match="protected identity"):
        patient("Ines", "198706062380", protection=Protection.CONFIDENTIALITY_MARK)
