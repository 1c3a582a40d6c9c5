"""The read model: what is asked is fetched, nothing else, and the number of statements does not grow."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from uuid import UUID

import httpx2
import pytest
from strawberry import Parent

from lifecare_gql.app import create_app
from lifecare_gql.hookspecs import RegionSchema, TypeField
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import Many, One, Rows, Shape, Window
from lifecare_gql.storage.reading.sql import Builder, Statement
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.rows import Record
from lifecare_gql.storage.url import Dialect
from lifecare_gql.storage.viewer import ANONYMOUS, Viewer
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests.api.test_life import sent
from tests.conftest import Api, Statements
from tests.world import pid, staff_of

SOMEBODY = Viewer(unit_id=UUID(int=7))


def reads(statements: list[str], table: str) -> list[str]:
    """The statements whose rows are those of the table."""
    return [sql for sql in statements if re.search(rf'from (\(select t1\.\*.*?from )?"{table}" t[01]\b', sql)]


def selected(sql: str) -> set[str]:
    """The columns that a statement fetches, as alias.column, but for that which tells several parents apart."""
    return set(
        re.findall(r'(\w+\."?\w+"?)', sql.removeprefix("select ").partition(" from ")[0].replace('"', ""))
    ) - {"t0.parent_key"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """graphql-core answers: what compiled queries ask is in tests/compiled/test_plans.py."""
    return settings.model_copy(update={"compiled": False})


INBOX = "{ viewer { unit { inbox(first: 20) { nodes { %s } } } } }"


async def test_only_the_asked_columns_are_fetched(api: Api, statements: Statements) -> None:
    await sent(api, "varberg", "eken")
    statements.clear()

    await api(INBOX % "text awaiting", "eken")

    [sql] = reads(statements, "message")
    wanted = {"id", "patient_id", "text", "state", "answer_required"}
    assert selected(sql) == {f"t0.{name}" for name in wanted}


async def test_a_to_one_relation_is_a_join_in_the_same_statement(api: Api, statements: Statements) -> None:
    await sent(api, "varberg", "eken")
    statements.clear()

    found = await api(INBOX % "sender { name organisation { name } } patient { givenName }", "eken")

    [message] = found["viewer"]["unit"]["inbox"]["nodes"]
    assert message["sender"] == {"name": "Varberg", "organisation": {"name": "Testorganisationen"}}
    assert message["patient"] == {"givenName": "Alva"}
    [sql] = reads(statements, "message")
    assert sql.count("left join") == 3
    assert len(statements) == 3, "the caller, the caller's unit, the messages"
    assert {one for one in selected(sql) if one.startswith("j")} == {
        "j2.id", "j2.name", "j3.id", "j3.name", "j4.id", "j4.given_name"
    }  # fmt: skip


WHOLE = """text sender { name } patient { givenName listedHealthCentre { name } } author { staff { name } }
  receipts { nodes { state unit { name } } } history { nodes { kind by { title } } }"""


async def test_the_number_of_statements_is_the_same_for_1_5_and_20_messages(
    api: Api, statements: Statements
) -> None:
    counts: dict[int, int] = {}
    for at in range(1, 21):
        api.clock.now += dt.timedelta(minutes=1)
        await sent(api, "varberg", "eken", "linden")
        if at in (1, 5, 20):
            statements.clear()
            found = await api(INBOX % WHOLE, "eken")
            counts[len(found["viewer"]["unit"]["inbox"]["nodes"])] = len(statements)

    assert counts == {1: 5, 5: 5, 20: 5}, "the caller, the unit, messages, receipts, history"


@pytest.mark.parametrize(("window", "wanted"), [("first: 2", [3, 2]), ("last: 2", [1, 0])])
async def test_the_limit_counts_for_each_parent(
    api: Api, statements: Statements, window: str, wanted: list[int]
) -> None:
    ids: dict[str, list[str]] = {"Alva": [], "Bo": []}
    for _ in range(4):
        for name in ids:
            api.clock.now += dt.timedelta(minutes=1)
            ids[name].append(await sent(api, "varberg", "eken", patient=name.lower()))
    query = f"""{{ patients {{ nodes {{ givenName messages({window}) {{ nodes {{ id }}
      pageInfo {{ hasNextPage hasPreviousPage }} }} }} }} }}"""

    found = {one["givenName"]: one["messages"] for one in (await api(query, "varberg"))["patients"]["nodes"]}

    rows_read = statements.fetched[-1]
    assert rows_read == 2 * 3, "for each parent one more, to know whether there are more"
    told = {name: [ids[name].index(node["id"]) for node in page["nodes"]] for name, page in found.items()}
    assert told == {"Alva": wanted, "Bo": wanted}
    forwards = window.startswith("first")
    more = {"hasNextPage": forwards, "hasPreviousPage": not forwards}
    assert [page["pageInfo"] for page in found.values()] == [more, more]


async def test_a_parent_without_rows_has_an_empty_page(api: Api) -> None:
    await sent(api, "varberg", "eken")
    query = "{ patients { nodes { givenName messages { nodes { id } pageInfo { hasNextPage endCursor } } } } }"

    found = (await api(query, "varberg"))["patients"]["nodes"]

    assert {one["givenName"]: len(one["messages"]["nodes"]) for one in found} == {"Alva": 1, "Bo": 0}
    [empty] = [one["messages"]["pageInfo"] for one in found if not one["messages"]["nodes"]]
    assert empty == {"hasNextPage": False, "endCursor": None}


async def test_skip_and_include_decide_what_is_fetched(api: Api, statements: Statements) -> None:
    await sent(api, "varberg", "eken")
    query = """query Q($yes: Boolean!, $no: Boolean!) { viewer { unit { inbox { nodes {
      text @include(if: $yes) topic @skip(if: $yes) { code } state @skip(if: $no)
      ... @include(if: $no) { receipts { nodes { id } } } ...S @skip(if: $yes) } } } } }
      fragment S on Message { sender { name } }"""
    statements.clear()

    found = await api(query, "eken", yes=True, no=False)

    assert found["viewer"]["unit"]["inbox"]["nodes"] == [{"text": "Kan ni ringa oss i veckan?", "state": "SENT"}]
    [sql] = reads(statements, "message")
    assert selected(sql) == {f"t0.{name}" for name in ("id", "patient_id", "text", "state")}
    assert reads(statements, "receipt") == []


async def test_fragments_on_interfaces_aliases_and_typename(api: Api, statements: Statements) -> None:
    message_id = await sent(api, "varberg", "eken")
    query = """query Q($id: ID!) { node(id: $id) { ...N ... on Unit { name } ... on Message { ...M } } }
      fragment N on Node { id kind: __typename ... on Message { words: text } }
      fragment M on Message { from: sender { kind: __typename called: name } again: text
        two: receipts(first: 1) { nodes { kind: __typename state } }
        three: receipts(last: 1) { edges { node { id } } } }"""
    statements.clear()

    found = (await api(query, "eken", id=message_id))["node"]

    assert (found["id"], found["kind"], found["words"]) == (message_id, "Message", found["again"])
    assert found["from"] == {"kind": "Unit", "called": "Varberg"}
    assert found["two"]["nodes"] == [{"kind": "Receipt", "state": "SENT"}]
    assert found["three"]["edges"][0]["node"]["id"].startswith("receipt_")
    assert [len(reads(statements, table)) for table in ("message", "receipt", "unit")] == [1, 2, 0]


ARGUMENTS = {
    # below nodes, and below edges: whether both can be answered from one page
    ("receipts(first: 1)", "receipts(first: 1)"): True,
    ("receipts(first: 1, before: null)", "receipts(before: null, first: 1)"): True,
    ("receipts(first: 1)", "receipts(first: 2)"): False,
    ("receipts(first: 1)", "receipts"): False,
    ("receipts(first: 1)", "receipts(last: 1)"): False,
    ("receipts: history(first: 1)", "receipts(first: 1)"): False,
    ("receipts(first: 1)", "other: receipts(first: 2)"): True,
}


async def test_one_name_with_two_meanings_below_nodes_and_edges_is_refused(api: Api) -> None:
    await sent(api, "varberg", "eken")
    for (one, other), fine in ARGUMENTS.items():
        query = f"{{ viewer {{ unit {{ inbox {{ nodes {{ {one} {{ nodes {{ id }} }} }}\
          edges {{ node {{ {other} {{ nodes {{ id }} }} }} }} }} }} }} }}"
        answer = await api.post(query, "eken")
        assert ("errors" not in answer) is fine, (one, other)
        if not fine:
            [error] = answer["errors"]
            assert error["extensions"]["code"] == "BAD_USER_INPUT"
            assert error["message"].startswith("`receipts` is selected twice")


async def test_both_halves_of_a_connection_show_what_they_ask_for(api: Api, statements: Statements) -> None:
    message_id = await sent(api, "varberg", "eken")
    statements.clear()

    found = await api("{ viewer { unit { inbox { nodes { text } edges { cursor node { state } } } } } }", "eken")

    inbox = found["viewer"]["unit"]["inbox"]
    assert inbox["edges"] == [{"cursor": message_id, "node": {"state": "SENT"}}]
    assert inbox["nodes"] == [{"text": "Kan ni ringa oss i veckan?"}]
    assert len(reads(statements, "message")) == 1


def _seen_columns(root: Parent[Row]) -> list[str]:
    """The columns that the field was given, and nothing else."""
    with pytest.raises(AttributeError, match="was not asked for"):
        root.phone
    return sorted(root.values)


async def test_a_regions_field_gets_the_columns_that_it_needs_and_no_others(
    settings: Settings, regions: Regions, statements: Statements
) -> None:
    field = TypeField(type_name="Unit", name="halland_seen", resolve=_seen_columns, needs=("kind", "name"))
    extended = replace(regions, schemas=(*regions.schemas, RegionSchema(region="halland", fields=(field,))))
    app = create_app(settings, extended)
    token = DevelopmentIssuer(settings).issue(*staff_of("varberg"), dt.datetime.now(dt.UTC))
    body = {"query": f'{{ unit(by: {{id: "{pid("unit", "eken")}"}}) {{ hallandSeen }} }}'}
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://a") as http,
    ):
        answer = await http.post("/graphql", json=body, headers={"authorization": f"Bearer {token}"})

    assert answer.json()["data"] == {"unit": {"hallandSeen": ["kind", "name"]}}
    assert selected(statements[-1]) == {"t0.id", "t0.kind", "t0.name", "t0.region_code"}  # whose it is


class Bare(Record):
    """A model that nobody has thought about."""

    tag = "bare"

    class Meta:
        table = "bare"


def test_every_model_says_who_may_see_it() -> None:
    models = [model for model in vars(rows).values() if isinstance(model, type) and issubclass(model, Record)]
    assert len(models) > 10
    assert [model.__name__ for model in models if model is not Record and "visible" not in vars(model)] == []


def built(dialect: Dialect, viewer: Viewer, wanted: Rows, shape: Shape, *, children: bool) -> Statement:
    builder = Builder(dialect, viewer)
    return (
        builder.children(wanted, "{t}.message_id", [UUID(int=1)], shape)
        if children
        else builder.root(wanted, shape)
    )


@pytest.mark.parametrize("dialect", list(Dialect))
def test_a_model_without_a_predicate_cannot_be_read(dialect: Dialect, monkeypatch: pytest.MonkeyPatch) -> None:
    for children in (False, True):
        with pytest.raises(NotImplementedError, match="Bare has no visibility predicate"):
            built(dialect, SOMEBODY, Rows(model=Bare), Shape.of(Bare), children=children)
    monkeypatch.delattr(rows.Unit, "visible")
    joined = Shape.of(rows.Receipt, unit=Shape.of(rows.Unit, "name"))
    for children in (False, True):
        with pytest.raises(NotImplementedError, match="Unit has no visibility predicate"):
            built(dialect, SOMEBODY, Rows(model=rows.Receipt), joined, children=children)


DEEP = Shape(
    model=rows.Receipt,
    columns=frozenset({"state"}),
    ones={
        "unit": One(relation="unit", shape=Shape.of(rows.Unit, "name")),
        "patient": One(relation="patient", shape=Shape.of(rows.Patient, "given_name")),
        "answer": One(relation="answer", shape=Shape.of(rows.Message, "text", case=Shape.of(rows.Case, "title"))),
    },
)
SEEN = {
    # what must stand beside each table, with its alias in the place of {}
    "receipt": "exists (select 1 from message m where m.id = {}.message_id and",
    "patient": "exists (select 1 from care_relation r where r.patient_id = {}.id and r.unit_id =",
    "message": "exists (select 1 from receipt s where s.message_id = {}.id and s.unit_id =",
    "care_case": "exists (select 1 from case_party p where p.case_id = {}.id and p.unit_id =",
    "unit": " and (true)",
}


@pytest.mark.parametrize("children", [False, True])
@pytest.mark.parametrize("dialect", list(Dialect))
def test_the_predicate_stands_beside_every_table(dialect: Dialect, children: bool) -> None:
    wanted = Rows(model=rows.Receipt, where=Where("{t}.state = {state}", {"state": "SENT"}), window=Window(size=5))
    sql = built(dialect, SOMEBODY, wanted, DEEP, children=children).sql

    joins = re.findall(r'left join "(\w+)" (\w+) on (.+?)(?= left join | where t0| order by t0)', sql)
    assert sorted(table for table, _, _ in joins) == ["care_case", "message", "patient", "unit"]
    for table, alias, condition in joins:
        assert SEEN[table].format(alias) in condition, table
    root = "t1" if children else "t0"
    before, _, after = sql.partition(f'from "receipt" {root}')
    assert before
    assert SEEN["receipt"].format(root) in after
    nobody = built(dialect, ANONYMOUS, wanted, DEEP, children=children).sql
    assert re.search(r'left join "unit" (j\d) on \1\.id = t0\."unit_id" and \(false\)', nobody)


def test_the_text_of_a_statement_does_not_depend_on_how_many_parents_there_are() -> None:
    many = Many(rows=Rows(model=rows.Receipt, window=Window()), parent="{t}.message_id", shape=DEEP)
    for dialect in Dialect:
        texts = {
            Builder(dialect, SOMEBODY)
            .children(many.rows, many.parent, [UUID(int=at) for at in range(1, count + 1)], many.shape)
            .sql
            for count in (1, 5, 20)
        }
        assert len(texts) == 1, "so that it is prepared once"


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("children", [False, True])
def test_an_alternative_in_what_is_asked_for_reaches_past_no_predicate(dialect: Dialect, children: bool) -> None:
    either = Rows(model=rows.Receipt, where=Where("{t}.state = 'SENT' or {t}.answered_at is null"))
    alias = "t1" if children else "t0"

    sql = built(dialect, SOMEBODY, either, Shape.of(rows.Receipt), children=children).sql

    assert f"where ({alias}.state = 'SENT' or {alias}.answered_at is null) and (exists" in sql
