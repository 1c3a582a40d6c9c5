"""Read a region's data files strictly: every fault is named with file and path, all at once.

A file is TOML. Where a value is written ``{ assumption = "key" }`` it is taken from the file's own
``[[assumptions]]``, or from what the deployment decided otherwise.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from lifecare_gql.domain.payment_policies import PaymentBook
from lifecare_gql.domain.region import RegionInfo
from lifecare_gql.errors import RegionFault

T = TypeVar("T")

CORE = "core"
"""Under this name, beside the regions' codes, a deployment decides otherwise than the core's assumptions."""

_REGION_FILES = ("region.toml", "documents.toml", "facts.toml")


def read_region(package: str) -> RegionInfo:
    """The region of a plugin, from data/region.toml, documents.toml and facts.toml; RegionFault when faulty."""
    tables: dict[str, Any] = {}
    stands_in: dict[str, str] = {}
    for name in _REGION_FILES:
        for key, content in _table(package, name).items():
            if key in tables:
                raise RegionFault(f"{package}: data/{name}: {key} stands in data/{stands_in[key]} too")
            tables[key], stands_in[key] = content, name
    return _validate(package, ", ".join(_REGION_FILES), RegionInfo, tables, stands_in)


def read(package: str, name: str, kind: type[T], assumptions: Mapping[str, Any] | None = None) -> T:
    """The value of class `kind` in the package's data/`name`; RegionFault lists every fault with its path."""
    table = _table(package, name)
    return _validate(package, name, kind, _assume(package, name, table, assumptions or {}))


def read_payment(assumptions: Mapping[str, Any] | None = None) -> PaymentBook:
    """The core's own payment policies and amounts; RegionFault for a decision that cannot be used."""
    return read("lifecare_gql", "payment.toml", PaymentBook, assumptions)


def _table(package: str, name: str) -> dict[str, Any]:
    file = files(package).joinpath("data", name)
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise RegionFault(f"{package}: data/{name} is missing") from None
    except tomllib.TOMLDecodeError as error:
        raise RegionFault(f"{package}: data/{name} is not TOML: {error}") from None


def _validate(
    package: str, name: str, kind: type[T], table: dict[str, Any], stands_in: Mapping[str, str] | None = None
) -> T:
    """`stands_in` tells which file each top-level key came from, where that is not `name`."""

    def fault(path: tuple[int | str, ...], message: str) -> str:
        file = (stands_in or {}).get(str(path[0]), name) if path else name
        return f"{package}: data/{file}: {'.'.join(map(str, path))}: {message}"

    try:
        return TypeAdapter(kind).validate_python(table)
    except ValidationError as error:
        faults = [fault(one["loc"], one["msg"]) for one in error.errors(include_url=False)]
        raise RegionFault("\n".join(faults)) from None


def _assume(package: str, name: str, table: dict[str, Any], decided: Mapping[str, Any]) -> dict[str, Any]:
    assumed = {one.get("key"): one for one in table.get("assumptions", ())}
    unknown = sorted(set(decided) - set(assumed))
    if unknown:
        raise RegionFault(f"{package}: data/{name} has no assumption called {', '.join(unknown)}")
    for key, given in decided.items():
        assumed[key]["value"] = _decided(package, key, given, assumed[key].get("value"))
    values = {key: one.get("value") for key, one in assumed.items()}
    filled: dict[str, Any] = _fill(table, values, f"{package}: data/{name}")
    return filled


def _decided(package: str, key: str, given: Any, ours: Any) -> Any:
    """A deployment's decision, read strictly as what the region's own value is: a time stays a time."""
    try:
        return TypeAdapter(type(ours)).validate_json(to_json(given), strict=True)
    except ValidationError as error:
        faults = "; ".join(one["msg"] for one in error.errors(include_url=False))
        raise RegionFault(f"{package}: the deployment's value for the assumption {key}: {faults}") from None


def _fill(node: Any, values: Mapping[Any, Any], where: str) -> Any:
    if isinstance(node, list):
        return [_fill(item, values, where) for item in node]
    if not isinstance(node, dict):
        return node
    if set(node) != {"assumption"}:
        return {key: _fill(item, values, where) for key, item in node.items()}
    if node["assumption"] not in values:
        raise RegionFault(f"{where}: no assumption is called {node['assumption']!r}")
    return values[node["assumption"]]
