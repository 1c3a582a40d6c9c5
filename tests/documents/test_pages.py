"""The printed pages, read back as a browser's parser would read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from lifecare_gql.documents.pages import PrintedPage, patient_information_page, plan_page
from lifecare_gql.documents.swedish import day, identifier, moment, named_day, span
from lifecare_gql.domain.identity import parse_identity
from lifecare_gql.domain.plan_facts import PlanContent, PlanIntervention
from lifecare_gql.domain.words import Principal
from tests.documents.examples import (
    AUTHORITY,
    CENTRE,
    CONTENT,
    HOME_CARE,
    HOSTILE,
    HOSTILE_INFORMATION,
    HOSTILE_PLAN,
    INFORMATION,
    MEETING,
    NOW,
    PATIENT,
    PLAN,
    WARD,
)

EMPTY_PLAN = replace(
    PLAN,
    content=PlanContent(),
    established_at=None,
    participants=(),
    consent=None,
    meeting=None,
    follow_up_on=None,
    contacts=(),
)
EMPTY_INFORMATION = replace(
    INFORMATION,
    discharged_at=None,
    done="",
    medicines="",
    what_next="",
    fixed_care_contact=None,
    contacts=(),
    taken_over=(),
    sections=(),
)


class Reader(HTMLParser):
    """The elements, the text outside the style sheet, and the headings of a page."""

    def __init__(self, page: PrintedPage) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.headings: list[tuple[str, str]] = []
        self.pieces: list[str] = []
        self.feed(page.html)
        self.text = " ".join(" ".join(self.pieces).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "style" and self.cdata_elem:
            return
        self.pieces.append(data)
        if self.tags and self.tags[-1] in ("h1", "h2", "h3") and data.strip():
            self.headings.append((self.tags[-1], data.strip()))


def in_order(text: str, *parts: str) -> bool:
    at = 0
    for part in parts:
        found = text.find(part, at)
        assert found >= 0, f"{part!r} is missing, or not after what comes before it"
        at = found + len(part)
    return True


def test_plan_says_everything_in_the_patients_order() -> None:
    page = plan_page(PLAN)
    assert page.title == "Samordnad individuell plan (SIP)"
    assert in_order(
        Reader(page).text,
        *("Tolvan Testperson", "19320214-2380", "Provgatan 12 432 99 Provstad"),
        *("Upprättad måndag 30 november 2026 kl. 11.00", "Version 2", "Huvudansvar för planen Kommunen"),
        *("Följs upp måndag 1 mars 2027", "brevlådan själv igen. Med dina egna ord", "ska läka. Vad du själv"),
        "Jag vill inte flytta.",
        *("Regionen ansvarar för", "Hembesök", "Enhet Vårdcentralen Eken", "Ansvarig Disa Demogren"),
        *("Börjar 1 december 2026", "Träning av gång", "Enhet Inte angivet Ansvarig Inte angivet"),
        *("Kommunen ansvarar för", "Omläggning", "Enhet Varbergs hemsjukvård Norr"),
        *("Det här gör andra", "Dottern sköter ekonomin"),
        *("Hit kan du ringa", "Din fasta vårdkontakt", "Vårdcentralen Eken", "Telefon 0980-31 92 01"),
        *("Frågor om såret", "0980-31 92 12", "När måndag 30 november 2026 kl. 10.00–11.00"),
        *("Hur På plats", "Var Vårdcentralen Eken, samtalsrum 2", "De som var med", "dottern"),
        *("Vårdcentralen Eken Varbergs hemsjukvård Norr", "Kallelsen: accepterad", "Kallelsen: ej besvarad"),
        *("samtyckte muntligt till din plan måndag 23 november 2026 kl. 10.00", "Kopia lämnad till patienten"),
        *("Datum", "Namnteckning", "skrevs ut måndag 30 november 2026 kl. 12.00 av Vårdcentralen Eken"),
    )


def test_information_says_everything_in_the_patients_order() -> None:
    page = patient_information_page(INFORMATION)
    assert page.title == "Patientinformation vid utskrivning"
    assert in_order(
        Reader(page).text,
        *("Tolvan Testperson", "19320214-2380", "Avdelning Vårdavdelning Tallen"),
        *("Utskriven måndag 23 november 2026 kl. 14.00", "Det här har gjorts", "Du kom till oss"),
        *("Dina läkemedel", "Furosemid", "Sluta med: ibuprofen.", "Det här händer nu", "Väg dig"),
        *("Din fasta vårdkontakt", "Disa Demogren", "0980-31 92 01", "Frågor om tiden", "0980-31 92 21"),
        *("Frågor om hemtjänst", "Varbergs biståndsenhet Telefon Inte angivet"),
        *("Det här tar kommunen över", "Varbergs hemsjukvård Norr", "Hjälp med läkemedel", "Mat och dryck"),
        *("Kopia lämnad till patienten", "Skickad hem till patienten", "3 kap. 3 § lag (2017:612)"),
    )


def test_nothing_is_made_up_for_what_is_not_stated() -> None:
    plan, information = (
        Reader(page).text for page in (plan_page(EMPTY_PLAN), patient_information_page(EMPTY_INFORMATION))
    )
    assert in_order(
        plan,
        *("Utkast. Planen är inte upprättad än.", "Upprättad Inte angivet", "planen Inte angivet"),
        *(
            "Följs upp Inte angivet",
            "mål Inte angivet",
            "tycker Inte angivet",
            "Regionen ansvarar för Inte angivet",
        ),
        *("Kommunen ansvarar för Inte angivet", "gör andra Inte angivet", "ringa Inte angivet"),
        *("Mötet Inte angivet", "De som var med Inte angivet", "Enheter i planen Inte angivet"),
        "Ditt samtycke: Inte angivet",
    )
    assert in_order(
        information,
        *("Beräknad utskrivning Inte angivet", "Det här har gjorts Inte angivet", "läkemedel Inte angivet"),
        *("händer nu Inte angivet", "Hit vänder du dig Inte angivet", "Informationen till patienten"),
    )
    assert "kommunen" not in information
    assert "Utkast" not in Reader(plan_page(PLAN)).text


def test_expected_discharge_is_shown_until_there_is_a_real_one() -> None:
    expected = replace(INFORMATION, expected_discharge=dt.date(2026, 11, 25))
    ahead = Reader(patient_information_page(replace(expected, discharged_at=None))).text
    assert "Beräknad utskrivning onsdag 25 november 2026" in ahead
    assert "Beräknad" not in Reader(patient_information_page(expected)).text


def test_interventions_of_a_private_provider_are_not_lost() -> None:
    one = PlanIntervention(what="Fotvård", principal=Principal.PRIVATE)
    text = Reader(plan_page(replace(PLAN, content=replace(CONTENT, interventions=(one,))))).text
    assert in_order(text, "Regionen ansvarar för Inte angivet", "Privat utförare ansvarar för Fotvård")


@pytest.mark.parametrize(
    "page",
    [plan_page(replace(PLAN, withheld=True)), patient_information_page(replace(INFORMATION, withheld=True))],
    ids=["plan", "information"],
)
def test_protected_identity_tells_no_whereabouts(page: PrintedPage) -> None:
    told = ("Provgatan", "Provstad", MEETING.place, "0980", "+4698")
    names = (unit.name for unit in (CENTRE, HOME_CARE, AUTHORITY, WARD))
    assert not [text for text in (*told, *names) if text in page.html]
    text = Reader(page).text
    assert in_order(
        text, "Tolvan Testperson", "Skyddade personuppgifter.", "utelämnade på pappret", "Vårdcentral "
    )
    assert "Telefon Inte angivet" not in text


@pytest.mark.parametrize(
    "page", [plan_page(HOSTILE_PLAN), patient_information_page(HOSTILE_INFORMATION)], ids=["plan", "information"]
)
def test_hostile_text_is_only_text(page: PrintedPage) -> None:
    read = Reader(page)
    assert read.text.count(HOSTILE) >= 8
    assert not {"script", "img", "link", "iframe"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name.startswith("on") or name in ("src", "style")]
    style, _, rest = page.html.partition("<style>")[2].partition("</style>")
    assert "style>" not in rest
    assert "@import" not in style
    assert style.count("{") == style.count("}")


@pytest.mark.parametrize(
    "page", [plan_page(PLAN), patient_information_page(INFORMATION)], ids=["plan", "information"]
)
def test_page_is_complete_in_itself_and_well_built(page: PrintedPage) -> None:
    read = Reader(page)
    assert page.html.lstrip().startswith('<!doctype html>\n<html lang="sv">')
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in read.attributes
    links = {value for name, value in read.attributes if name == "href"}
    assert all(link and link.startswith("tel:+46") for link in links)
    assert links
    assert "url(" not in page.html
    levels = [int(tag[1]) for tag, _ in read.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert not [secret for secret in ("Tolvan", "2380") if secret in page.title]


def test_sheets_keep_the_patient_out_of_errors_and_logs() -> None:
    shown = repr((PLAN, INFORMATION, PATIENT, INFORMATION.taken_over, INFORMATION.sections, PLAN.contacts))
    assert not [text for text in ("Tolvan", "2380", "Furosemid", "brevlåda", "Disa", "Mat") if text in shown]


@pytest.mark.parametrize(
    "make",
    [
        lambda at: plan_page(replace(PLAN, made_at=at)),
        lambda at: plan_page(replace(PLAN, established_at=at)),
        lambda at: patient_information_page(replace(INFORMATION, discharged_at=at)),
    ],
)
def test_a_moment_without_its_zone_is_refused(make: Callable[[dt.datetime], Any]) -> None:
    with pytest.raises(ValueError, match="time zone"):
        make(NOW.replace(tzinfo=None))


def test_swedish_dates() -> None:
    utc = dt.datetime(2026, 12, 31, 23, 5, tzinfo=dt.UTC)
    assert day(dt.date(2026, 5, 1)) == "1\xa0maj 2026"
    assert named_day(dt.date(2026, 2, 28)) == "lördag 28\xa0februari 2026"
    assert moment(utc) == "fredag 1\xa0januari 2027 kl.\xa000.05"
    assert span(utc, utc + dt.timedelta(hours=1)).endswith("00.05–01.05")
    assert span(utc - dt.timedelta(hours=1), utc) == (
        "torsdag 31\xa0december 2026 kl.\xa023.05 – fredag 1\xa0januari 2027 kl.\xa000.05"
    )


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("193202142380", "19320214-2380"),
        ("196109732393", "19610973-2393"),
        ("98240301AA06", "98240301AA06"),
    ],
)
def test_identifier_as_it_is_written(given: str, written: str) -> None:
    assert identifier(parse_identity(given, dt.date(2026, 11, 23))) == written


def test_a_closed_plan_says_when_it_was_followed_up_and_closed() -> None:
    page = Reader(plan_page(replace(PLAN, followed_up_at=NOW, closed_at=NOW + dt.timedelta(days=1))))
    assert "måndag 23 november 2026" in page.text.partition("Uppföljd")[2][:40]
    assert "tisdag 24 november 2026" in page.text.partition("Avslutad")[2][:40]
    assert "Följs upp" not in page.text
