"""What is compiled, what is not and why, how much room it takes, and that its statements are the builder's."""

from __future__ import annotations

import dataclasses
import gc
import json
import weakref
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import DocumentNode, OperationDefinitionNode, OperationType, parse
from graphql.execution.values import VariableValues

from lifecare_gql.compiled.explaining import explained
from lifecare_gql.compiled.leaves import Leaves
from lifecare_gql.compiled.plans import Plans, compiled, entry_of
from lifecare_gql.compiled.source import Declined
from lifecare_gql.domain.words import AccessAct
from lifecare_gql.schema.building import unlink
from lifecare_gql.schema.failures import Schema
from lifecare_gql.storage import rows
from lifecare_gql.storage.log_digests import COLUMNS, entry_digest
from lifecare_gql.storage.log_entries import By, Entry, Noted, _digests
from lifecare_gql.storage.reading.kept import Kept
from lifecare_gql.storage.reading.rows import One, Rows, Shape, Window
from lifecare_gql.storage.reading.sql import Builder, Slot
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.rows import Record
from lifecare_gql.storage.url import Dialect
from lifecare_gql.storage.viewer import ANONYMOUS, Viewer
from lifecare_gql.web.graphiql import load_tabs
from tests.demo.loaded import NOW, Demo
from tests.demo.test_examples import EXAMPLES

NOTHING = VariableValues(sources={}, coerced={})
SOMEBODY = Viewer(unit_id=UUID(int=7), now=NOW)
VIEWERS = (
    ANONYMOUS,
    SOMEBODY,
    Viewer(unit_id=UUID(int=7), now=NOW, wider=True),
    Viewer(unit_id=UUID(int=7), now=NOW, audits="halland"),
    Viewer(unit_id=UUID(int=7), now=NOW, unblocked=True),
)
UNIT = "query U($id: ID!) { unit(by: {id: $id}) { name organisation { name } } }"


def plan_of(schema: Schema, dialect: Dialect, document: DocumentNode, name: str | None = None) -> Any:
    """The plan of an operation; Declined when there is none."""
    return compiled(entry_of(schema, document, "", name).operation, Leaves(dialect), dialect, NOTHING)


def operations() -> Iterator[Any]:
    """All of the example tabs and of the documented examples, but for those about the schema itself."""
    texts = {tab.title: tab.query for tab in load_tabs()}
    for title, text in (texts | {name: one.document for name, one in EXAMPLES.items()}).items():
        document = parse(text)
        for one in document.definitions:
            once = isinstance(one, OperationDefinitionNode) and one.operation is not OperationType.SUBSCRIPTION
            if once and not any(field.name.value.startswith("__") for field in one.selection_set.selections):
                name = one.name.value if one.name else None
                yield pytest.param(document, name, id=f"{title} {name}")


@pytest.mark.parametrize(("document", "name"), list(operations()))
def test_every_operation_of_the_examples_is_compiled(
    schema: Schema, dialect: Dialect, demo: Demo, document: DocumentNode, name: str | None
) -> None:
    assert plan_of(schema, dialect, document, name).source


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{ __schema { queryType { name } } }", "introspection"),
        ('{ __type(name: "Unit") { name } }', "introspection"),
    ],
)
def test_what_is_not_compiled_says_why(schema: Schema, demo: Demo, text: str, reason: str) -> None:
    with pytest.raises(Declined, match=reason):
        plan_of(schema, demo.db.dialect, parse(text))


def test_what_many_documents_leave_behind_is_bounded(schema: Schema, demo: Demo) -> None:
    room = 1_000_000
    plans = Plans(schema, demo.db.dialect, room)
    for number in range(300):
        text = UNIT.replace("name organisation", f"a{number}: name organisation")
        entry = plans.add(text, None, parse(text))
        plans.plan(entry, NOTHING)
        assert plans.size <= room
    assert plans.known(text, None) is entry, "the last one is there"
    assert plans.known(UNIT.replace("name organisation", "a0: name organisation"), None) is None


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Nothing is removed by the garbage collector, and there is nothing for it to remove yet."""
    gc.disable()
    gc.collect()
    yield
    gc.enable()


def test_a_plan_that_is_given_up_goes_by_itself(schema: Schema, demo: Demo, uncollected: None) -> None:
    plans, text = (
        Plans(schema, demo.db.dialect, room=1),
        UNIT.replace("name organisation", "other: name organisation"),
    )
    functions = weakref.ref(plans.plan(plans.add(UNIT, None, parsed(UNIT)), NOTHING).run)
    assert functions() is not None
    plans.plan(plans.add(text, None, parsed(text)), NOTHING)
    assert functions() is None


def test_a_document_that_is_forgotten_goes_by_itself(uncollected: None) -> None:
    assert parsed(UNIT).definitions
    assert gc.collect() == 0


def parsed(text: str) -> DocumentNode:
    """As the schema keeps documents."""
    document = parse(text)
    unlink(document)
    return document


def models() -> list[type[Record]]:
    """Every model that can be read."""
    found = [one for one in vars(rows).values() if isinstance(one, type) and issubclass(one, Record)]
    return [one for one in found if one is not Record]


def test_a_kept_text_is_the_builders_own(dialect: Dialect, demo: Demo) -> None:
    where = Where("{t}.id in {ids} and {t}.id <> {other}", {"ids": [uuid4(), uuid4()], "other": uuid4()})
    windows = (None, Window(size=3), Window(size=3, after=uuid4(), backwards=True))
    for model in models():
        shape, kept = Shape(model=model), None
        for viewer in VIEWERS:
            for window in windows:
                wanted = Rows(model=model, where=where, window=window)
                kept = kept or Kept(dialect, shape, "{t}.id")
                made, built = kept.root((wanted,), viewer), Builder(dialect, viewer).root(wanted, shape)
                assert (made.sql, made.params) == (built.sql, built.params), model
                ids = [uuid4(), uuid4()]
                made = kept.children((wanted,), ids, viewer)
                built = Builder(dialect, viewer).children(wanted, "{t}.id", ids, shape)
                assert (made.sql, made.params) == (built.sql, built.params), model


def test_relations_are_in_a_kept_text_too(dialect: Dialect, demo: Demo) -> None:
    patient = One(relation="patient", shape=Shape(model=rows.Patient, columns=frozenset({"given_name"})))
    shape = Shape(model=rows.Message, ones={"patient": patient})
    wanted = Rows(model=rows.Message, where=Where("{t}.text = {text}", {"text": "a"}))
    made, built = Kept(dialect, shape).root((wanted,), SOMEBODY), Builder(dialect, SOMEBODY).root(wanted, shape)
    assert (made.sql, made.params) == (built.sql, built.params)


@pytest.mark.parametrize("use", [str, bool, len, list, hash, lambda slot: slot == slot, lambda slot: f"{slot}"])
def test_nobody_looks_into_a_value_that_is_not_known_yet(use: Any) -> None:
    with pytest.raises(TypeError, match="not known yet"):
        use(Slot("viewer", "unit_id"))


def test_digests_made_together_are_those_made_one_by_one() -> None:
    who, other = By(uuid4(), "SE1-S", "SE1-A"), By(uuid4(), "SE1-T", "SE1-B")
    said = Noted(at=NOW, act=AccessAct.READ, operation='å"\\', unit_id=uuid4(), subject="Patient", subject_id=None)
    entries = [Entry(uuid4(), who, uuid4()), Entry(uuid4(), other, uuid4()), Entry(uuid4(), who, None)]
    columns = [
        {
            **dataclasses.asdict(said),
            **entry.by._asdict(),
            "entry_id": entry.entry_id,
            "patient_id": entry.patient_id,
        }
        for entry in entries
    ]
    one_by_one = [entry_digest(b"key", [one[name] for name in COLUMNS]) for one in columns]
    assert _digests(b"key", said, entries) == one_by_one


def test_explain_shows_cost_statements_and_source_or_the_reason(schema: Schema, demo: Demo) -> None:
    text = UNIT + " subscription S { changes { cursor } }"
    told = "\n".join(explained(schema, demo.db.dialect, text))
    assert "cost: 0 nodes, 4 fields, depth 3, 0 aliases" in told
    assert 'left join "organisation" j2' in told
    assert "async def answer(q):" in told
    assert "interpreted by graphql-core: a subscription" in told
    assert [*explained(schema, demo.db.dialect, "{ nothing }")] == [
        "not valid: Cannot query field 'nothing' on type 'Query'."
    ]
    assert json.dumps(told)
