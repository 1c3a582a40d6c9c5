"""Random valid operations, grown from the schema: every field, argument, input and type of it can turn up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)

Ids = Mapping[str, Sequence[str]]
"""Public ids by the tag of their kind."""

_TEXTS = ("halland", "orebro", "stockholm", "199001012385", "H10", "1383", "", 'å\u2028"\\', "Varberg")
_SHARES = {"last": 0.15, "before": 0.05, "after": 0.15, "first": 0.5}
_LOG = ("accessLog", "accessLogSample", "accessExtract", "emergencyAccesses")
"""They show what the other executor has just written."""
_ROWS = ("message", "patient", "patients", "episode", "plan", "outage", "outages", "unit", "units", "viewer",
         "node", "nodes")  # fmt: skip
"""What is read from the database; the other roots are documents and calculations."""
_TAGS = {one: one for one in ("message", "episode", "unit", "patient", "outage", "plan")}


@dataclass(slots=True)
class Grown:
    """An operation with its variables."""

    text: str
    variables: dict[str, Any]


@dataclass(slots=True)
class Grower:
    """Grows one operation after the other."""

    schema: GraphQLSchema
    ids: Ids
    chance: Random
    _declared: dict[str, tuple[str, Any, bool]] = field(default_factory=dict)
    _fragments: list[str] = field(default_factory=list)
    _left: int = 0

    def operation(self) -> Grown:
        """The next one."""
        self._declared, self._fragments, self._left = {}, [], self.chance.choice((6, 15, 40))
        root: Any = self.schema.query_type
        some = _ROWS if self._often(0.8) else sorted(set(root.fields) - {*_LOG})
        names = self.chance.sample(some, self.chance.choice((1, 1, 1, 2, 3)))
        told = [
            self._field(root, name, 5, f"r{at}: " if self._often(0.3) else "") for at, name in enumerate(names)
        ]
        told += ["__typename"] if self._often(0.1) else []
        declared = ", ".join(f"${name}: {kind}" for name, (kind, _, _) in self._declared.items())
        head = f"query Q{'(' + declared + ')' if declared else ''}"
        text = " ".join([head, "{", *told, "}", *self._fragments])
        given = {name: value for name, (_, value, sent) in self._declared.items() if sent}
        return Grown(text, given)

    def _often(self, share: float) -> bool:
        return self.chance.random() < share

    def _field(self, parent: Any, name: str, depth: int, alias: str = "") -> str:
        said = parent.fields[name]
        chosen = [
            one
            for one, arg in said.args.items()
            if is_required_argument(arg) or self._often(_SHARES.get(one, 0.3))
        ]
        if "first" in chosen and "last" in chosen and self._often(0.95):
            chosen.remove("last")
        given = [f"{one}: {self._argument(one, said.args[one], parent.name, name)}" for one in chosen]
        arguments = f"({', '.join(given)})" if given else ""
        return f"{alias}{name}{arguments}{self._directive()}{self._below(get_named_type(said.type), depth)}"

    def _directive(self) -> str:
        if not self._often(0.06):
            return ""
        word, says = self.chance.choice(("skip", "include")), self.chance.choice((True, False))
        if self._often(0.5):
            return f" @{word}(if: {json.dumps(says)})"
        return f" @{word}(if: ${self._variable('Boolean!', says)})"

    def _variable(self, kind: str, value: Any, default: str | None = None, sent: bool = True) -> str:
        name = f"v{len(self._declared)}"
        self._declared[name] = (f"{kind} = {default}" if default else kind, value, sent)
        return name

    # -- selections

    def _below(self, kind: Any, depth: int) -> str:
        if is_leaf_type(kind):
            return ""
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            return f" {{ {self._abstract(kind, depth)} }}"
        return f" {{ {self._selected(kind, depth)} }}"

    def _abstract(self, kind: Any, depth: int) -> str:
        possible = self.schema.get_possible_types(kind)
        some = self.chance.sample(possible, min(len(possible), self.chance.choice((1, 2, 4))))
        told = ["__typename"] + [f"... on {one.name} {{ {self._selected(one, depth, own=True)} }}" for one in some]
        return " ".join([*told, "id"] if "id" in getattr(kind, "fields", {}) and self._often(0.6) else told)

    def _selected(self, kind: GraphQLObjectType, depth: int, own: bool = False) -> str:
        """Leaves, and as long as there is room, what lies below; `own`: all under aliases of its own."""
        leaves = [one for one, said in kind.fields.items() if is_leaf_type(get_named_type(said.type))]
        inner = [one for one in kind.fields if one not in leaves]
        told = []
        for one in self.chance.sample(leaves, min(len(leaves), self.chance.choice((1, 2, 3, 6)))):
            told.append(self._field(kind, one, depth, self._alias(kind, one, own)))
        if depth > 0 and self._left > 0:
            self._left -= 1
            for one in self.chance.sample(inner, min(len(inner), self.chance.choice((1, 1, 2, 3)))):
                told.append(self._field(kind, one, depth - 1, self._alias(kind, one, own)))
        told += ["__typename"] if self._often(0.1) or not told else []
        self.chance.shuffle(told)
        return self._wrapped(kind, told)

    def _alias(self, kind: GraphQLObjectType, name: str, own: bool) -> str:
        return f"{kind.name[:1].lower()}{len(kind.name)}{name}: " if own or self._often(0.04) else ""

    def _wrapped(self, kind: GraphQLObjectType, told: list[str]) -> str:
        """Some of it in a fragment."""
        if len(told) < 2 or not self._often(0.25):
            return " ".join(told)
        at = self.chance.randrange(1, len(told))
        inside, outside = " ".join(told[:at]), " ".join(told[at:])
        if self._often(0.5):
            return f"... on {kind.name} {{ {inside} }} {outside}"
        name = f"F{len(self._fragments)}"
        self._fragments.append(f"fragment {name} on {kind.name} {{ {inside} }}")
        return f"...{name}{self._directive()} {outside}"

    # -- arguments

    def _argument(self, name: str, said: Any, parent: str, of: str) -> str:
        value = self._value(name, said.type, parent, of)
        if self._often(0.35):
            kind = str(said.type)
            if self._often(0.2) and not is_required_argument(said):
                return f"${self._variable(kind.rstrip('!'), value, sent=self._often(0.5))}"
            return f"${self._variable(kind, value)}"
        return self._literal(value, said.type)

    def _value(self, name: str, kind: Any, parent: str, of: str) -> Any:
        bare = kind.of_type if is_non_null_type(kind) else kind
        if is_list_type(bare):
            return [self._value(name, bare.of_type, parent, of) for _ in range(self.chance.choice((0, 1, 2)))]
        if isinstance(bare, GraphQLInputObjectType):
            return self._input(bare, parent, of)
        if isinstance(bare, GraphQLEnumType):
            return self.chance.choice(sorted(bare.values))
        return self._plain(bare.name, name, parent, of)

    def _input(self, kind: GraphQLInputObjectType, parent: str, of: str) -> dict[str, Any]:
        if kind.is_one_of:
            one = self.chance.choice(sorted(kind.fields))
            return {one: self._value(one, kind.fields[one].type, kind.name, of)}
        return {
            one: self._value(one, said.type, kind.name, of)
            for one, said in kind.fields.items()
            if is_non_null_type(said.type) or self._often(0.4)
        }

    def _plain(self, kind: str, name: str, parent: str, of: str) -> Any:
        if kind == "ID":
            return self._id(name, parent, of)
        if kind == "Int":
            usual = self.chance.choice((1, 2, 3))
            return usual if self._often(0.98) else self.chance.choice((0, -1, 100, 101))
        if kind == "Boolean":
            return self._often(0.5)
        days = {"Date": "2026-11-20", "DateTime": "2026-11-20T08:00:00Z", "Time": "08:00:00"}
        return days.get(kind) or (1.5 if kind == "Float" else self._text(name))

    def _text(self, name: str) -> str:
        if name in ("region", "code") and self._often(0.8):
            return self.chance.choice(_TEXTS[:3])
        return self.chance.choice(_TEXTS)

    def _id(self, name: str, parent: str, of: str) -> str:
        """Mostly of the right kind; sometimes of a wrong one, of nothing, or no id at all."""
        if self._often(0.03):
            return self.chance.choice(("nonsense", "patient_" + "0" * 32, "message_" + "F" * 32, ""))
        tag = _TAGS.get(name.removesuffix("Id")) or _TAGS.get(of)
        if parent == "PatientKey":
            tag = "patient"
        if name in ("after", "before"):
            tag = self._of_connection(parent, of)
        known = [one for one in self.ids if self.ids[one]]
        return self.chance.choice(self.ids[tag] if tag in known else self.ids[self.chance.choice(known)])

    def _of_connection(self, parent: str, of: str) -> str | None:
        connection: Any = get_named_type(self.schema.type_map[parent].fields[of].type)  # type: ignore[attr-defined]
        shown: Any = get_named_type(connection.fields["nodes"].type)
        tag: str = shown.extensions["strawberry-definition"].origin.__model__.tag
        return tag

    def _literal(self, value: Any, kind: Any) -> str:
        bare = kind.of_type if is_non_null_type(kind) else kind
        if isinstance(value, list):
            return f"[{', '.join(self._literal(one, bare.of_type) for one in value)}]"
        if isinstance(value, dict):
            inside = (f"{one}: {self._literal(found, bare.fields[one].type)}" for one, found in value.items())
            return f"{{{', '.join(inside)}}}"
        return value if isinstance(bare, GraphQLEnumType) else json.dumps(value)
