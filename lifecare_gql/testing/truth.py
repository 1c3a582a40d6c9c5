"""Truth: whatever a plugin says rests on a document, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from lifecare_gql.domain.region import Region, citing
from lifecare_gql.domain.routines import RoutineBook
from lifecare_gql.domain.words import FactUse
from lifecare_gql.testing.findings import Finding, Findings, of_region
from lifecare_gql.testing.subjects import Subject

_EXPLAINED = (
    *("kind", "publisher", "status", "decided", "version", "date", "last_changed", "fact_checked", "address"),
    *("valid_from", "valid_to", "owner"),
)
_FILLER = re.compile(r"\b(TODO|FIXME|XXX|FYLL I)\b")
_CODE = re.compile(r"[A-Z]{3}-[A-Z0-9-]+")
_ENFORCES = (FactUse.ENFORCED, FactUse.COMPUTED)


def _own(subject: Subject, region: Region) -> tuple[set[str], set[str]]:
    """Keys of the documents and ids of the facts that this plugin brings."""
    documents = {one["key"] for one in subject.tables["documents.toml"].get("documents", ())}
    return documents, {one["id"] for one in subject.tables["facts.toml"].get("facts", ())}


@of_region("truth", "sources")
def sources(subject: Subject, region: Region) -> Findings:
    """Each rule, contact and number rests on a fact, and its document says version, status and date or why not."""
    documents, _ = _own(subject, region)
    for document in region.info.documents:
        told = {one.field for one in document.unsaid if one.reason.strip()}
        for name in _EXPLAINED if document.key in documents else ():
            if getattr(document, name) is None and name not in told:
                write = f'write {name}, or [[documents.unsaid]] field = "{name}" with the reason'
                yield Finding("data/documents.toml", f"{document.key}.{name}", write)
            elif getattr(document, name) is not None and name in told:
                yield Finding("data/documents.toml", f"{document.key}.unsaid", f"remove {name}: it is said")


@of_region("truth", "documents-used")
def documents_used(subject: Subject, region: Region) -> Findings:
    """Every document has facts."""
    documents, _ = _own(subject, region)
    for key in sorted(documents - {fact.document for fact in region.info.facts}):
        yield Finding("data/facts.toml", "document", f"write the facts of the document {key}, or remove it")


@of_region("truth", "quotes")
def quotes(subject: Subject, region: Region) -> Findings:
    """Every fact quotes its document under a heading, and no quote is a placeholder."""
    _, ids = _own(subject, region)
    for fact in region.info.facts:
        for n, quote in enumerate(fact.quotes if fact.id in ids else ()):
            if not quote.section.strip() or quote.text != quote.text.strip():
                write = "write the heading it stands under, and the passage without spaces around it"
                yield Finding("data/facts.toml", f"{fact.id}.quotes.{n}", write)
            if _FILLER.search(quote.text) or _FILLER.search(fact.statement):
                yield Finding("data/facts.toml", f"{fact.id}.quotes.{n}", "write the document's own words")


@of_region("truth", "verbatim")
def verbatim(subject: Subject, region: Region) -> Findings:
    """Where the document's text is at hand (data/texts/KEY.txt), every quote stands in it word for word."""
    folder = subject.root / "data" / "texts"
    for fact in region.info.facts:
        path = folder / f"{fact.document}.txt"
        if not path.is_file():
            continue
        text = _words(path.read_text("utf-8"))
        for n, quote in enumerate(fact.quotes):
            if _words(quote.text) not in text:
                write = f"copy the passage from data/texts/{path.name}; it does not stand there word for word"
                yield Finding("data/facts.toml", f"{fact.id}.quotes.{n}", write)


def _words(text: str) -> str:
    return " ".join(text.split())


@of_region("truth", "verbatim-parts")
def verbatim_parts(subject: Subject, region: Region) -> Findings:
    """What is given as a document's own words elsewhere in the data stands in the fact that it rests on."""
    said = (
        region.outage,
        region.support,
        region.rollout,
        region.administration,
        region.technical,
        region.training,
    )
    for part in citing(said):
        fact = region.fact(part.fact)  # type: ignore[attr-defined]
        told = [text for quote in fact.quotes for text in (quote.text, quote.section)] if fact else []
        for name, text in _as_they_stand(part):
            if not any(text in quote for quote in told):
                where = f"{type(part).__name__}.{name}"
                yield Finding("data", where, f"quote {part.fact} word for word: {text[:60]!r}")  # type: ignore[attr-defined]


def _as_they_stand(part: Any) -> Iterator[tuple[str, str]]:
    """The texts of one part that its class promises to be verbatim sentences (`text`, `instruction`)."""
    if is_dataclass(part):
        for field in fields(part):
            text = getattr(part, field.name)
            if (
                field.name in {"text", "instruction"}
                and isinstance(text, str)
                and type(part).__name__ != "Contradiction"
            ):
                yield field.name, text


@of_region("truth", "rules-used")
def rules_used(subject: Subject, region: Region) -> Findings:
    """Each rule rests on a fact that names it, and no fact names a rule that is not there."""
    _, ids = _own(subject, region)
    codes = {rule.code for rule in region.book.rules}
    for rule in region.book.rules if "routines.toml" in subject.tables else ():
        fact = region.fact(rule.fact)
        if fact is not None and (rule.code not in fact.used_by or fact.use not in _ENFORCES):
            write = f'write use = "ENFORCED" or "COMPUTED", and {rule.code} in used_by'
            yield Finding("data/facts.toml", fact.id, write)
    for fact in region.info.facts:
        for name in fact.used_by if fact.id in ids else ():
            if _CODE.fullmatch(name) and name not in codes:
                yield Finding("data/facts.toml", f"{fact.id}.used_by", f"remove {name}: no routine has that code")
        if fact.id in ids and fact.use in _ENFORCES and not fact.used_by:
            yield Finding("data/facts.toml", f"{fact.id}.used_by", f"name what uses it: it is {fact.use}")


@of_region("truth", "codes")
def codes(subject: Subject, region: Region) -> Findings:
    """The codes of all routines and duties begin alike, with three letters that no other region uses."""
    if subject.overlay:
        return
    prefixes = {rule.code.partition("-")[0] for rule in region.book.rules}
    if len(prefixes) > 1:
        write = f"begin all codes with the same letters, not with {', '.join(sorted(prefixes))}"
        yield Finding("data/routines.toml", "code", write)
    for other in subject.others:
        for prefix in sorted(prefixes & _prefixes(other) if other.name != subject.name else ()):
            write = f"begin the codes with other letters: the region {other.name} uses {prefix}"
            yield Finding("data/routines.toml", "code", write)


def _prefixes(plugin: Any) -> set[str]:
    hook = getattr(plugin.module, "lifecare_routines", None)
    book = hook({}) if hook else None
    return {rule.code.partition("-")[0] for rule in book.rules} if isinstance(book, RoutineBook) else set()
