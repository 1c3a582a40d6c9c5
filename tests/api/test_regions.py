"""The regions' documents, facts and own fields, as a client reads them."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from lifecare_gql.app import create_app
from lifecare_gql.errors import RegionFault
from lifecare_gql.hookspecs import RegionSchema, TypeField
from lifecare_gql.regions import Regions, load_regions
from lifecare_gql.schema import build_schema
from lifecare_gql.settings import Settings
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests.conftest import Api, Clock
from tests.world import pid

FACTS = (Path(__file__).parents[1] / "data" / "facts.txt").read_text("utf-8").split()


async def test_each_of_the_163_facts_is_readable_by_its_number(api: Api) -> None:
    query = "query F($id: String!) { fact(id: $id) { id use usedBy quotes { text } source { document quote } } }"
    assert len(FACTS) == 163

    for fact_id in FACTS:
        fact = (await api(query, id=fact_id))["fact"]
        assert fact["id"] == fact_id
        assert fact["source"]["quote"] == fact["quotes"][0]["text"]
        assert fact["use"] != "PENDING" or fact["usedBy"], "what is pending says what it waits for"


async def test_the_facts_stand_under_their_documents(api: Api) -> None:
    query = "{ regions { code documents { title status facts { id } } } }"

    regions = (await api(query))["regions"]

    found = [fact["id"] for region in regions for document in region["documents"] for fact in document["facts"]]
    assert sorted(found) == sorted(FACTS)


async def test_facts_can_be_narrowed_by_their_use(api: Api) -> None:
    query = '{ region(code: "halland") { documents { facts(use: ENFORCED) { id use } } } }'

    [document] = (await api(query))["region"]["documents"]

    assert {"H6", "H7", "H10", "H11", "H15", "H16"} <= {fact["id"] for fact in document["facts"]}
    assert {fact["use"] for fact in document["facts"]} == {"ENFORCED"}


async def test_what_a_document_does_not_say_is_null_with_a_reason(api: Api) -> None:
    query = """{ stockholm: region(code: "stockholm") { outageRoutine { published reason } }
      halland: region(code: "halland") { outageRoutine { published } switchboards { name } silence }
      vasternorrland: region(code: "vasternorrland") { contacts { name phone { e164 } missing } } }"""

    found = await api(query)

    assert found["stockholm"]["outageRoutine"]["published"] is False
    assert "Reservrutin" in found["stockholm"]["outageRoutine"]["reason"]
    assert found["halland"]["outageRoutine"] is None
    assert "telefonnummer" in found["halland"]["silence"]
    without = [one for one in found["vasternorrland"]["contacts"] if one["phone"] is None]
    assert without
    assert all(one["missing"] for one in without)


async def test_a_region_has_a_namespace_of_its_own(api: Api) -> None:
    found = await api("{ stockholm { browsers { text source { fact } } operatingSystems { text } } }")

    assert [one["source"]["fact"] for one in found["stockholm"]["browsers"]] == ["S14", "S14"]
    assert found["stockholm"]["browsers"][0]["text"].startswith("Microsoft Edge")


async def test_a_region_adds_a_field_to_the_cores_unit(api: Api) -> None:
    query = """query U($id: ID!) { unit(by: {id: $id}) { name
      vasternorrlandSingleEntryPoint { phone { printed e164 } askFor } stockholmRolloutStages { name } } }"""

    sundsvall = (await api(query, "varberg", id=pid("unit", "sundsvall")))["unit"]
    varberg = (await api(query, "varberg", id=pid("unit", "varberg")))["unit"]

    assert sundsvall["vasternorrlandSingleEntryPoint"]["phone"] == {
        "printed": "060-19 10 00",
        "e164": "+4660191000",
    }
    assert "biståndshandläggare" in sundsvall["vasternorrlandSingleEntryPoint"]["askFor"]
    assert varberg["vasternorrlandSingleEntryPoint"] is None
    assert varberg["stockholmRolloutStages"] == []


async def test_a_unit_is_reached_by_its_own_number_or_by_the_switchboard(api: Api) -> None:
    query = "query U($id: ID!) { unit(by: {id: $id}) { reach { name phone { printed } askFor missing } } }"

    told = {
        name: (await api(query, "varberg", id=pid("unit", name)))["unit"]["reach"]
        for name in ("eken", "sundsvall")
    }
    none = (await api(query, "varberg", id=pid("unit", "linden")))["unit"]["reach"]

    assert told["eken"]["phone"] == {"printed": "08-465 004 10"}
    assert told["sundsvall"]["phone"] == {"printed": "060-19 10 00"}
    assert "biståndshandläggare" in told["sundsvall"]["askFor"]
    assert (none["phone"], bool(none["missing"])) == (None, True)


async def test_labels_can_be_asked_for_in_both_languages(api: Api) -> None:
    [found] = (await api('{ vocabularies(names: ["ReceiptState"]) { name labels { value swedish } } }'))[
        "vocabularies"
    ]

    assert {"value": "ACKNOWLEDGED", "swedish": "kvitterat"} in found["labels"]


def phone(root: object) -> str:
    """A clash."""
    return ""


def undescribed(root: object) -> str:
    return ""


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        (TypeField(type_name="Unit", name="phone", resolve=phone), "Unit.phone is already there"),
        (TypeField(type_name="Unit", name="inbox", resolve=phone), "Unit.inbox is already there"),
        (TypeField(type_name="Unit", name="gotland_x", resolve=undescribed), "needs a docstring"),
        (TypeField(type_name="Unit", name="gotland_x", resolve=phone, needs=("colour",)), "needs colour"),
        (TypeField(type_name="Region", name="gotland_x", resolve=phone), "Region is no type that can be extended"),
        (TypeField(type_name="Unit", name="skane_x", resolve=phone), "must begin with gotland_"),
    ],
)
def test_a_field_that_does_not_fit_stops_the_start(regions: Regions, field: TypeField, fault: str) -> None:
    said = RegionSchema(region="gotland", fields=(field,))

    with pytest.raises(RegionFault, match="gotland: ") as refused:
        build_schema(Regions(by_code=regions.by_code, schemas=(said,), topics=regions.topics))

    assert fault in str(refused.value)


async def test_a_region_says_where_it_stands_on_the_ladder(api: Api) -> None:
    query = """{ region(code: "halland") { quality { level rules { rule { id tier checks } standing why } } } }"""

    quality = (await api(query))["region"]["quality"]

    assert quality["level"] == "SILVER"
    told = {one["rule"]["id"]: one for one in quality["rules"]}
    assert (told["loads"]["standing"], told["loads"]["why"]) == ("DONE", None)
    assert told["numbers-called"] == {
        "rule": {"id": "numbers-called", "tier": "GOLD", "checks": ["numbers-called"]},
        "standing": "EXEMPT",
        "why": "Källorna anger inga telefonnummer.",
    }


async def test_a_region_says_what_may_no_longer_hold_and_why_it_is_silent(api: Api) -> None:
    query = """{ region(code: "vasternorrland") { stale { kind key reason since document owner } unsaid { field }
      switchboards { age { reviewedAt owner sourceStatus unsaid { field reason } } } } }"""

    region = (await api(query))["region"]

    assert {"kind": "switchboard", "key": "Timrå kommun", "reason": "NEVER_REVIEWED", "since": None} | {
        "document": "Avbrottsrutin Lifecare Samordnad Planering (SP)",
        "owner": None,
    } in region["stale"]
    assert {one["reason"] for one in region["stale"]} == {"NEVER_REVIEWED", "SOURCE_UNDECIDED"}
    assert "process" in {one["field"] for one in region["unsaid"]}
    [*ages] = (one["age"] for one in region["switchboards"])
    assert {one["sourceStatus"] for one in ages} == {"EJ BESLUTAD"}
    assert all("Ingen har antecknat att numret är kontrollringt." in str(one["unsaid"]) for one in ages)


async def test_problems_are_told_to_those_who_work_here(api: Api) -> None:
    assert (await api("{ problems { key } }", "varberg"))["problems"] == []
    assert "errors" in await api.post("{ problems { key } }")


async def test_a_lenient_server_tells_of_the_region_that_it_left_out(
    settings: Settings, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    missing = load_regions(["halland", "skane"], lenient=True)
    app = create_app(settings, missing, clock)

    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:8000") as http,
    ):
        api = Api(http, DevelopmentIssuer(settings), clock, settings.database_url)
        data = await api("{ regions { code } problems { key severity plugin what } }", "varberg")

    assert [one["code"] for one in data["regions"]] == ["halland"]
    [problem] = data["problems"]
    assert (problem["key"], problem["severity"], problem["plugin"]) == ("not-installed", "LEFT_OUT", None)
    assert "Not installed: skane" in problem["what"]
    assert "Problem not-installed: Not installed: skane" in caplog.text


def test_the_schema_marks_what_a_plugin_added(regions: Regions) -> None:
    sdl = build_schema(regions).as_str()

    mark = '@contributedBy(plugin: "stockholm", version: "0.1.0")'
    for line in ("stockholm: StockholmQuery", "type StockholmQuery", "stockholmRolloutStages: [RolloutStage!]"):
        assert f"{line} {mark}" in sdl
    assert sdl.count("@contributedBy(") == 1 + 5  # the directive itself, and what two plugins added
    assert build_schema(regions).as_str() == sdl
