"""Write the beginning of a plugin: every file that it needs, with examples in comments and nothing invented."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from lifecare_gql.errors import ConfigurationError
from lifecare_gql.hookspecs import API

_REGION_CODE = re.compile(r"[a-z]{3,}")
_OVERLAY_NAME = re.compile(r"[a-z]+(-[a-z]+)*")
_SUFFIX = ".tmpl"


def write_region(code: str, name: str, into: Path) -> list[Path]:
    """The files of a region's plugin in the folder `into`/`code`; ConfigurationError if they cannot be there."""
    if not _REGION_CODE.fullmatch(code):
        raise ConfigurationError(f"{code!r} is no region's code: three or more letters a-z, e.g. gotland.")
    prefix = code[:3].upper()
    words = {
        "code": code,
        "name": name,
        "region": code,
        "about": "its routines, contacts and documents as data with sources",
        "prefix": prefix,
        "letter": prefix[0],
        "use": "ENFORCED",
        "used_by": f"{prefix}-{prefix[0]}1",
    }
    return _write("region", words, into)


def write_overlay(plugin: str, name: str, region: str, into: Path) -> list[Path]:
    """The files of a plugin that adds a municipality's or hospital's own contacts to an existing region."""
    if not _OVERLAY_NAME.fullmatch(plugin):
        raise ConfigurationError(f"{plugin!r} is no plugin's name: letters a-z and hyphens, e.g. visby-lasarett.")
    words = {
        "code": plugin,
        "name": name,
        "region": region,
        "about": f"its own contacts for the region {region}, with their sources",
        "letter": "Z",
        "use": "SHOWN",
        "used_by": "contacts",
    }
    return _write("overlay", words, into)


def _write(kind: str, words: dict[str, str], into: Path) -> list[Path]:
    plugin = words["code"]
    folder = into / plugin
    if folder.exists():
        raise ConfigurationError(f"{folder} is there already. Choose another --into, or remove it.")
    words |= {"package": f"lifecare_gql_{plugin.replace('-', '_')}", "api": str(API)}
    written = []
    for name, template in [one for part in ("common", kind) for one in _templates(files(__package__) / part)]:
        path = folder / name.replace("package/", f"{words['package']}/", 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled(template.read_text("utf-8"), words), "utf-8")
        written.append(path)
    return sorted(written)


def _templates(folder: Traversable, above: str = "") -> list[tuple[str, Traversable]]:
    found = []
    for one in folder.iterdir():
        if one.is_dir():
            found += _templates(one, f"{above}{one.name}/")
        elif one.name.endswith(_SUFFIX):
            found.append((above + one.name.removesuffix(_SUFFIX), one))
    return found


def _filled(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"<<{name}>>", word)
    return text
