"""The reference of the API as Markdown, generated from the schema and the tested examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    get_named_type,
    parse,
)
from graphql.utilities.find_schema_changes import get_default_value

from lifecare_gql.contract.areas import AREAS, area_of
from lifecare_gql.contract.examples import Example, told
from lifecare_gql.errors import LifecareError
from lifecare_gql.schema.budgets import price
from lifecare_gql.schema.limits import LIMITS, cost_of
from lifecare_gql.settings import BUDGETS, CALLER

_NOTE = "Generated from the schema by `lifecare-gql contract docs`; do not edit."
_HIDDEN = ("Connection", "Edge")
_KINDS = {"query": "Queries", "mutation": "Mutations", "subscription": "Subscriptions"}


@dataclass(frozen=True, slots=True)
class Reference:
    """What the pages are made of. `schema` is the printed one, as clients get it."""

    schema: GraphQLSchema
    examples: Mapping[str, Example]
    actors: Mapping[str, str]
    """What a demo actor is called, by id."""

    def pages(self, folder: Path) -> dict[Path, str]:
        """Every page and what stands in it; LifecareError names the operations that have no example."""
        missing = [name for _, name, _ in self._operations() if name not in self.examples]
        if missing:
            raise LifecareError(f"No example: {', '.join(missing)}.")
        texts = {**self._operation_pages(), **self._type_pages()}
        texts["README"] = _page("The API", [_NOTE, "", *self._contents(texts)])
        return {folder / f"{name}.md": text for name, text in sorted(texts.items())}

    def _operations(self) -> Iterator[tuple[str, str, GraphQLField]]:
        for kind in _KINDS:
            root = getattr(self.schema, f"{kind}_type")
            yield from ((kind, name, field) for name, field in (root.fields.items() if root else ()))

    def _operation_pages(self) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        for kind, name, field in self._operations():
            area = area_of(get_named_type(field.type).name)
            found.setdefault(_file(kind, area), []).extend(self._operation(name, field))
        return {name: _page(_title(name), [_NOTE, "", *lines]) for name, lines in found.items()}

    def _operation(self, name: str, field: GraphQLField) -> Iterator[str]:
        example = self.examples[name]
        yield from (f"## {name}", "", field.description or "", "")
        if field.args:
            yield from ("| Argument | Type | Default | |", "|---|---|---|---|")
            yield from (_row(one, said) for one, said in field.args.items())
            yield ""
        yield from self._answers(field)
        yield from self._shown(example)

    def _answers(self, field: GraphQLField) -> Iterator[str]:
        kind = get_named_type(field.type)
        yield (
            f"Answers `{field.type}`:" if isinstance(kind, GraphQLUnionType) else f"Answers {_linked(field.type)}."
        )
        yield ""
        if isinstance(kind, GraphQLUnionType):
            yield from (f"- {_linked(one)}: {_first(one.description)}" for one in kind.types)
            yield ""

    def _shown(self, example: Example) -> Iterator[str]:
        document = parse(example.document)
        [operation] = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
        cost, budget = cost_of(self.schema, document), BUDGETS[CALLER]
        yield f"Example, {self._asked_by(example)}."
        counted = {
            "points": (price(cost, operation.operation), budget.points),
            "nodes": (cost.nodes, budget.nodes),
            "fields": (cost.fields, budget.fields),
            "depth": (cost.depth, LIMITS["depth"]),
        }
        figures = (f"{kind} {count} of {most}" for kind, (count, most) in counted.items())
        yield f"Costs at most: {', '.join(figures)}."
        yield from ("", "```graphql", example.document.rstrip(), "```", "")
        if example.variables:
            yield from ("```json", told(example), "```", "")

    def _asked_by(self, example: Example) -> str:
        who = "asked by nobody" if example.actor is None else f"asked by {self.actors[example.actor]}"
        return who + (f", after {', '.join(example.first)}" if example.first else "")

    def _type_pages(self) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        for name in sorted(self.schema.type_map):
            if not name.startswith("__") and not name.endswith(_HIDDEN) and name not in ("Query", "Mutation"):
                found.setdefault(f"types-{area_of(name)}", []).extend(_type(self.schema.type_map[name]))
        return {name: _page(_title(name), [_NOTE, "", *lines]) for name, lines in found.items()}

    def _contents(self, texts: Mapping[str, str]) -> Iterator[str]:
        for kind in _KINDS:
            there = [(name, field) for of, name, field in self._operations() if of == kind]
            if there:
                yield from (f"## {_KINDS[kind]}", "")
                yield from (
                    f"- [{name}]({_place(kind, name, field)}): {_first(field.description)}"
                    for name, field in there
                )
                yield ""
        yield from ("## Types", "")
        yield from (f"- [{_title(name)}]({name}.md)" for name in sorted(texts) if name.startswith("types-"))


def _file(kind: str, area: str) -> str:
    return "queries" if kind == "query" else f"{_KINDS[kind].lower()}-{area}"


def _title(name: str) -> str:
    kind, _, area = name.partition("-")
    return kind.capitalize() + (f": {AREAS[area][0]}" if area else "")


def _place(kind: str, name: str, field: GraphQLField) -> str:
    return f"{_file(kind, area_of(get_named_type(field.type).name))}.md#{name.lower()}"


def _page(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", *lines]).rstrip() + "\n"


def _row(name: str, said: Any) -> str:
    default = get_default_value(said)
    shown = "" if default is None else f"`{default}`"
    return f"| `{name}` | {_linked(said.type)} | {shown} | {_cell(said.description)} |"


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def _first(text: str | None) -> str:
    """The first paragraph in one line."""
    return _cell((text or "").split("\n\n")[0])


def _linked(kind: Any) -> str:
    named = get_named_type(kind).name
    shown = named.removesuffix("Connection") if named.endswith("Connection") else named
    if shown in ("ID", "String", "Int", "Float", "Boolean"):
        return f"`{kind}`"
    return f"[`{kind}`](types-{area_of(shown)}.md#{shown.lower()})"


def _type(kind: GraphQLNamedType) -> Iterator[str]:
    if kind.name in ("ID", "String", "Int", "Float", "Boolean"):
        return
    yield from (f"## {kind.name}", "", f"{_KIND_NAMES[type(kind).__name__]}. {kind.description or ''}", "")
    if isinstance(kind, GraphQLUnionType):
        yield from (f"- {_linked(one)}" for one in kind.types)
        yield ""
    elif isinstance(kind, GraphQLEnumType):
        yield from _table("Value", kind.values, lambda name, one: f"| `{name}` | {_cell(one.description)} |")
    elif hasattr(kind, "fields"):
        yield from _table("Field", kind.fields, _field)
        if isinstance(kind, GraphQLInputObjectType) and kind.is_one_of:
            yield from ("Exactly one of them is given.", "")


def _table(head: str, members: Mapping[str, Any], row: Callable[[str, Any], str]) -> Iterator[str]:
    wide = head == "Field"
    yield f"| {head} | Type | |" if wide else f"| {head} | |"
    yield "|---|---|---|" if wide else "|---|---|"
    yield from (row(name, one) for name, one in members.items())
    yield ""


def _field(name: str, one: Any) -> str:
    arguments = ", ".join(f"{argument}: {said.type}" for argument, said in getattr(one, "args", {}).items())
    gone = f" **Deprecated**: {_cell(one.deprecation_reason)}" if one.deprecation_reason else ""
    shown = f"`{name}({arguments})`" if arguments else f"`{name}`"
    return f"| {shown} | {_linked(one.type)} | {_cell(one.description)}{gone} |"


_KIND_NAMES = {
    "GraphQLObjectType": "Object",
    "GraphQLInterfaceType": "Interface",
    "GraphQLInputObjectType": "Input",
    "GraphQLEnumType": "Enum",
    "GraphQLUnionType": "Union",
    "GraphQLScalarType": "Scalar",
}
