"""Plans: what became of each document, kept for as long as there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    get_operation_ast,
    get_variable_values,
    print_ast,
    visit,
)
from graphql.execution.values import VariableValues
from strawberry.types.graphql import OperationType as Kind

from lifecare_gql.compiled.leaves import Leaves, Lost
from lifecare_gql.compiled.objects import Objects
from lifecare_gql.compiled.places import Operation, Place
from lifecare_gql.compiled.source import Declined, shown
from lifecare_gql.compiled.windows import Windows
from lifecare_gql.errors import BadInput
from lifecare_gql.schema.counting import Asked
from lifecare_gql.schema.failures import Schema, safe
from lifecare_gql.storage.reading.kept import Kept
from lifecare_gql.storage.url import Dialect

REFUSED = "refused"
MAX_VARIANTS = 16
"""Of one document, for the values of the variables that `@skip` and `@include` look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A compiled operation, to be kept for as long as it runs: the functions go with it."""

    functions: dict[str, Any]
    source: str
    places: list[Place]
    kept: list[Kept]

    @property
    def run(self) -> Any:
        """The function that answers."""
        return self.functions["answer"]

    def __del__(self) -> None:
        # They know each other by name: without this, only the garbage collector would ever remove them.
        self.functions.clear()


@dataclass(slots=True, kw_only=True)
class Entry:
    """What is known of a document that was found valid, and of one of its operations."""

    operation: Operation
    asked: Asked
    """For whoever counts what it costs."""
    name: str
    """The operation's, as the access log may tell it."""
    type: Kind
    conditions: tuple[str, ...]
    checks: dict[str, Callable[[Any], bool]] | None
    """Of each variable, whether a value can be taken as it is; None when one has to be coerced anyway."""
    declined: str | None = None
    plans: dict[tuple[Any, ...], Plan] = field(default_factory=dict)
    size: int = 0

    def variables(self, given: dict[str, Any] | None) -> VariableValues:
        """The variables, coerced by graphql-core; Lost when they cannot be."""
        definitions = self.operation.definition.variable_definitions or ()
        if not definitions:
            return _NO_VARIABLES
        if self.checks is not None and given is not None:
            plain = {name: given[name] for name in self.checks if name in given}
            if all(check(plain.get(name)) for name, check in self.checks.items()):
                return VariableValues(sources={}, coerced=plain)
        found = get_variable_values(self.operation.schema._schema, definitions, given or {})
        if isinstance(found, list):
            raise Lost
        return found


_NO_VARIABLES = VariableValues(sources={}, coerced={})


class Plans:
    """The plans of all documents, the least recently used given up first."""

    def __init__(self, schema: Schema, dialect: Dialect, room: int) -> None:
        self._schema, self._dialect, self._room = schema, dialect, room
        self._leaves = Leaves(dialect)
        self._entries: OrderedDict[tuple[str, str | None], Entry] = OrderedDict()
        self.size = 0

    def known(self, query: str, operation_name: str | None) -> Entry | None:
        """The entry of a document that was seen before."""
        key = (query, operation_name)
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def add(self, query: str, operation_name: str | None, document: DocumentNode) -> Entry:
        """Keep a document that was found valid."""
        entry = entry_of(self._schema, document, query, operation_name)
        self._entries[query, operation_name] = entry
        self._grow(entry, _BASE + _NODE * len(query))
        return entry

    def plan(self, entry: Entry, variables: VariableValues) -> Plan:
        """The plan for these variables; Declined when there is none."""
        if entry.declined is not None:
            raise Declined(entry.declined)
        which = tuple(variables.coerced.get(name) for name in entry.conditions)
        found = entry.plans.get(which)
        if found is None:
            try:
                found = compiled(entry.operation, self._leaves, self._dialect, variables)
            except Exception as fault:  # whatever it is, it would be the same next time
                entry.declined = _reason(fault)
                raise Declined(entry.declined) from fault
            if len(entry.plans) >= MAX_VARIANTS:
                entry.plans.clear()
            entry.plans[which] = found
            self._grow(entry, _PLAN + _LETTER * len(found.source))
        return found

    def _grow(self, entry: Entry, size: int) -> None:
        entry.size += size
        self.size += size
        while self.size > self._room and len(self._entries) > 1:
            _, given_up = self._entries.popitem(last=False)
            self.size -= given_up.size


def _reason(fault: Exception) -> str:
    """Why there is no plan; `REFUSED` when graphql-core will not answer either."""
    if isinstance(fault, BadInput):
        return REFUSED
    return str(fault) if isinstance(fault, Declined) else f"fault: {type(fault).__name__}"


# Bytes, as measured: of an entry, of its tree by letter of the document, of a plan, of its code by letter.
_BASE, _NODE, _PLAN, _LETTER = 4_000, 60, 10_000, 12


def entry_of(schema: Schema, document: DocumentNode, query: str, operation_name: str | None) -> Entry:
    """What there is to know of a valid document before it is compiled."""
    found = get_operation_ast(document, operation_name)
    assert isinstance(found, OperationDefinitionNode), "the document was found valid"
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    operation = Operation(schema=schema, definition=found, fragments=fragments)
    declined = "a subscription" if found.operation is OperationType.SUBSCRIPTION else None
    name = found.name.value if found.name else None
    checks, conditions = _checks(found), _conditions(document)
    asked = Asked(query, name, document, found)
    return Entry(
        operation=operation,
        asked=asked,
        name=safe(name),
        type=Kind(found.operation.value),
        conditions=conditions,
        checks=checks,
        declined=declined,
    )


_TAKEN: dict[str, Callable[[Any], bool]] = {
    # As graphql-core coerces them; what is taken as it is needs no coercion.
    "ID": lambda value: value.__class__ is str,
    "String": lambda value: value.__class__ is str,
    "Boolean": lambda value: value.__class__ is bool,
    "Int": lambda value: value.__class__ is int and -2147483648 <= value <= 2147483647,
}
_TAKEN_OR_NULL = {name: lambda value, check=check: value is None or check(value) for name, check in _TAKEN.items()}


def _checks(operation: OperationDefinitionNode) -> dict[str, Callable[[Any], bool]] | None:
    found = {}
    for one in operation.variable_definitions or ():
        told = print_ast(one.type)
        check = _TAKEN.get(told[:-1]) if told.endswith("!") else _TAKEN_OR_NULL.get(told)
        if check is None or one.default_value is not None:
            return None
        found[one.variable.name.value] = check
    return found


def _conditions(document: DocumentNode) -> tuple[str, ...]:
    """The variables on whose values the plan depends."""
    found: set[str] = set()

    class Find(Visitor):
        def enter_directive(self, directive: Any, *_: Any) -> None:
            given = (argument.value for argument in directive.arguments or ())
            found.update(one.name.value for one in given if isinstance(one, VariableNode))

    visit(document, Find())
    return tuple(sorted(found))


def compiled(operation: Operation, leaves: Leaves, dialect: Dialect, variables: VariableValues) -> Plan:
    """Write the operation's functions; Declined, with the reason."""
    objects = Objects(operation, leaves, variables)
    windows = Windows(objects, dialect)
    root = operation.schema._schema.get_root_type(operation.definition.operation)
    assert root is not None, "the document was found valid"
    pairs = objects.pairs(root, [operation.definition])
    if operation.definition.operation is OperationType.MUTATION and len(pairs) > 1:
        raise Declined("several acts")
    source = objects.source
    source.add("answer", "q", ["o = None", f"return {shown(pairs)}"])
    return Plan(
        functions=source.run(),
        source=source.text,
        places=objects.places,
        kept=windows.kept,
    )
