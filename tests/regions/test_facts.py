"""The regions' data held against the documents' facts: nothing lost, nothing invented, gaps with a reason."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from lifecare_gql.domain.directory import Contact
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.reviewing import review
from lifecare_gql.domain.routines import Duty, Routine
from lifecare_gql.domain.sources import Document, Fact
from lifecare_gql.domain.words import FactUse
from tests.domain.drafts import good_draft
from tests.regions.plugins import CODES, four_regions

FACT_IDS = Path(__file__).parents[1].joinpath("data", "facts.txt").read_text("utf-8").split()
REGIONS = list(four_regions().values())
FACTS = [(region, fact) for region in REGIONS for fact in region.info.facts]
DOCUMENTS = [(region, document) for region in REGIONS for document in region.info.documents]
RULES = [(region, rule) for region in REGIONS for rule in region.book.rules]
ROUTINE_CODE = re.compile(r"[A-Z]{3}-[A-Z0-9-]+")


def test_every_fact_of_the_documents_is_there_once() -> None:
    assert len(FACT_IDS) == 163
    assert sorted(fact.id for _, fact in FACTS) == sorted(FACT_IDS)


@pytest.mark.parametrize("region", REGIONS, ids=CODES)
def test_every_document_has_facts_and_every_fact_a_document(region: Region) -> None:
    assert {fact.document for fact in region.info.facts} == {document.key for document in region.info.documents}


@pytest.mark.parametrize(("region", "fact"), FACTS, ids=[fact.id for _, fact in FACTS])
def test_a_fact_says_what_it_does(region: Region, fact: Fact) -> None:
    codes = {rule.code for rule in region.book.rules}
    assert {name for name in fact.used_by if ROUTINE_CODE.fullmatch(name)} <= codes
    if fact.use in (FactUse.ENFORCED, FactUse.COMPUTED):
        assert fact.used_by, f"{fact.id} is {fact.use} by what?"
    assert all(quote.text == quote.text.strip() and quote.section for quote in fact.quotes)


@pytest.mark.parametrize(("region", "rule"), RULES, ids=[rule.code for _, rule in RULES])
def test_a_routine_rests_on_a_fact_that_names_it(region: Region, rule: Routine | Duty) -> None:
    fact = region.fact(rule.fact)
    assert fact is not None
    assert rule.code in fact.used_by
    assert fact.use in (FactUse.ENFORCED, FactUse.COMPUTED)


# --- what a document does not say is empty, with the reason ---

SAID_BY_ITSELF = {"key", "title", "superseded_by", "unsaid"}


@pytest.mark.parametrize(("region", "document"), DOCUMENTS, ids=[document.key for _, document in DOCUMENTS])
def test_what_a_document_does_not_say_is_null_with_a_reason(region: Region, document: Document) -> None:
    names = [field.name for field in fields(document) if field.name not in SAID_BY_ITSELF]
    empty = [name for name in names if getattr(document, name) is None]
    assert sorted(unsaid.field for unsaid in document.unsaid) == sorted(empty)
    assert all(unsaid.reason for unsaid in document.unsaid)


CONTACTS = [contact for region in REGIONS for contact in region.contacts]


@pytest.mark.parametrize("contact", CONTACTS, ids=[contact.key for contact in CONTACTS])
def test_a_contact_without_a_number_says_why(contact: Contact) -> None:
    assert bool(contact.missing) == (contact.phone is None)


@pytest.mark.parametrize("region", REGIONS, ids=CODES)
def test_a_municipality_is_one_of_the_regions_own(region: Region) -> None:
    own = {municipality.code for municipality in region.info.municipalities}
    named = {one.municipality for one in region.switchboards} | {one.municipality for one in region.contacts}
    assert named <= {None, *own}
    assert {code[:2] for code in own} == {region.info.county_code}


# --- Västernorrland's numbers, as printed and as dialled (V7, V55, V58) ---

SWITCHBOARDS = {
    ("Region Västernorrland", None, "0611-800 00", "+4661180000", "V55"),
    ("Timrå kommun", "2262", "060-16 31 00", "+4660163100", "V58"),
    ("Ånge kommun", "2260", "0690-25 01 00", "+46690250100", "V58"),
    ("Örnsköldsvik kommun", "2284", "0660-880 00", "+4666088000", "V58"),
    ("Sundsvall kommun", "2281", "060-19 10 00", "+4660191000", "V58"),
    ("Kramfors kommun", "2282", "0612-800 00", "+4661280000", "V58"),
    ("Härnösand kommun", "2280", "0611-34 80 00", "+46611348000", "V58"),
    ("Sollefteå kommun", "2283", "0620-68 20 00", "+46620682000", "V58"),
}


def test_the_switchboards_of_vasternorrland() -> None:
    boards = four_regions()["vasternorrland"].switchboards
    found = {(one.name, one.municipality, one.phone.printed, one.phone.e164, one.fact) for one in boards}
    assert found == SWITCHBOARDS
    assert len(boards) == len(SWITCHBOARDS)


def test_one_asks_a_municipalitys_switchboard_for_the_needs_assessor() -> None:
    boards = four_regions()["vasternorrland"].switchboards
    assert {one.ask_for for one in boards if one.municipality} == {"ansvarig biståndshandläggare"}
    assert {one.ask_for for one in boards if not one.municipality} == {None}


def test_the_servicedesk_of_vasternorrland() -> None:
    contacts = {contact.key: contact for contact in four_regions()["vasternorrland"].contacts}
    phone = contacts["servicedesk"].phone
    assert phone is not None
    assert (phone.printed, phone.e164) == ("0660 890 70", "+4666089070")
    assert contacts["arendeportal"].email == "support.it@rvn.se"


@pytest.mark.parametrize("code", ["halland", "orebro", "stockholm"])
def test_the_other_regions_sources_give_no_numbers(code: str) -> None:
    region = four_regions()[code]
    assert region.switchboards == ()
    assert [contact.phone for contact in region.contacts if contact.phone] == []


# --- what a reader must not miss ---


def test_an_undecided_document_is_shown_as_undecided_wherever_it_is_quoted() -> None:
    [document] = four_regions()["vasternorrland"].info.documents
    assert (document.status, document.decided) == ("EJ BESLUTAD", False)
    source = four_regions()["vasternorrland"].source("V58")
    assert (source.status, source.version) == ("EJ BESLUTAD", "1.0")
    assert any("EJ BESLUTAD" in note for note in review(good_draft("vasternorrland"), four_regions()).notes)


def test_only_vasternorrland_has_a_document_that_says_whether_it_is_decided() -> None:
    decided = {(region.code, document.decided) for region, document in DOCUMENTS if document.decided is not None}
    assert decided == {("vasternorrland", False)}


def test_the_contradictions_of_the_outage_routine_are_shown() -> None:
    outage = four_regions()["vasternorrland"].outage
    assert outage is not None
    assert [step.fact for step in outage.contradictions] == ["V60"] * 5
    named = " ".join(step.text for step in outage.contradictions)
    assert all(fact in named for fact in ("V28", "V33–V34", "V11", "V12", "V31", "V35", "EJ BESLUTAD"))


def test_each_side_of_a_contradiction_is_verbatim_and_named_by_it() -> None:
    region = four_regions()["vasternorrland"]
    assert region.outage is not None
    for one in region.outage.contradictions:
        assert one.sides
        assert set(re.findall(r"V[0-9]+", one.text)) == one.facts
        for step in (step for side in one.sides for step in side.says):
            fact = region.fact(step.fact)
            assert fact is not None
            assert step.text in [quote.text for quote in fact.quotes]


def test_the_contradictions_of_the_rollout_are_shown() -> None:
    rollout = four_regions()["stockholm"].rollout
    assert rollout is not None
    assert rollout.historic
    assert ["S114" in text or "S111" in text for text in rollout.contradictions] == [True, True]


def test_stockholm_publishes_no_outage_routine_and_says_why() -> None:
    outage = four_regions()["stockholm"].outage
    assert outage is not None
    assert (outage.published, outage.fact, outage.procedures) == (False, "S17", ())
    assert outage.reason


def test_every_assumption_says_that_it_is_ours() -> None:
    assumptions = [one for region in REGIONS for one in region.book.assumptions]
    assert sorted(one.question for one in assumptions) == ["Q1", "Q2", "Q3", "Q3", "Q3", "Q4"]
    assert all(one.description.startswith("Our assumption:") for one in assumptions)
