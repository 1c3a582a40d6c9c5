"""What is known of one operation's document before it is ever run: its faults, its cost, what it uses, who may.

The rules are those of the running server, so what passes here is not refused there for its form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    specified_rules,
    validate,
)

from lifecare_gql.schema.counting import Cost
from lifecare_gql.schema.deprecations import Deprecation, Uses
from lifecare_gql.schema.limits import LIMITS, TextRule, Written, beyond, cost_of, shape_errors
from lifecare_gql.schema.rights import Right, rights_of
from lifecare_gql.settings import BUDGETS, CALLER


@dataclass(frozen=True, slots=True)
class Operation:
    """A document as it was parsed, None if it could not be, and why it would be refused: nothing if it is good."""

    document: DocumentNode | None
    faults: Sequence[str]

    @property
    def node(self) -> OperationDefinitionNode:
        """The one operation of a good document."""
        assert self.document is not None
        [found] = _operations(self.document)
        return found

    @property
    def name(self) -> str:
        """The name of a good document's operation."""
        assert self.node.name is not None
        return self.node.name.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a good document costs, what it uses that will be removed, and the rights of its root fields by name."""

    cost: Cost
    deprecated: Sequence[Deprecation]
    rights: Mapping[str, Right]


def checked(schema: GraphQLSchema, text: str) -> Operation:
    """The document with all its faults: invalid, too costly, not one operation, or one without a name."""
    try:
        document = parse(text, max_tokens=LIMITS["tokens"])
        return Operation(document, [*_alone(document), *_invalid(schema, document, text)])
    except GraphQLError as error:
        return Operation(None, [_placed(error)])
    except RecursionError:
        return Operation(None, ["it is nested too deeply"])


def known(schema: GraphQLSchema, uses: Uses, operation: Operation, text: str) -> Known:
    """What is known of a good document; what its variables use is not, for they come with the request."""
    assert operation.document is not None
    rights = rights_of(schema)
    roots = dict.fromkeys(_roots(operation.document, operation.node.selection_set, set()))
    return Known(
        cost=cost_of(schema, operation.document),
        deprecated=uses.of(text),
        rights={name: rights[name] for name in roots if name in rights},
    )


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]


def _alone(document: DocumentNode) -> Iterator[str]:
    found = _operations(document)
    if len(found) != 1:
        yield f"it has {len(found)} operations; each needs a document of its own"
    for one in found:
        if one.name is None:
            yield "its operation has no name"


def _invalid(schema: GraphQLSchema, document: DocumentNode, text: str) -> list[str]:
    """What is wrong with it; of one with an unfit shape no more, for the library's rules could not bear it."""
    errors = shape_errors(schema, Written(text, document))
    errors = errors or tuple(validate(schema, document, [*specified_rules, TextRule]))
    return [_placed(error) for error in errors or _too_costly(cost_of(schema, document))]


def _too_costly(cost: Cost) -> Iterator[GraphQLError]:
    """For a caller without a larger budget, with the largest values that its variables may have."""
    budget = BUDGETS[CALLER]
    found = {"nodes": cost.nodes, "fields": cost.fields}
    return beyond(found, {"nodes": budget.nodes, "fields": budget.fields}, None)


def _placed(error: GraphQLError) -> str:
    line = f"line {error.locations[0].line}: " if error.locations else ""
    return f"{line}{error.message}"


def _roots(document: DocumentNode, selected: SelectionSetNode, spread: set[str]) -> Iterator[str]:
    """The names of the root fields below a selection, through each fragment once."""
    for one in selected.selections:
        if isinstance(one, FieldNode):
            yield one.name.value
        elif not isinstance(one, FragmentSpreadNode):
            yield from _roots(document, one.selection_set, spread)  # type: ignore[attr-defined]
        elif one.name.value not in spread:
            spread.add(one.name.value)
            yield from _roots(document, _fragment(document, one.name.value), spread)


def _fragment(document: DocumentNode, name: str) -> SelectionSetNode:
    fragments = (one for one in document.definitions if isinstance(one, FragmentDefinitionNode))
    return next(one.selection_set for one in fragments if one.name.value == name)
