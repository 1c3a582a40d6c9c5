"""Sense and privacy: numbers can be dialled, deadlines are the documents' own, consent counts, nobody is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import phonenumbers

from lifecare_gql.domain.demands import ConsentForMessage
from lifecare_gql.domain.drafts import MessageDraft
from lifecare_gql.domain.examples import Example
from lifecare_gql.domain.identity import luhn_ok
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.reviewing import review
from lifecare_gql.domain.words import Severity
from lifecare_gql.testing.findings import Finding, Findings, check, of_region
from lifecare_gql.testing.subjects import Subject

_FICTION = re.compile(r"^\+46(?:313900 6|406280 4|84650 04|98031 92|701740 6)\d\d$".replace(" ", ""))
"""Series that PTS keeps free for fiction: where a real number must stand they are no number at all."""


_WORDS = dict(
    enumerate(("noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"))
)


@of_region("sense", "deadlines")
def deadlines(subject: Subject, region: Region) -> Findings:
    """The number of a deadline stands in the sentence that it rests on, in figures or as a word."""
    for duty in region.book.duties:
        fact = region.fact(duty.fact)
        said = " ".join(quote.text for quote in fact.quotes) if fact else ""
        for name in ("working_days", "times_a_working_day"):
            number = getattr(duty, name)
            if number is not None and not re.search(rf"\b({number}|{_WORDS.get(number, number)})\b", said.lower()):
                write = f"write the number of {duty.fact}'s quote, or rest on the fact that says {number}"
                yield Finding("data/routines.toml", f"{duty.code}.{name}", write)


@of_region("sense", "consent")
def consent(subject: Subject, region: Region) -> Findings:
    """A routine that demands consent rests on a sentence about consent, and is content when there is one."""
    for routine in region.book.routines:
        if not isinstance(routine.demand, ConsentForMessage):
            continue
        fact = region.fact(routine.fact)
        if fact is None or not any("samtycke" in quote.text.lower() for quote in fact.quotes):
            yield Finding("data/routines.toml", f"{routine.code}.fact", "name the fact that speaks of consent")
        given = Example(title="-").draft(region.code)
        if routine.severity is Severity.REFUSE and not _refused(
            replace(given, consent=None), routine.code, region
        ):
            yield Finding("data/routines.toml", f"{routine.code}.when", "let it govern an ordinary message")
        if _refused(given, routine.code, region):
            yield Finding("data/routines.toml", routine.code, "demand consent so that it can be given")


def _refused(draft: MessageDraft, code: str, region: Region) -> bool:
    return any(one.rule == code for one in review(draft, {region.code: region}).objections)


@of_region("sense", "phones")
def phones(subject: Subject, region: Region) -> Findings:
    """Numbers are desks' and switchboards', never a mobile's."""
    for file, key, phone in _numbers(region):
        parsed = phonenumbers.parse(phone.e164, "SE")
        if phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE:
            yield Finding(file, f"{key}.phone", "write the desk's number: a mobile number is a person's")


@of_region("sense", "fictional-numbers", warns=True)
def fictional_numbers(subject: Subject, region: Region) -> Findings:
    """No number is of the series that are kept for fiction."""
    for file, key, phone in _numbers(region):
        if _FICTION.match(phone.e164):
            yield Finding(file, f"{key}.phone", "write the document's number: this one is kept for fiction")


def _numbers(region: Region) -> Iterator[tuple[str, str, PhoneNumber]]:
    yield from (("data/switchboards.toml", board.name, board.phone) for board in region.switchboards)
    yield from (("data/contacts.toml", one.key, one.phone) for one in region.contacts if one.phone)


@of_region("sense", "municipalities")
def municipalities(subject: Subject, region: Region) -> Findings:
    """The municipalities' codes begin with the county's, and numbers belong to municipalities of the region."""
    own = {one.code for one in region.info.municipalities}
    for code in sorted(own):
        if not code.startswith(region.info.county_code):
            yield Finding(
                "data/region.toml", f"municipalities.{code}", "write SCB's code, which begins as the county's"
            )
    for file, parts in (("contacts", region.contacts), ("switchboards", region.switchboards)):
        for part in parts:
            if part.municipality not in {None, *own}:
                yield Finding(f"data/{file}.toml", part.name, f"write one of {', '.join(sorted(own))}")


_NUMBER = re.compile(r"(?<![\d-])(?:(?:18|19|20)\d{6}|\d{6})[-+]?\d{4}(?![\d-])")
_TEST_SERIES = re.compile(r"(23[89]\d|98[01]\d)$")


@check("privacy", "no-personal-numbers")
def no_personal_numbers(subject: Subject) -> Findings:
    """No file holds a personal identity number, but for Skatteverket's test series."""
    for path, text in subject.texts():
        for match in _NUMBER.finditer(text):
            if _is_person(match[0]) and not _TEST_SERIES.search(match[0]):
                line = text.count("\n", 0, match.start()) + 1
                yield Finding(path, f"line {line}", "remove the number: it could be a living person's")


def _is_person(text: str) -> bool:
    digits = re.sub(r"\D", "", text)[-10:]
    month, day = int(digits[2:4]), int(digits[4:6]) % 60
    return 1 <= month <= 12 and 1 <= day <= 31 and luhn_ok(digits)


_MAILBOX = re.compile(r"^([a-zåäö]+)\.([a-zåäö]+)@")
_PERSON = re.compile(r"\b[A-ZÅÄÖ][a-zåäöé]+ [A-ZÅÄÖ][a-zåäöé]*(?:sson|ström|berg|gren|qvist|kvist|lund|dotter)\b")
_DESKS = {"support", "info", "it", "servicedesk", "forvaltning", "registrator", "kundtjanst", "helpdesk"}


@of_region("privacy", "no-private-names")
def no_private_names(subject: Subject, region: Region) -> Findings:
    """Contacts are roles, desks and functional mailboxes, never persons."""
    for contact in region.contacts:
        mailbox = _MAILBOX.match(contact.email or "")
        if mailbox and not _DESKS & {mailbox[1], mailbox[2]}:
            write = "write a functional mailbox (funktionsbrevlåda); this one looks like a person's"
            yield Finding("data/contacts.toml", f"{contact.key}.email", write)
        if _PERSON.search(contact.name):
            yield Finding("data/contacts.toml", f"{contact.key}.name", "write the role, not the person")
