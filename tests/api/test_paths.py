"""Every path of the schema to something about a patient gives one decision; a path without a policy fails here."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest
from graphql import GraphQLSchema, get_named_type

from lifecare_gql.regions import Regions
from lifecare_gql.schema.building import build_schema
from lifecare_gql.schema.changes import EVENTS
from lifecare_gql.schema.publishing import described
from lifecare_gql.schema.selecting import READ, Needs, ToMany, ToOne, Whole, strawberry_field
from lifecare_gql.storage import rows
from lifecare_gql.storage.rows import Record
from tests.api.graph import ABOUT, MODELS, Graph, objects
from tests.api.process import CENTRE, MUNICIPALITY, WARD, done
from tests.api.test_blocks import ALVA, blocked, played
from tests.conftest import Api, run
from tests.world import number, pid, uid

pytestmark = pytest.mark.long

DEPTH = 5
BY_NODE = 2
"""How deep below `node`: what comes after is gone from the windows' own roots."""

ROOTS: dict[str, list[str]] = {
    # How each root field that leads to patients is asked for; {…} are the ids of what was played.
    "message": ['message(id: "{message}")'],
    "patient": ['patient(by: {{id: "{patient}"}})', 'patient(by: {{identifier: "{number}"}})'],
    "patients": ["patients(first: 3) {{ nodes"],
    "episode": ['episode(id: "{episode}")'],
    "plan": ['plan(id: "{plan}")'],
    "outage": ['outage(id: "{outage}")'],
    "outages": ['outages(first: 3, region: "halland") {{ nodes'],
    "unit": ['unit(by: {{id: "{own}"}})', 'unit(by: {{id: "{other}"}})'],
    "units": ["units(first: 3) {{ nodes"],
    "viewer": ["viewer"],
}
LEADS_TO_NO_PATIENT = {
    "paymentLiability": "a calculation on what the caller says",
    "averagePayment": "a calculation on what the caller says",
    "paymentPolicies": "documents",
    "paymentAmounts": "documents",
    "regions": "documents",
    "region": "documents",
    "fact": "documents",
    "topics": "documents",
    "problems": "what is wrong with the plugins",
    "vocabularies": "the schema's own words",
    "rateLimit": "what the caller may still ask for",
    "dischargeProcess": "the process itself",
    "planProcess": "the process itself",
    "compareRegions": "what the caller imagines",
    "compareDischarge": "what the caller imagines",
    "compareOutage": "what the caller imagines",
    "explainAccess": "says of a decision only that, to roles; held against `node` in test_emergency",
    "emergencyAccesses": "for auditors only; tested in test_emergency",
    "accessLog": "for auditors only; tested in test_auditing",
    "accessLogSample": "for auditors only; tested in test_auditing",
    "accessExtract": "for auditors only; tested in test_access_extract",
    "phoneLogTemplate": "an empty form",
    "webhooks": "for administrators only; tested in test_webhooks",
    "changesCursor": "a place in the changes; it says nothing",
}
BY_ROLE = ("accessLog", "accessLogSample", "webhooks")
"""They have a way of their own to units and patients, by a role only: see test_auditing and test_webhooks."""
BY_INTERFACE = {
    "node": "each window is opened by it below",
    "nodes": "the decision that all others are held against",
    "reviewMessage": "a verdict on what the caller says; a patient who is not seen is missing (test_access)",
}
BETWEEN = {
    # The types that are no windows and have fields that are: who fetches for them.
    "Query": "the root",
    **dict.fromkeys(
        (one.__name__ for one in EVENTS.values() if one.window.__name__ in ABOUT),
        "read like by `node` (tests/web/test_changes)",
    ),
    "RecoveryTask": "its windows are read through the reader at once for the whole list (schema/recoveries)",
}
CHANGED = "the answer of an act: its record is read as by `node`"


@pytest.fixture
def graph(regions: Regions) -> Graph:
    """The schema with all regions."""
    return Graph(core(regions))


def core(regions: Regions) -> GraphQLSchema:
    return build_schema(regions)._schema


def test_every_root_field_leads_to_no_patient_or_is_gone_through(graph: Graph, regions: Regions) -> None:
    namespaces = {said.region for said in regions.schemas if said.query is not None}
    known = ROOTS.keys() | LEADS_TO_NO_PATIENT.keys() | BY_INTERFACE.keys() | namespaces
    assert set(graph.fields("Query")) == known
    assert {edge.name for edge in graph.onwards("Query")} == {*ROOTS, *BY_ROLE}


def test_every_field_of_a_window_says_what_it_reads(graph: Graph) -> None:
    unsaid = [
        f"{name}.{field_name}"
        for name in MODELS
        for field_name, field in graph.fields(name).items()
        if not isinstance(_metadata(field).get(READ), Needs | ToOne | ToMany | Whole)
    ]
    assert unsaid == []


def _metadata(field: Any) -> dict[Any, Any]:
    found = strawberry_field(field)
    return {} if found is None else dict(found.metadata)


def test_a_window_stands_in_nothing_but_windows_and_what_is_known(graph: Graph) -> None:
    holders = {
        name for name in graph.leading - MODELS.keys() if any(edge.to in ABOUT for edge in graph.edges(name))
    }
    answers = {name for name in holders if name.endswith(("Changed", "Sent", "Opened", "Recorded"))}
    assert holders - answers == BETWEEN.keys(), CHANGED


def test_every_model_about_patients_says_what_a_block_hides() -> None:
    models = [one for one in vars(rows).values() if isinstance(one, type) and issubclass(one, Record)]
    about = [one for one in models if one.patient_column is not None]
    assert len(about) > 15
    assert [one.__name__ for one in about if "blocked" not in vars(one)] == []


async def played_with_outage(api: Api) -> dict[str, str]:
    """What can be reached by the paths, and an outage after which something is left to do."""
    ids = await played(api)
    began = api.clock.now + dt.timedelta(minutes=1)
    api.clock.now += dt.timedelta(hours=9)
    started = await done(api, "startOutage", WARD, occurredAt=began.isoformat())
    outage: str = started["outage"]["id"]
    await done(api, "endOutage", WARD, outageId=outage, occurredAt=(began + dt.timedelta(hours=8)).isoformat())
    return ids | {"outage": outage, "patient": ALVA, "number": number("alva")}


async def about_alva(api: Api) -> dict[str, str]:
    """The window of every row that is about Alva, by its public id."""
    found = {}
    for name in sorted(ABOUT):
        model = MODELS[name]
        sql = f"select id from {model._meta.db_table} where {model.patient_column} = '{uid('patient alva')}'"
        for (row_id,) in await run(api, sql):
            found[f"{model.tag}_{str(row_id).replace('-', '')}"] = name
    return found


async def decided(api: Api, unit: str, things: dict[str, str]) -> set[str]:
    """What the unit sees by id: the decision that every path must come to."""
    query = "query D($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids, seen = sorted(things), set()
    for at in range(0, len(ids), 100):
        answer = await api(query, unit, ids=ids[at : at + 100])
        seen |= {one["id"] for one in answer["nodes"] if one is not None}
    return seen


def queries(graph: Graph, ids: dict[str, str], *, leaves: bool = False, depth: int = DEPTH) -> list[str]:
    """Queries that go every path to the depth; and some way below each window as opened by `node`."""
    found = []
    for edge in graph.onwards("Query"):
        for root in ROOTS.get(edge.name, ()):
            asked = root.format(**ids)
            closing = " }" * (1 + root.count("{ nodes"))
            for text, _ in graph.selections(edge.to, depth - 1, leaves=leaves):
                found.append(f"{{ {asked} {{ {text} }}{closing}")
    for name, some in _one_of_each(ids).items():
        for text, _ in graph.selections(name, min(depth - 1, BY_NODE), leaves=leaves):
            found.append(f'{{ node(id: "{some}") {{ id __typename ... on {name} {{ {text} }} }} }}')
    return found


def _one_of_each(ids: dict[str, str]) -> dict[str, str]:
    windows = {model.tag: name for name, model in MODELS.items() if name in ABOUT}
    return {windows[tag]: one for one in ids.values() if (tag := one.rpartition("_")[0]) in windows}


VIEWERS = {
    # whose eyes, and whether the ward and the municipality block what is their own
    "no part": ("linden", False),
    "in the care": (CENTRE, False),
    "in the care, blocked": (CENTRE, True),
}


async def test_every_path_comes_to_the_same_decision(api: Api, graph: Graph, record_property: Any) -> None:
    ids = await played_with_outage(api)
    ids |= {"own": pid("unit", CENTRE), "other": pid("unit", WARD)}
    paths = len(list(graph.paths("Query", DEPTH)))
    assert paths > 5_000
    for who, (unit, block) in VIEWERS.items():
        if block:
            for blocking in (WARD, MUNICIPALITY):
                await blocked(api, blocking)
        things = await about_alva(api)
        seen = await decided(api, unit, things)
        asked = queries(graph, ids | {f"some{at}": one for at, one in enumerate(one_each(things))})

        met = await gone(api, graph, asked, unit, seen)

        counted = f"{paths} paths to depth {DEPTH}, {len(asked)} queries, {sum(met.values())} objects met"
        record_property(who, f"{counted}, 0 decided otherwise")
        assert set(met) == {things[one] for one in seen}, "each kind that is seen was met"
        hidden = {things[one] for one in things.keys() - seen}
        assert ("Episode" in hidden) is (who != "in the care")


async def gone(api: Api, graph: Graph, asked: list[str], unit: str, seen: set[str]) -> Counter[str]:
    """Go every path as the unit; how many objects of each kind were met, none of them decided otherwise."""
    stored, met = await keys(api, graph), Counter[str]()
    for query in asked:
        answer = await api.post(query, unit)
        assert "errors" not in answer, (query, answer["errors"])
        for one in objects(answer["data"]):
            if one.get("__typename") in ABOUT:
                assert one["id"] in seen, (query, one)
                assert wrongly_missing(one, stored, seen) == [], query
                met[one["__typename"]] += 1
    return met


def one_each(things: dict[str, str]) -> list[str]:
    """The id of one row of each window."""
    return list({name: one for one, name in things.items()}.values())


async def keys(api: Api, graph: Graph) -> dict[str, dict[str, Any]]:
    """The foreign keys of every row about a patient as they are stored, by public id and field."""
    found = {}
    for name in sorted(ABOUT):
        model = MODELS[name]
        ones = to_ones(graph, name)
        columns = ", ".join(["id", *(column for _, column, _ in ones)])
        for row_id, *values in await run(api, f"select {columns} from {model._meta.db_table}"):
            told = {
                field: None if value is None else f"{target.tag}_{str(value).replace('-', '')}"
                for (field, _, target), value in zip(ones, values, strict=True)
            }
            found[f"{model.tag}_{str(row_id).replace('-', '')}"] = told
    return found


def to_ones(graph: Graph, name: str) -> list[tuple[str, str, type[Record]]]:
    """The to-one fields of a window that lead to patients' things: name, column and the model there."""
    found = []
    for edge in graph.edges(name):
        need = _metadata(graph.fields(name)[edge.name]).get(READ)
        if edge.to in ABOUT and isinstance(need, ToOne):
            column = MODELS[name]._meta.fields_map[need.relation].source_field
            found.append((edge.name, str(column), MODELS[edge.to]))
    return found


def wrongly_missing(one: dict[str, Any], stored: dict[str, dict[str, Any]], seen: set[str]) -> list[str]:
    """The to-one fields that are null although what they lead to is there and may be seen."""
    keys_of = stored[one["id"]]
    return [field for field, target in keys_of.items() if field in one and one[field] is None and target in seen]


SECRETS = {
    "address": "Hemliga vägen 7",
    "municipality": "1980",
    "listed": "Hemliga vårdcentralen",
    "enrolled": "Hemliga hemsjukvården",
}


async def protect(api: Api, degree: str) -> None:
    """Alva's identity is protected, after everything was played; where she lives and is cared for are secrets."""
    for name in ("listed", "enrolled"):
        await run(
            api,
            "insert into unit"
            " (id, hsa_id, name, kind, organisation_id, region_code, municipality_code, phone, active) select "
            f"'{uid(f'secret {name}')}', 'SE0000000000-{name}', '{SECRETS[name]}', kind, organisation_id,"
            f" region_code, municipality_code, phone, active from unit where id = '{uid('unit linden')}'",
        )
    await run(
        api,
        f"update patient set protection = '{degree}', registered_address = '{SECRETS['address']}',"
        f" home_municipality_code = '{SECRETS['municipality']}', listed_unit_id = '{uid('secret listed')}',"
        f" enrolled_unit_id = '{uid('secret enrolled')}' where id = '{uid('patient alva')}'",
    )


LEAVES_DEPTH = 3


@pytest.mark.parametrize("degree", ["NONE", "CONFIDENTIALITY_MARK", "PROTECTED_REGISTRATION"])
async def test_no_path_tells_where_a_person_with_a_protected_identity_is(
    api: Api, graph: Graph, degree: str
) -> None:
    ids = await played_with_outage(api)
    await protect(api, degree)
    told: set[str] = set()
    for unit in (WARD, CENTRE):
        every = ids | {"own": pid("unit", unit), "other": pid("unit", WARD)}
        for query in queries(graph, every, leaves=True, depth=LEAVES_DEPTH) + WHOLE:
            answer = await api.post(query, unit, id=ids["episode"], own=pid("unit", unit), plan=ids["plan"])
            assert "errors" not in answer, (query, answer["errors"])
            if "units(" not in query:
                told |= {name for name, secret in SECRETS.items() if secret in str(answer["data"])}

    assert told == (set() if degree != "NONE" else set(SECRETS)), "and the control tells all of them"


WHOLE = [
    """query P($id: ID!) { episode(id: $id) { patient { registeredAddress homeMunicipality { code name }
      listedHealthCentre { name } enrolledAt { name } } history(first: 100) { nodes { registeredAddress text } }
      paymentLiability { payerMunicipality status reasons { code text } } patientInformation { html }
      dischargeReadiness { allowed missing { code } } clocks { explanation } availableActions { event
      objections { reason remedy } } } }""",
    "query K($own: ID!) { unit(by: {id: $own}) { outageKit { json } } }",
    "query D($plan: ID!) { plan(id: $plan) { document { html } invitation { text } content { goals { text } } } }",
]


async def test_an_address_that_was_given_is_withheld_once_it_is_protected(api: Api) -> None:
    ids = await played(api)
    query = "query A($id: ID!) { episode(id: $id) { notices { nodes { registeredAddress } } } }"
    before = (await api(query, CENTRE, id=ids["episode"]))["episode"]["notices"]["nodes"]
    assert any(one["registeredAddress"] for one in before)

    await protect(api, "CONFIDENTIALITY_MARK")

    after = (await api(query, CENTRE, id=ids["episode"]))["episode"]["notices"]["nodes"]
    assert {one["registeredAddress"] for one in after} == {None}


def test_nothing_tells_of_a_fictitious_identity(graph: Graph) -> None:
    """Fingerade personuppgifter: no word, and no way from one patient to another who would be the same."""
    words = list(graph.schema.type_map["Protection"].values)  # type: ignore[union-attr]
    assert words == ["NONE", "CONFIDENTIALITY_MARK", "PROTECTED_REGISTRATION"]
    assert [edge.name for edge in graph.edges("Patient") if edge.to == "Patient"] == []
    assert described(rows.Patient)


PAGING = {"first", "after", "last", "before"}
SENSITIVE = {
    # What would tell of the person, or of what the social services do for the person.
    *("UnitKind", "CareType", "Principal", "PartyRole", "CareRelationKind", "Protection", "AccessPurpose"),
    *("PlanningBasisStart", "PlanItem", "OutpatientCare", "PatientClass", "IdentityKind"),
}


def arguments(graph: Graph) -> dict[str, Any]:
    """Every argument of every field that reads, but those of paging: what it is of."""
    return {
        f"{name}.{field_name}.{argument}": said.type
        for name in graph.objects - {"Mutation"}
        for field_name, field in graph.fields(name).items()
        for argument, said in field.args.items()
        if argument not in PAGING
    }


def search_terms() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("lifecare_gql.data").joinpath("search_terms.toml").read_text("utf-8"))


def test_every_search_term_is_allowed_with_a_reason(graph: Graph) -> None:
    allowed = {term: reason for terms in search_terms().values() for term, reason in terms.items()}
    assert set(arguments(graph)) == set(allowed)
    assert all(allowed.values())


def test_no_fact_of_the_social_services_is_a_search_term(graph: Graph) -> None:
    """PDL 2 kap. 8 §: neither directly, nor by the kind of unit that somebody is known at."""
    by_patients = {term for part in ("one", "within", "worklist") for term in search_terms()[part]}
    kinds = {term: inputs_of(said) for term, said in arguments(graph).items()}
    assert [term for term in sorted(by_patients) if kinds[term] & SENSITIVE] == []
    assert [term for term in sorted(by_patients) if "String" in kinds[term]] == [
        "Query.accessExtract.patient",
        "Query.explainAccess.assignmentHsaId",
        "Query.patient.by",
    ], "no free text: a patient is found by the number only"
    assert "UnitKind" in kinds["Query.units.kind"], "the control: there it would be found"


def inputs_of(said: Any) -> set[str]:
    """The names of all types in an argument, however deep."""
    named = get_named_type(said)
    below = [inputs_of(one.type) for one in getattr(named, "fields", {}).values()]
    return {named.name}.union(*below)
