"""What becomes of a document: what it costs, the statements, the written functions, or why it is interpreted."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse, specified_rules, validate
from graphql.execution.values import VariableValues

from lifecare_gql.compiled.leaves import Leaves
from lifecare_gql.compiled.plans import compiled, entry_of
from lifecare_gql.compiled.source import Declined
from lifecare_gql.schema.counting import Counter
from lifecare_gql.schema.failures import Schema
from lifecare_gql.schema.limits import LIMITS, TextRule, Written, shape_errors
from lifecare_gql.storage.url import Dialect


def explained(schema: Schema, dialect: Dialect, text: str) -> Iterator[str]:
    """Line by line, for each operation of the document; for one that is not valid, why.

    A field under `@skip` or `@include` with a variable is shown as if the variable were not given.
    """
    try:
        document = parse(text, max_tokens=LIMITS["tokens"])
        errors = [*shape_errors(schema._schema, Written(text, document))]
        errors = errors or validate(schema._schema, document, [*specified_rules, TextRule])
    except GraphQLError as error:
        errors = [error]
    if errors:
        yield from (f"not valid: {error.message}" for error in errors)
        return
    for one in document.definitions:
        if isinstance(one, OperationDefinitionNode):
            yield from _operation(schema, dialect, document, one)


def _operation(
    schema: Schema, dialect: Dialect, document: DocumentNode, one: OperationDefinitionNode
) -> Iterator[str]:
    name = one.name.value if one.name else None
    cost = Counter(schema._schema, document).count(one)
    yield f"# {one.operation.value} {name or '(anonymous)'}"
    yield f"cost: {cost.nodes} nodes, {cost.fields} fields, depth {cost.depth}, {cost.aliases} aliases"
    entry = entry_of(schema, document, "", name)
    try:
        if entry.declined is not None:
            raise Declined(entry.declined)
        plan = compiled(entry.operation, Leaves(dialect), dialect, VariableValues(sources={}, coerced={}))
    except Declined as reason:
        yield f"interpreted by graphql-core: {reason}"
        return
    for kept in plan.kept:
        yield f"\n-- {kept.shape.model.__name__}\n{kept.outline()}"
    yield f"\n{plan.source}"
