"""Read a region's data files strictly: every fault is named with file and path, all at once.

A file is TOML, and each has a hook that says it: a plugin with data only needs no code. `DATA_FILES` is the list.
Where a value is written ``{ assumption = "key" }`` it is taken from the file's own ``[[assumptions]]``, or from
what the deployment decided otherwise.
"""

from __future__ import annotations

import importlib
import inspect
import tomllib
from collections.abc import Callable, Mapping
from importlib.resources import files
from types import SimpleNamespace
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from lifecare_gql import hookspecs
from lifecare_gql.domain.payment_policies import PaymentBook
from lifecare_gql.domain.quality import QualityLadder
from lifecare_gql.domain.region import RegionInfo
from lifecare_gql.errors import RegionFault
from lifecare_gql.hookspecs import OLDEST_API, hook_promises, hookimpl

T = TypeVar("T")

CORE = "core"
"""Under this name, beside the regions' codes, a deployment decides otherwise than the core's assumptions."""

SOURCE_FILES = ("documents.toml", "facts.toml")
"""They belong to the region, or to the overlay, that names whose they are."""

DATA_FILES: Mapping[str, str] = {
    "lifecare_region": "region.toml",
    "lifecare_overlay": "overlay.toml",
    "lifecare_routines": "routines.toml",
    "lifecare_process": "process.toml",
    "lifecare_contacts": "contacts.toml",
    "lifecare_switchboards": "switchboards.toml",
    "lifecare_outage_routine": "outage.toml",
    "lifecare_support": "support.toml",
    "lifecare_login_requirements": "login.toml",
    "lifecare_rollout": "rollout.toml",
    "lifecare_administration": "administration.toml",
    "lifecare_technical_requirements": "technical.toml",
    "lifecare_training": "training.toml",
    "lifecare_payment_policies": "payment.toml",
    "lifecare_demo": "demo.toml",
    "lifecare_quality": "quality.toml",
}
"""Which file each hook reads when the plugin does not say it itself. The same names in every region."""

_WITH_SOURCES = ("lifecare_region", "lifecare_overlay")


def speaking(module: Any) -> SimpleNamespace:
    """What a plugin says: its module's own hooks and, for every data file they leave, a hook that reads it.

    The module is a plugin's module, or its package when there is nothing but data.
    """
    package = getattr(module, "__package__", None)
    own = {name: value for name, value in inspect.getmembers(module) if not name.startswith("__")}
    read_too = {
        hook: _reading(package, hook)
        for hook, name in DATA_FILES.items()
        if package and hook not in own and files(package).joinpath("data", name).is_file()
    }
    return SimpleNamespace(**{"LIFECARE_API": _api(package)} | own | read_too)


def _api(package: str | None) -> int:
    """The version of the plugin API that the package is written for; the first, if it says nothing."""
    said: int = getattr(importlib.import_module(package), "LIFECARE_API", OLDEST_API) if package else OLDEST_API
    return said


def _reading(package: str, hook: str) -> Callable[..., Any]:
    spec, kind, name = getattr(hookspecs, hook), hook_promises()[hook], DATA_FILES[hook]

    def said() -> Any:
        together = (name, *SOURCE_FILES) if hook in _WITH_SOURCES else (name,)
        return read_together(package, together, kind)

    def said_as_decided(assumptions: hookspecs.Assumptions) -> Any:
        return read(package, name, kind, assumptions)

    function: Any = said_as_decided if inspect.signature(spec).parameters else said
    function.__name__, function.__doc__, function.data_file = hook, spec.__doc__, name
    function.__annotations__ = spec.__annotations__
    return hookimpl(function)  # type: ignore[no-any-return]


def read_region(package: str) -> RegionInfo:
    """The region of a plugin, from data/region.toml, documents.toml and facts.toml; RegionFault when faulty."""
    return read_together(package, ("region.toml", *SOURCE_FILES), RegionInfo)


def read_together(package: str, names: tuple[str, ...], kind: type[T]) -> T:
    """The value of class `kind` whose keys stand in several files, each key in one of them."""
    tables: dict[str, Any] = {}
    stands_in: dict[str, str] = {}
    for name in names:
        for key, content in table(package, name).items():
            if key in tables:
                raise RegionFault(f"{package}: data/{name}: {key} stands in data/{stands_in[key]} too")
            tables[key], stands_in[key] = content, name
    belongs = {name.removesuffix(".toml"): name for name in SOURCE_FILES}
    return _validate(package, names[0], kind, tables, belongs | stands_in)


def read(package: str, name: str, kind: type[T], assumptions: Mapping[str, Any] | None = None) -> T:
    """The value of class `kind` in the package's data/`name`; RegionFault lists every fault with its path."""
    content = table(package, name)
    return _validate(package, name, kind, _assume(package, name, content, assumptions or {}))


def read_ladder() -> QualityLadder:
    """The rules of the quality ladder."""
    return read("lifecare_gql", "quality_rules.toml", QualityLadder)


def read_payment(assumptions: Mapping[str, Any] | None = None) -> PaymentBook:
    """The core's own payment policies and amounts; RegionFault for a decision that cannot be used."""
    return read("lifecare_gql", "payment.toml", PaymentBook, assumptions)


def table(package: str, name: str) -> dict[str, Any]:
    """The file data/`name` of the package as it stands, unchecked; RegionFault if it is missing or no TOML."""
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
