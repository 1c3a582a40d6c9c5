"""Freshness and quality: what somebody should look at again, and whether the ladder is told honestly."""

from __future__ import annotations

from lifecare_gql.domain.aging import age_of, numbers_to_verify, stale
from lifecare_gql.domain.quality import Standing
from lifecare_gql.domain.region import Region
from lifecare_gql.region_files import read_ladder
from lifecare_gql.testing.findings import CHECKS, Finding, Findings, of_region
from lifecare_gql.testing.subjects import Subject


@of_region("freshness", "texts-at-hand", warns=True)
def texts_at_hand(subject: Subject, region: Region) -> Findings:
    """The text of every document is in the plugin."""
    for document in region.info.documents:
        if not (subject.root / "data" / "texts" / f"{document.key}.txt").is_file():
            yield Finding(
                f"data/texts/{document.key}.txt", "", "save the document's text here, if that is allowed"
            )


@of_region("freshness", "decided", warns=True)
def decided(subject: Subject, region: Region) -> Findings:
    """Every document says that it is decided."""
    for document in region.info.documents:
        if document.decided is not True:
            told = "it says that it is not" if document.decided is False else "it does not say"
            yield Finding("data/documents.toml", f"{document.key}.decided", f"write true once it is; {told}")


@of_region("freshness", "owned", warns=True)
def owned(subject: Subject, region: Region) -> Findings:
    """Every document says which role answers for it."""
    for document in region.info.documents:
        if document.owner is None:
            yield Finding("data/documents.toml", f"{document.key}.owner", "write the role, when it is known")


@of_region("freshness", "reviewed", warns=True)
def reviewed(subject: Subject, region: Region) -> Findings:
    """Somebody has noted when each fact was compared with its document."""
    for fact in region.info.facts:
        if age_of(region, fact).reviewed_at is None:
            yield Finding("data/facts.toml", f"{fact.id}.lifetime.reviewed_at", "write the day of the comparison")


@of_region("freshness", "numbers-called", warns=True)
def numbers_called(subject: Subject, region: Region) -> Findings:
    """Somebody has rung every number."""
    for number in numbers_to_verify(region):
        if number.reviewed_at is None:
            write = "write the day somebody rang it as lifetime.reviewed_at"
            yield Finding("data", f"{number.name}, {number.phone.printed}", write)


@of_region("freshness", "fresh", warns=True)
def fresh(subject: Subject, region: Region) -> Findings:
    """Nothing is expired, superseded, undecided or reviewed too long ago."""
    for one in stale(region, subject.today):
        since = f" ({one.since})" if one.since else ""
        yield Finding("data", f"{one.kind} {one.key}", f"{one.reason.english}{since}")


@of_region("quality", "ladder-told")
def ladder_told(subject: Subject, region: Region) -> Findings:
    """quality.toml says of each rule of the ladder that it is done, or why it is not."""
    if subject.overlay:
        return
    told = {one.rule for one in region.quality.rules} if region.quality else set()
    known = {rule.id: rule for rule in read_ladder().rules}
    for rule_id, rule in known.items():
        if rule_id not in told:
            write = f'write {rule_id} = "done", {{ exempt = "why" }} or {{ open = "why" }}: {rule.title}'
            yield Finding("data/quality.toml", f"rules.{rule_id}", write)
    for rule_id in sorted(told - set(known)):
        yield Finding("data/quality.toml", f"rules.{rule_id}", "remove it: the ladder has no such rule")


@of_region("quality", "ladder-honest")
def ladder_honest(subject: Subject, region: Region) -> Findings:
    """What quality.toml calls done holds, as far as a machine can tell."""
    if region.quality is None or subject.overlay:
        return
    for rule in read_ladder().rules:
        if region.quality.standing(rule.id).standing is not Standing.DONE:
            continue
        for check_id in rule.checks:
            found = next(CHECKS[check_id].run(subject), None)
            if found is not None:
                write = f'write {{ open = "why" }} or mend it: {check_id} found {found.told()}'
                yield Finding("data/quality.toml", f"rules.{rule.id}", write)
