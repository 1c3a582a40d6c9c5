"""Completeness: what a region lays down, or that it is silent; and that its examples and procedures are whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.examples import Example
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.reviewing import review
from lifecare_gql.domain.routines import RoutineBook
from lifecare_gql.domain.words import CareType, Purpose, UnitKind
from lifecare_gql.region_files import DATA_FILES
from lifecare_gql.testing.findings import Finding, Findings, of_region
from lifecare_gql.testing.subjects import Subject

_NOT_ASKED_FOR = {"region.toml", "overlay.toml", "demo.toml", "quality.toml"}


@of_region("completeness", "silence")
def silence(subject: Subject, region: Region) -> Findings:
    """For each setting, sender, recipient and purpose of a message there is a routine, or an explicit silence."""
    if subject.overlay or region.book.silence:
        return
    ungoverned = list(_ungoverned(region.book))
    if ungoverned:
        reply, sender, recipient, purpose = ungoverned[0]
        told = f"{'a reply' if reply else 'a message'} from {sender} to {recipient}, {purpose}"
        write = f"write a routine or duty for {told} (and {len(ungoverned) - 1} more), or what the document omits"
        yield Finding("data/routines.toml", "silence", write)


def _ungoverned(book: RoutineBook) -> Iterator[tuple[bool, UnitKind, UnitKind, Purpose]]:
    for reply, sender, recipient, purpose in product((False, True), UnitKind, UnitKind, Purpose):
        example = Example(title="-", sender=sender, recipients=(recipient,), purpose=purpose, reply=reply)
        draft = example.draft(book.region)
        if not any(rule.when.governs(draft) for rule in book.rules):
            yield reply, sender, recipient, purpose


@of_region("completeness", "settings")
def settings(subject: Subject, region: Region) -> Findings:
    """Each data file is there, or region.toml says why no document fills it."""
    if subject.overlay:
        return
    told = {one.field for one in region.info.unsaid}
    for name in DATA_FILES.values():
        stem, there = name.removesuffix(".toml"), (subject.root / "data" / name).is_file()
        if not there and stem not in told and name not in _NOT_ASKED_FOR:
            write = f'write data/{name}, or [[unsaid]] field = "{stem}" with the reason in Swedish'
            yield Finding("data/region.toml", "unsaid", write)
        if there and stem in told:
            yield Finding("data/region.toml", f"unsaid.{stem}", f"remove it: data/{name} says it")
    stems = {name.removesuffix(".toml") for name in DATA_FILES.values()}
    for field in sorted(told - stems):
        yield Finding("data/region.toml", f"unsaid.{field}", f"write one of {', '.join(sorted(stems))}")


@of_region("completeness", "contacts-explained")
def contacts_explained(subject: Subject, region: Region) -> Findings:
    """A contact without a telephone number says why it has none."""
    for contact in region.contacts:
        if contact.phone is None and not contact.missing:
            yield Finding(
                "data/contacts.toml", f"{contact.key}.missing", "write why there is no number, in Swedish"
            )
        if contact.phone is not None and contact.missing:
            yield Finding("data/contacts.toml", f"{contact.key}.missing", "remove it: there is a number")


@of_region("completeness", "outage-whole")
def outage_whole(subject: Subject, region: Region) -> Findings:
    """A published outage routine has steps for every care type, during and after, and a number to ring."""
    if region.outage is None or not region.outage.published or subject.overlay:
        return
    for care_type in CareType:
        procedure = region.outage.procedure(care_type)
        if procedure is None:
            yield Finding("data/outage.toml", "procedures", f"write a procedure for {care_type}")
        elif not (procedure.during and procedure.after):
            yield Finding("data/outage.toml", procedure.title, "write what to do during the outage, and after it")
    if not region.switchboards and not any(contact.phone for contact in region.contacts):
        yield Finding("data/switchboards.toml", "phone", "write a number that answers when the system is down")


@of_region("completeness", "examples")
def examples(subject: Subject, region: Region) -> Findings:
    """Every routine has an example in which it speaks, and one that it governs and in which it is silent."""
    if subject.overlay:
        return
    for routine in region.book.routines:
        governed = [one for one in region.book.examples if routine.when.governs(one.draft(region.code))]
        speaking = [one for one in governed if routine.code in one.refused_by + one.warned_by]
        if not speaking:
            write = f"write [[examples]] with refused_by or warned_by = [{routine.code!r}]"
            yield Finding("data/routines.toml", f"{routine.code}", write)
        elif len(speaking) == len(governed) and routine.demand.kind != "topic_forbidden":
            yield Finding(
                "data/routines.toml", f"{routine.code}", "write [[examples]] that it has nothing against"
            )


@of_region("completeness", "examples-hold")
def examples_hold(subject: Subject, region: Region) -> Findings:
    """The routines say of each example what the example says that they do."""
    if subject.overlay:
        return
    for n, one in enumerate(region.book.examples):
        verdict = review(one.draft(region.code), {region.code: region})
        refused = {objection.rule for objection in verdict.objections if objection.rule}
        warned = {warning.rule for warning in verdict.warnings if warning.rule}
        deadline = verdict.expectation.deadline
        due = deadline.due_at.astimezone(STOCKHOLM).replace(tzinfo=None) if deadline else None
        for name, said, found in (
            ("refused_by", set(one.refused_by), refused),
            ("warned_by", set(one.warned_by), warned),
            ("reply_due", one.reply_due, due),
        ):
            if said != found:
                told = sorted(found) if isinstance(found, set) else found
                write = f"the routines say {told or 'nothing'} of {one.title!r}; mend the example or the routine"
                yield Finding("data/routines.toml", f"examples.{n}.{name}", write)
