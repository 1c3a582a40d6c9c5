"""Shape and imports: the same files in every plugin, and nothing that a plugin must not lean on."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic.fields import FieldInfo

from lifecare_gql.hookspecs import hook_promises
from lifecare_gql.region_files import DATA_FILES, SOURCE_FILES
from lifecare_gql.testing.findings import Finding, Findings, check
from lifecare_gql.testing.subjects import WRITTEN_FILES, Subject

_MODULES = {"__init__.py", "plugin.py", "schema.py", "py.typed"}
_NEEDED = ("documents.toml", "facts.toml")
_FAULT = re.compile(r"^[\w.]+: (data/\w+\.toml): (?:([^\s:]+): )?(.*)$")

_MAY_IMPORT = ("lifecare_gql.domain", "lifecare_gql.hookspecs", "lifecare_gql.region_files")
_SCHEMA_MAY_IMPORT = ("strawberry", "lifecare_gql.schema.context", "lifecare_gql.storage.reading.reader")
_FORBIDDEN = {"os", "subprocess", "socket", "threading", "multiprocessing", "time", "random", "urllib", "http"}


@check("shape", "reads")
def reads(subject: Subject) -> Findings:
    """Everything that the plugin says can be read: no key is missing, misspelt or of another kind."""
    for problem in subject.problems:
        told = _FAULT.match(problem.what)
        if told and told[3] == "Field required":
            yield Finding(told[1], told[2], f"write it: {_meaning(told[1], told[2])}")
        elif told:
            yield Finding(told[1], told[2] or "", told[3])
        else:
            yield Finding("data", problem.key, problem.what)


def _meaning(file: str, key: str) -> str:
    """What the key means, from the description of the field that it fills."""
    name = file.removeprefix("data/")
    described = "region.toml" if name in SOURCE_FILES else name
    hook = next((hook for hook, known in DATA_FILES.items() if known == described), None)
    cls: object = hook_promises()[hook] if hook else None
    for part in key.split("."):
        if part.isdigit():
            continue
        field: FieldInfo | None = getattr(cls, "__pydantic_fields__", {}).get(part)
        if field is None:
            return part
        told, cls = field.description or part, _within(field.annotation)
    return told


def _within(annotation: object) -> object:
    """The class inside ``tuple[Class, ...]`` or ``Class | None``."""
    inner = [one for one in getattr(annotation, "__args__", ()) if one not in (..., type(None))]
    return _within(inner[0]) if inner else annotation


@check("shape", "one-region")
def one_region(subject: Subject) -> Findings:
    """The plugin describes the region that it is named after, or adds to one, and its package is named so too."""
    if subject.package != f"lifecare_gql_{subject.name.replace('-', '_')}":
        write = f"name the package lifecare_gql_{subject.name.replace('-', '_')}, after the entry point"
        yield Finding("pyproject.toml", "project.entry-points.lifecare_gql", write)
    named = {file: content.get("region") for file, content in subject.tables.items() if "region" in content}
    own = "overlay.toml" if subject.overlay else "region.toml"
    code = subject.tables.get(own, {}).get("region" if subject.overlay else "code", subject.name)
    for file, region in named.items():
        if region != code:
            yield Finding(f"data/{file}", "region", f'write region = "{code}", as in data/{own}')


@check("shape", "known-files")
def known_files(subject: Subject) -> Findings:
    """The folders hold the files that every plugin has, under the same names, and no other."""
    known = {*DATA_FILES.values(), *SOURCE_FILES, *WRITTEN_FILES}
    for path in sorted((subject.root / "data").glob("*")):
        if path.name not in known:
            yield Finding(
                f"data/{path.name}", "", f"rename or remove it; the files are {', '.join(sorted(known))}"
            )
    for path in sorted(subject.root.glob("*")):
        if path.name not in {*_MODULES, "data", "__pycache__"}:
            yield Finding(
                path.name, "", "move it: what can be said as data stands in data/, the rest in schema.py"
            )
    for name in (*_NEEDED, "overlay.toml" if subject.overlay else "region.toml"):
        if not (subject.root / "data" / name).is_file():
            yield Finding(f"data/{name}", "", "write the file; `lifecare-gql region new` shows its shape")


@check("shape", "papers")
def papers(subject: Subject) -> Findings:
    """The README says which documents the data is from, and who keeps it."""
    if subject.folder is None:
        return
    path = subject.folder / "README.md"
    text = path.read_text("utf-8") if path.is_file() else ""
    for document in subject.tables.get("documents.toml", {}).get("documents", ()):
        if str(document.get("title")) not in text:
            yield Finding("README.md", "", f"name the document {document.get('title')!r}")
    if "## Kept by" not in text:
        yield Finding("README.md", "## Kept by", "say which role keeps the data, or that nobody does yet")


@check("shape", "api-version")
def api_version(subject: Subject) -> Findings:
    """The package says for which version of the plugin API it is written."""
    text = (subject.root / "__init__.py").read_text("utf-8")
    if "LIFECARE_API" not in text:
        yield Finding("__init__.py", "LIFECARE_API", "write LIFECARE_API = 1")


@check("imports", "imports-floors")
def imports_floors(subject: Subject) -> Findings:
    """The plugin's code leans on the hook specifications, the file reader and the domain, and on nothing else."""
    for path, module in _imports(subject.root):
        top = module.partition(".")[0]
        allowed = _MAY_IMPORT + (_SCHEMA_MAY_IMPORT if path.name == "schema.py" else ())
        own = top == subject.package or module == "lifecare_gql"
        fine = own or any(module == one or module.startswith(f"{one}.") for one in allowed)
        standard = top in sys.stdlib_module_names and top not in _FORBIDDEN
        if not (fine or standard or top.startswith("lifecare_gql_")):
            yield Finding(path.name, f"import {module}", f"import only {', '.join(allowed)}, or what is standard")


@check("imports", "imports-no-other-region")
def imports_no_other_region(subject: Subject) -> Findings:
    """No plugin imports another one."""
    for path, module in _imports(subject.root):
        if module.startswith("lifecare_gql_") and module.partition(".")[0] != subject.package:
            yield Finding(path.name, f"import {module}", "say it in this plugin's own data; regions do not meet")


def _imports(root: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, one.name) for one in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                yield path, node.module or ""
