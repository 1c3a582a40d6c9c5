"""`lifecare-gql documents …`: a client's own CI makes its manifest and checks it, with no server or database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    concat_ast,
    parse,
    print_ast,
    separate_operations,
)

from lifecare_gql.errors import LifecareError
from lifecare_gql.regions import load_regions
from lifecare_gql.schema import build_schema
from lifecare_gql.schema.checking import Known, Operation, checked, known
from lifecare_gql.schema.deprecations import Uses
from lifecare_gql.schema.limits import LIMITS
from lifecare_gql.settings import BUDGETS, CALLER, from_environment
from lifecare_gql.web import manifests

documents = typer.Typer(no_args_is_help=True, help="Trusted documents: a client's manifest, made and checked.")

Files = Annotated[list[Path], typer.Argument(help="Files with operations and fragments, .graphql.")]
_LIMITS = {"nodes": BUDGETS[CALLER].nodes, "fields": BUDGETS[CALLER].fields, "depth": LIMITS["depth"]}
_NAMELESS = "an operation without a name"
_HEAD = ("operation", "kind", *(f"{name} (of {limit})" for name, limit in _LIMITS.items()), "who may")


class DocumentsFaulty(LifecareError):
    """A document or a manifest has faults; the message lists them all."""


@dataclass(frozen=True, slots=True)
class One:
    """A good document: its text, and what is known of it."""

    text: str
    operation: Operation
    known: Known

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": manifests.id_of(self.text),
            "operation": self.operation.name,
            "kind": self.operation.node.operation.value,
            **self.counted(),
            "deprecated": [one.told for one in self.known.deprecated],
            "rights": [
                {"field": name, "token": one.token, "roles": [role.value for role in one.roles], "told": one.told}
                for name, one in self.known.rights.items()
            ],
        }

    def counted(self) -> dict[str, int]:
        """What the limits count."""
        cost = self.known.cost
        return {"nodes": cost.nodes, "fields": cost.fields, "depth": cost.depth}

    def row(self) -> tuple[str, ...]:
        """As a row of the table."""
        who = dict.fromkeys(one.sentence.removeprefix("Who may: ") for one in self.known.rights.values())
        counted = (str(count) for count in self.counted().values())
        return (self.operation.name, self.operation.node.operation.value, *counted, " And: ".join(who))


@dataclass(slots=True)
class Report:
    """What became of all the documents: the good ones, and every fault with the place where it is."""

    good: list[One] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def demand(self) -> None:
        """DocumentsFaulty with every fault at once."""
        if self.faults:
            told = "\n".join(f"  {one}" for one in self.faults)
            raise DocumentsFaulty(f"The documents cannot be trusted, {len(self.faults)} faults:\n{told}")

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"limits": _LIMITS, "documents": [one.told() for one in self.good], "faults": self.faults}


@documents.command()
def manifest(
    files: Files,
    out: Annotated[Path, typer.Option(help="The manifest to write, <client>/<version>.json.")],
) -> None:
    """Write a manifest: a document for each operation, with the fragments that it needs, wherever they stand."""
    schema, report = _schema(), Report()
    gather(schema, _of_sources(files, report), report)
    report.demand()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(manifests.written({manifests.id_of(one.text): one.text for one in report.good}), "utf-8")
    typer.echo(f"{len(report.good)} documents in {out}.")


@documents.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="A manifest, .json, or files with operations, .graphql.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check documents against this version: valid, within the limits, what will be removed, who may ask."""
    schema, report = _schema(), Report()
    sources = [one for one in files if one.suffix != ".json"]
    gather(schema, _of_sources(sources, report), report)
    for path in files:
        if path not in sources:
            gather(schema, _of_manifest(path, report), report)
    report.good.sort(key=lambda one: one.operation.name)
    typer.echo(json.dumps(report.told(), ensure_ascii=False, indent=2) if as_json else "\n".join(table(report)))
    report.demand()


def _schema() -> GraphQLSchema:
    settings = from_environment()
    return build_schema(load_regions(settings.regions, settings.assumptions))._schema


def gather(schema: GraphQLSchema, texts: Iterable[tuple[str, str]], report: Report) -> None:
    """Check the texts, each with the place where it stands."""
    uses = Uses(schema)
    for place, text in texts:
        operation = checked(schema, text)
        report.faults += (f"{place}: {fault}" for fault in operation.faults)
        if not operation.faults:
            report.good.append(One(text, operation, known(schema, uses, operation, text)))


def _of_manifest(path: Path, report: Report) -> Iterator[tuple[str, str]]:
    found = manifests.read(path)
    report.faults += (f"{path}: {fault}" for fault in found.faults)
    yield from ((f"{path}: {key}", text) for key, text in found.documents.items())


def _of_sources(files: Sequence[Path], report: Report) -> Iterator[tuple[str, str]]:
    """A text for each operation. Names are those of the whole client, as its other tools take them."""
    parsed = {path: found for path in files if (found := _parsed(path, report)) is not None}
    places: dict[str, Path] = {}
    for path, document in parsed.items():
        for name in _operations(document):
            if name in places:
                report.faults.append(f"{path}: {places[name]} has {name or _NAMELESS} too")
            places.setdefault(name, path)
    for name, one in separate_operations(_ordered(parsed.values())).items():
        yield f"{places[name]}: {name or _NAMELESS}", print_ast(one)


def _ordered(parsed: Iterable[DocumentNode]) -> DocumentNode:
    """All definitions in one order, whatever that of the files: else the same operation had many ids."""
    named = (one for one in concat_ast(list(parsed)).definitions if isinstance(one, ExecutableDefinitionNode))
    operation = OperationDefinitionNode
    first = sorted(named, key=lambda one: (not isinstance(one, operation), one.name.value if one.name else ""))
    return DocumentNode(definitions=tuple(first))


def _operations(document: DocumentNode) -> Iterator[str]:
    """The operations' names; an empty one for an operation without a name."""
    for one in document.definitions:
        if isinstance(one, OperationDefinitionNode):
            yield one.name.value if one.name else ""


def _parsed(path: Path, report: Report) -> DocumentNode | None:
    try:
        return parse(path.read_text("utf-8"))
    except GraphQLError as error:
        line = error.locations[0].line if error.locations else 1
        report.faults.append(f"{path}: line {line}: {error.message}")
    except (RecursionError, UnicodeError):
        report.faults.append(f"{path}: it is nested too deeply, or no UTF-8")
    return None


def table(report: Report) -> Iterator[str]:
    """Columns as wide as what stands in them, the last as it is; below, what will be removed."""
    rows = [_HEAD, *(one.row() for one in report.good)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for row in rows:
        yield "  ".join((*(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True)), row[-1]))
    for one in report.good:
        for used in one.known.deprecated:
            yield f"deprecated in {one.operation.name}: {used.coordinate}: {used.reason}"
