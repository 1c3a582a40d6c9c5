"""Every operation has an example, which works on a fresh demo; and what is declared of who may is so."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, get_named_type, is_union_type, parse
from strawberry.types import ExecutionResult

from lifecare_gql.contract.examples import Example, load, order
from lifecare_gql.demo import actors
from lifecare_gql.domain.access_words import Role
from lifecare_gql.schema import Context
from lifecare_gql.schema.failures import Schema
from lifecare_gql.schema.limits import LIMITS, cost_of
from lifecare_gql.schema.rights import RIGHTS, Right, rights_of
from lifecare_gql.settings import BUDGETS, CALLER
from lifecare_gql.storage import rows
from lifecare_gql.storage.url import Dialect
from tests.demo.loaded import Demo

EXAMPLES = load(Path(__file__).parents[2] / "examples" / "operations")
REFUSED = ("RefusedByRoutines", "NotFound", "IdempotencyKeyReused", "StaleVersion")
SUBSCRIBES = "changes"
"""What is asked once and answered as things happen; the others are answered at once."""
AT_ONCE = sorted(EXAMPLES.keys() - {SUBSCRIBES})
NEEDS_ROLE = sorted(name for name, right in RIGHTS.items() if right.roles)
MAY_BE_EMPTY = {"problems"}
"""Nothing is wrong with the demo."""
sqlite = pytest.mark.parametrize("dialect", [Dialect.SQLITE], ids=str)
"""Who may does not depend on the database; the examples themselves run on both."""


def roots(schema: GraphQLSchema) -> dict[str, Any]:
    assert schema.query_type
    assert schema.mutation_type
    assert schema.subscription_type
    return {**schema.query_type.fields, **schema.mutation_type.fields, **schema.subscription_type.fields}


async def before(demo: Demo, example: Example) -> dict[str, Any]:
    """What the examples that come first answer."""
    answers: dict[str, Any] = {}
    for name in order(EXAMPLES, example.name)[:-1]:
        one = EXAMPLES[name]
        answers[name] = await demo.ask(one.actor, one.document, **one.filled(answers))
    return answers


async def asked(demo: Demo, example: Example, actor: str | None, answers: dict[str, Any]) -> ExecutionResult:
    context = Context(session=await demo.session(actor))
    variables = example.filled(answers)
    answer = await demo.schema.execute(example.document, variable_values=variables, context_value=context)
    assert isinstance(answer, ExecutionResult)
    return answer


def denied(name: str, answer: ExecutionResult) -> bool:
    """Whether the caller was told to lack a right, in whichever of the two ways."""
    codes = {error.extensions["code"] for error in answer.errors or () if error.extensions}
    told = (answer.data or {}).get(name)
    objections = told.get("objections", ()) if isinstance(told, dict) else ()
    return bool(codes & {"FORBIDDEN", "UNAUTHENTICATED"}) or "NOT_ADMINISTRATOR" in {
        one["code"] for one in objections
    }


def test_every_operation_has_an_example_and_every_example_an_operation(schema: Schema) -> None:
    assert EXAMPLES.keys() == roots(schema._schema).keys()


def test_an_example_asks_for_one_operation_within_the_limits(schema: Schema) -> None:
    for name, example in EXAMPLES.items():
        [operation] = parse(example.document).definitions
        [field] = operation.selection_set.selections  # type: ignore[attr-defined]
        assert (operation.name.value, field.name.value) == (name[0].upper() + name[1:], name)  # type: ignore[attr-defined]
        cost = cost_of(schema._schema, parse(example.document))
        budget = BUDGETS[CALLER]
        assert (cost.depth <= LIMITS["depth"], cost.nodes <= budget.nodes, cost.fields <= budget.fields) == (
            True,
        ) * 3


@pytest.mark.parametrize("name", AT_ONCE)
async def test_an_example_works_on_the_demo(name: str, demo: Demo) -> None:
    example = EXAMPLES[name]
    answer = await demo.ask(example.actor, example.document, **example.filled(await before(demo, example)))
    told = answer[name]
    assert told or (told == [] and name in MAY_BE_EMPTY), "an example shows something"
    if isinstance(told, dict):
        assert told.get("nodes") != []
        assert told.get("__typename") not in REFUSED, told


async def test_the_example_of_the_subscription_tells_what_happens_after_its_cursor(demo: Demo) -> None:
    example, sending = EXAMPLES[SUBSCRIBES], EXAMPLES["sendMessage"]
    given = example.filled(await before(demo, example))
    await demo.ask(sending.actor, sending.document, **sending.filled(await before(demo, sending)))
    async with demo.hearing(example.actor, example.document, "Changes", **given) as heard:
        assert (await heard())["changes"]["__typename"] == "MessageChangeEvent"


@sqlite
@pytest.mark.parametrize("name", AT_ONCE)
async def test_only_what_is_open_is_answered_without_a_token(name: str, demo: Demo) -> None:
    example = EXAMPLES[name]
    answer = await asked(demo, example, None, await before(demo, example))
    assert denied(name, answer) is rights_of(demo.schema._schema)[name].token


@sqlite
@pytest.mark.parametrize("name", NEEDS_ROLE)
async def test_a_role_is_needed_where_one_is_declared_and_another_does_not_do(name: str, demo: Demo) -> None:
    example, right = EXAMPLES[name], RIGHTS[name]
    answers = await before(demo, example)
    allowed = {role for role in (None, *Role) if await _may(demo, example, answers, role)}
    assert allowed - {None} <= {*right.roles} | ({*Role} if right.unit_itself and None in allowed else set())
    assert allowed & {*right.roles}
    assert None not in allowed or right.unit_itself


@sqlite
@pytest.mark.parametrize("name", sorted({*AT_ONCE} - {*NEEDS_ROLE}))
async def test_no_role_is_needed_where_none_is_declared(name: str, demo: Demo) -> None:
    example = EXAMPLES[name]
    answers = await before(demo, example)
    await _revoke(demo)
    assert not denied(name, await asked(demo, example, example.actor, answers))


async def _revoke(demo: Demo) -> None:
    await rows.RoleGrant.all().update(until=demo.now)


async def _may(demo: Demo, example: Example, answers: dict[str, Any], role: Role | None) -> bool:
    """Whether the example's actor may with that role alone; what was tried has its own key, and is not undone."""
    assert example.actor is not None
    await _revoke(demo)
    if role is not None:
        await _grant(demo, example.actor, role)
    variables = example.filled(answers)
    if "idempotencyKey" in variables:
        variables["idempotencyKey"] = str(uuid.uuid4())
    tried = Example(example.name, example.document, variables, example.actor)
    return not denied(example.name, await asked(demo, tried, example.actor, {}))


async def _grant(demo: Demo, actor: str, role: Role) -> None:
    assignment = await rows.Assignment.get(hsa_id=actor)
    unit = await rows.Unit.get(id=assignment.unit_id)  # type: ignore[attr-defined]
    await rows.RoleGrant.create(
        id=uuid.uuid4(),
        assignment_id=assignment.id,
        role=role,
        region_code=unit.region_code,
        organisation_id=unit.organisation_id if role.local else None,  # type: ignore[attr-defined]
        since=demo.now,
        version=1,
    )


def test_every_actor_of_an_example_is_in_the_demo(schema: Schema, demo_actors: set[str]) -> None:
    assert {one.actor for one in EXAMPLES.values()} - {None} <= demo_actors


@pytest.fixture
def demo_actors(regions: Any) -> set[str]:
    return {one.id for one in actors(regions)}


def test_a_right_is_declared_for_every_operation_and_for_nothing_else(schema: Schema) -> None:
    declared = rights_of(schema._schema)
    assert declared.keys() == roots(schema._schema).keys()
    assert RIGHTS.keys() <= declared.keys()
    assert all(isinstance(one, Right) and one.told for one in declared.values())


def test_a_result_of_a_mutation_is_shown_with_its_refusals(schema: Schema) -> None:
    for name, field in roots(schema._schema).items():
        if is_union_type(get_named_type(field.type)) and name in EXAMPLES:
            assert "__typename" in EXAMPLES[name].document
