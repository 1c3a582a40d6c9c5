"""What changed between two versions of a region's data, told so that its own people can read it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lifecare_gql.errors import ConfigurationError
from lifecare_gql.region_files import DATA_FILES, SOURCE_FILES

_KEYS = ("code", "key", "id", "rule", "field", "title", "name")
"""What tells the entries of a list apart: the first that they all have, and that differs between them."""

Tables = Mapping[str, Mapping[str, Any]]


def differences(old: Path, new: Path) -> Iterator[str]:
    """One line for each change, and under it the facts that it rests on, as they stand in the newer version."""
    before, after = _tables(old), _tables(new)
    facts = _facts(before) | _facts(after)
    for name in dict.fromkeys((*before, *after)):
        if name not in before or name not in after:
            yield f"{'-' if name in before else '+'} {name}"
            continue
        for line, fact in _changes(before[name], after[name], name.removesuffix(".toml"), None):
            yield line
            if fact in facts and name != "facts.toml":
                yield f"    {fact}: {facts[fact]}"


def _tables(folder: Path) -> Tables:
    found = {path.name: path for path in sorted(folder.rglob("data/*.toml")) if "build" not in path.parts}
    found |= {
        path.name: path for path in folder.glob("*.toml") if path.name in (*DATA_FILES.values(), *SOURCE_FILES)
    }
    if not found:
        raise ConfigurationError(f"{folder} holds no data of a region: no data/*.toml.")
    order = (*DATA_FILES.values(), *SOURCE_FILES)
    known = sorted((name for name in found if name in order), key=order.index)
    try:
        return {name: tomllib.loads(found[name].read_text("utf-8")) for name in known}
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{folder}: not TOML: {error}") from None


def _facts(tables: Tables) -> dict[str, str]:
    """The first quote of each fact, by number."""
    facts = tables.get("facts.toml", {}).get("facts", ())
    return {one["id"]: f"”{one['quotes'][0]['text']}”" for one in facts if one.get("quotes")}


def _changes(old: Any, new: Any, path: str, fact: str | None) -> Iterator[tuple[str, str | None]]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        resting = new.get("fact") or old.get("fact") or fact
        for key in dict.fromkeys((*old, *new)):
            if key not in new:
                yield f"- {path}.{key}: {_short(old[key])}", resting
            elif key not in old:
                yield f"+ {path}.{key}: {_short(new[key])}", resting
            else:
                yield from _changes(old[key], new[key], f"{path}.{key}", resting)
    elif _keyed(old) and _keyed(new):
        key = next((one for one in _KEYS if _tells_apart(one, old) and _tells_apart(one, new)), None)
        yield from _changes(_by_key(old, key), _by_key(new, key), path, fact)
    else:
        yield f"~ {path}: {_short(old)} → {_short(new)}", fact


def _keyed(content: Any) -> bool:
    return isinstance(content, list) and bool(content) and all(isinstance(one, dict) for one in content)


def _tells_apart(key: str, entries: list[dict[str, Any]]) -> bool:
    return len({str(one[key]) for one in entries if key in one}) == len(entries)


def _by_key(entries: list[dict[str, Any]], key: str | None) -> dict[str, Any]:
    """The entries by what they are called, or by their place when nothing tells them apart."""
    return {str(one[key]) if key else str(n): one for n, one in enumerate(entries)}


def _short(content: Any) -> str:
    """A value on one line; of an entry, what it is called."""
    if isinstance(content, dict):
        told = content.get("title") or content.get("name") or content.get("statement") or content.get("text")
        return str(told) if told else ", ".join(f"{key} = {_short(value)}" for key, value in content.items())
    if isinstance(content, list):
        return f"[{', '.join(_short(one) for one in content)}]"
    return str(content)
