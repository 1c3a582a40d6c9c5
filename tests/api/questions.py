"""Every operation of the schema, asked about any record: generated, so that a new one cannot be forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_enum_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
    is_union_type,
)

SDL = build_schema((Path(__file__).parents[2] / "schema.graphql").read_text("utf-8"))
RECORDS = ("patient", "episode", "notice", "message", "case", "plan")
"""What a record about a patient can be; the ids of one patient's are a `Bundle`."""
_WINDOWS = dict(zip(RECORDS, ("Patient", "Episode", "EpisodeEvent", "Message", "Case", "Plan"), strict=True))
Bundle = Mapping[str, str]
_PLAIN: dict[str, Any] = {
    "String": "påhittat",
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "Date": "2026-11-30",
    "DateTime": "2026-11-23T08:00:00Z",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An operation about one record of a patient; `about` is which of `RECORDS`."""

    name: str
    about: str
    mutation: bool
    document: str

    def variables(self, bundle: Bundle, key: str) -> dict[str, Any]:
        """Its variables, with the bundle's ids wherever a record is named."""
        arguments = (SDL.mutation_type if self.mutation else SDL.query_type).fields[self.name].args  # type: ignore[union-attr]
        said = {
            name: _value(name, one.type, bundle, self.about)
            for name, one in arguments.items()
            if is_required_argument(one) or _record(name, self.about)
        }
        return {**said, "idempotencyKey": key} if self.mutation else said


OF_THE_LOG = ("accessLog", "accessLogSample", "accessExtract")
"""What shows the log, not the record: to the role that reviews it, and to nobody else (test_auditing)."""


def questions() -> list[Question]:
    """Every operation with an argument that names a record of a patient, but those of the log."""
    assert SDL.query_type is not None
    assert SDL.mutation_type is not None
    return [*_of(SDL, SDL.query_type, mutation=False), *_of(SDL, SDL.mutation_type, mutation=True)]


def _of(schema: GraphQLSchema, root: GraphQLObjectType, *, mutation: bool) -> Iterator[Question]:
    for name, field in root.fields.items():
        if name in OF_THE_LOG:
            continue
        for about in _subjects(name, field.args):
            used = {
                one: said for one, said in field.args.items() if is_required_argument(said) or _record(one, about)
            }
            declared = ", ".join(f"${one}: {said.type}" for one, said in used.items())
            given = ", ".join(f"{one}: ${one}" for one in used)
            kind = "mutation" if mutation else "query"
            document = f"{kind} Ask({declared}) {{ {name}({given}) {_selection(schema, field.type, about)} }}"
            yield Question(name=name, about=about, mutation=mutation, document=document)


def _subjects(name: str, arguments: Mapping[str, Any]) -> Iterator[str]:
    """What the operation can be asked about."""
    if name in ("node", "nodes"):
        yield from RECORDS
        return
    if name in RECORDS:
        yield name
        return
    for argument, said in arguments.items():
        named = get_named_type(said.type)
        fields = named.fields if isinstance(named, GraphQLInputObjectType) else {argument: said}
        found = [one for field in fields if (one := _subject(field))]
        if found:
            yield found[0]
            return


def _subject(field: str) -> str | None:
    if field in ("by", "patient"):
        return "patient"
    if field == "scopeId":
        return "episode"
    return next((one for one in RECORDS if field == f"{one}Id"), None)


def _record(name: str, about: str) -> str | None:
    return about if name in ("id", "ids") else _subject(name)


def _value(name: str, kind: Any, bundle: Bundle, about: str) -> Any:
    named = get_named_type(kind)
    if named.name == "PatientKey":
        return {"id": bundle["patient"]}
    if isinstance(named, GraphQLInputObjectType):
        said = {
            field: _value(field, one.type, bundle, about)
            for field, one in named.fields.items()
            if _given(field, one)
        }
        return [said] if is_list_type(_bare(kind)) else said
    if named.name == "ID":
        found = bundle[_record(name, about) or "unit"]
        return [found] if is_list_type(_bare(kind)) else found
    plain = next(iter(named.values)) if is_enum_type(named) else _PLAIN[named.name]
    if named.name == "ConsentKind":
        plain = "PROCESS"
    return [plain] if is_list_type(_bare(kind)) else plain


_SAID = ("recipientUnitIds", "text", "reason")


def _given(field: str, one: GraphQLInputField) -> bool:
    return (
        is_required_input_field(one)
        or _subject(field) is not None
        or field in ("recipientUnitIds", "text", "reason")
    )


def _bare(kind: Any) -> Any:
    return kind.of_type if is_non_null_type(kind) else kind


def _selection(schema: GraphQLSchema, kind: Any, about: str) -> str:
    """All that can be read without arguments, one record deep; of a result, what became of it."""
    named = get_named_type(kind)
    if is_union_type(named):
        parts = (f"... on {one.name} {{ {_leaves(one)} {_nested(one)} }}" for one in named.types)
        return "{ __typename " + " ".join(_unique(parts)) + " }"
    if is_leaf_type(named):
        return ""
    if named.name == "Node":
        shown = schema.type_map[_WINDOWS[about]]
        return f"{{ __typename id ... on {shown.name} {{ {_leaves(shown)} {_nested(shown)} }} }}"
    return f"{{ __typename {_leaves(named)} {_nested(named)} }}"


def _unique(parts: Iterator[str]) -> Iterator[str]:
    return iter(dict.fromkeys(parts))


def _leaves(kind: Any) -> str:
    return " ".join(
        name
        for name, one in kind.fields.items()
        if is_leaf_type(get_named_type(one.type)) and not any(map(is_required_argument, one.args.values()))
    )


def _nested(kind: Any) -> str:
    told = {"objections": "objections { code reason }", "patient": "patient { id givenName familyName }"}
    return " ".join(text for name, text in told.items() if name in kind.fields)
