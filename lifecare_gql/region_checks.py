"""Faults that only show when what the plugins said is put together: dangling references, doubles, clashes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass

from lifecare_gql.domain.problems import Problem
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.topics import COMMON_TOPICS
from lifecare_gql.region_asking import Answer, Heard

WAYS_OUT = "give one of them another {name}, remove it from one of them, or leave one out with LIFECARE_REGIONS"
"""What can be done when two plugins say the same thing."""

_KEYED: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "lifecare_region": (("facts", "fact", "id"), ("documents", "document", "key")),
    "lifecare_overlay": (("facts", "fact", "id"), ("documents", "document", "key")),
    "lifecare_contacts": (("contacts", "contact", "key"),),
    "lifecare_switchboards": (("switchboards", "switchboard", "name"),),
}
"""What several plugins may add to one region: the field, what one is called, and what tells it apart."""


def clashes(heard: Heard) -> Iterator[Problem]:
    """What a second plugin says again of the same region, and codes that two regions both use."""
    yield from _said_again(heard)
    yield from _codes_of_two_regions(heard)


def _said_again(heard: Heard) -> Iterator[Problem]:
    first: dict[tuple[str, str, str], str] = {}
    ordered = sorted(heard.answers, key=lambda one: one.plugin != one.region)  # the region's own plugin goes first
    for answer in ordered:
        for what, name, key in _things(answer):
            owner = first.setdefault((answer.region, what, key), answer.plugin)
            if owner != answer.plugin:
                yield Problem(
                    key=f"clash-{what}",
                    plugin=answer.plugin,
                    what=f"the {what} {key} of {answer.region} is there already, by the plugin {owner}",
                    remedy=WAYS_OUT.format(name=name),
                )


def _things(answer: Answer) -> Iterator[tuple[str, str, str]]:
    for field, what, name in _KEYED.get(answer.hook, ()):
        yield from ((what, name, getattr(one, name)) for one in getattr(answer.said, field))


def _codes_of_two_regions(heard: Heard) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for plugin, book in heard.said("lifecare_routines"):
        for rule in book.rules:
            owner = first.setdefault(rule.code, book.region)
            if owner != book.region:
                yield Problem(
                    key="clash-routine",
                    plugin=plugin,
                    what=f"the routine or duty {rule.code} is there already, in the region {owner}",
                    remedy=WAYS_OUT.format(name="code"),
                )


def check_region(region: Region) -> Iterator[str]:
    """Faults that only show when a region's parts are put together: dangling references and doubles."""
    yield from doubles("fact", (fact.id for fact in region.info.facts))
    yield from doubles("document", (document.key for document in region.info.documents))
    yield from doubles("routine or duty", (rule.code for rule in region.book.rules))
    yield from doubles("contact", (contact.key for contact in region.contacts))
    local = region.support.local_administrations if region.support else ()
    yield from doubles("local administration", (one.key for one in local))
    for policy in region.payment.policies if region.payment else ():
        if not policy.id.startswith(f"{region.code}-"):
            yield f"the payment policy {policy.id} must begin with {region.code}-"
    yield from _dangling_documents(region)
    yield from _dangling_contacts(region)
    yield from doubles("login requirement", (one.key for one in region.login_requirements))
    directory = (region.contacts, region.switchboards)
    parts = (region.book, *directory, region.outage, region.support, region.login, region.rollout)
    for what, fact in _cited((*parts, region.administration, region.technical, region.training)):
        if region.fact(fact) is None:
            yield f"{what} rests on the fact {fact}, which facts.toml does not have"
    known = {topic.code for topic in (*COMMON_TOPICS, *region.book.topics)}
    for rule in region.book.rules:
        for topic in sorted({*rule.when.topics, *rule.when.except_topics} - known):
            yield f"{rule.code} names the topic {topic}, which nobody declares"


def _dangling_documents(region: Region) -> Iterator[str]:
    keys = {document.key for document in region.info.documents}
    for fact in region.info.facts:
        if fact.document not in keys:
            yield f"fact {fact.id} names the document {fact.document}, which documents.toml does not have"
    for document in region.info.documents:
        if document.superseded_by not in {None, *keys}:
            yield f"document {document.key} names the document {document.superseded_by}, which is not there"


def _dangling_contacts(region: Region) -> Iterator[str]:
    keys = {contact.key for contact in region.contacts}
    support, administration = region.support, region.administration
    forms = {form.key for form in support.forms} if support else set()
    for route in (*support.routes, *support.permissions) if support else ():
        if route.form not in {None, *forms}:
            yield f"support route {route.key} names the form {route.form}, which is not there"
        for step in route.steps:
            if step.contact not in {None, *keys}:
                yield f"support route {route.key} names the contact {step.contact}, which is not there"
    named = [one.contact for one in region.training.advice] if region.training else []
    named += administration.contacts if administration else ()
    named += [administration.central.contact] if administration and administration.central else []
    for contact in named:
        if contact not in {None, *keys}:
            yield f"the administration or training names the contact {contact}, which is not there"


def _cited(part: object) -> Iterator[tuple[str, str]]:
    """Everything in the part that rests on a fact, however deep, with the fact's number."""
    if isinstance(part, tuple):
        for item in part:
            yield from _cited(item)
    elif is_dataclass(part):
        for name, content in ((field.name, getattr(part, field.name)) for field in fields(part)):
            if name == "fact":
                yield _called(part), content
            else:
                yield from _cited(content)


def _called(part: object) -> str:
    names = (getattr(part, name, None) for name in ("code", "key", "name", "text", "who"))
    return f"{type(part).__name__} {next(filter(None, names), '')}".rstrip()


def doubles(what: str, names: Iterable[str]) -> Iterator[str]:
    """A fault for each name that is there more than once."""
    for name, times in Counter(names).items():
        if times > 1:
            yield f"the {what} {name} is there {times} times"
