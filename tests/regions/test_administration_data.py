"""What the regions' files say of administration, technical requirements and training is what the documents say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from lifecare_gql.domain.region import Region
from lifecare_gql.domain.words import FactUse
from tests.regions.plugins import CODES, changed, faults_of, four_regions

STOCKHOLM = four_regions()["stockholm"]
VERBATIM = {
    "text",
    "instruction",
    "responsible",
    "material",
    "may_change",
    "length",
    "where",
    "purpose",
    "processor",
}
PARTS = (STOCKHOLM.administration, STOCKHOLM.technical, STOCKHOLM.training, STOCKHOLM.support, STOCKHOLM.rollout)


def passages(part: Any) -> Iterator[tuple[str, str]]:
    """Every text that is given as the document's own words, with the fact that it is of."""
    if isinstance(part, tuple):
        for one in part:
            yield from passages(one)
    elif is_dataclass(part):
        said = {field.name: getattr(part, field.name) for field in fields(part)}
        if "fact" in said:
            yield from ((said["fact"], said[name]) for name in sorted(VERBATIM & set(said)) if said[name])
        for content in said.values():
            yield from passages(content)


FOUND = list(dict.fromkeys(passages(PARTS)))


@pytest.mark.parametrize(("fact_id", "text"), FOUND)
def test_what_is_quoted_is_verbatim(fact_id: str, text: str) -> None:
    fact = STOCKHOLM.fact(fact_id)
    assert fact is not None
    assert any(text in quote.text for quote in fact.quotes)


def test_there_is_much_to_quote() -> None:
    assert len(FOUND) > 50


def test_nothing_of_any_document_waits() -> None:
    facts = [fact for region in four_regions().values() for fact in region.info.facts]
    assert [fact.id for fact in facts if fact.use is FactUse.PENDING] == []


def test_what_is_from_2021_says_so() -> None:
    rollout, training, administration = STOCKHOLM.rollout, STOCKHOLM.training, STOCKHOLM.administration
    assert rollout
    assert training
    assert administration
    assert (rollout.historic, training.historic) == (True, True)
    page = STOCKHOLM.document("inforande-2021")
    assert page.last_changed == rollout.told_on == training.told_on
    assert page.superseded_by == "lifecare-sp"
    for duty in administration.duties:
        fact = STOCKHOLM.fact(duty.fact)
        assert fact is not None
        assert duty.historic == (fact.document == page.key)


def test_no_unit_of_a_pilot_is_invented() -> None:
    rollout = STOCKHOLM.rollout
    assert rollout is not None
    pilots = [stage.pilot_units for stage in rollout.stages]
    assert [(one.where, one.units, bool(one.missing)) for one in pilots if one] == [
        ("inom Södertälje", (), True),
        (None, (), True),
    ]


@pytest.mark.parametrize("code", [code for code in CODES if code != "stockholm"])
def test_regions_whose_documents_are_silent_say_nothing(code: str) -> None:
    region: Region = four_regions()[code]
    assert (region.administration, region.technical, region.training) == (None, None, None)
    assert not region.support or not (region.support.local_administrations or region.support.permissions)


FAULTS = [
    ("support", ('form = "BEST', 'form = "ANNAN_BEST'), "names the form ANNAN_BESTALLNING_BEHORIGHET"),
    ("support", ('key = "koson"', 'key = "capio"'), "the local administration capio is there 2 times"),
    ("administration", ('contacts = ["servicedesk"', 'contacts = ["disk"'), "names the contact disk"),
    ("training", ('contact = "utb', 'contact = "x-utb'), "names the contact x-utbildning-2021"),
    ("technical", ('fact = "S13"', 'fact = "S99"'), "rests on the fact S99"),
]


@pytest.mark.parametrize(("file", "change", "fault"), FAULTS)
def test_a_fault_is_named(file: str, change: tuple[str, str], fault: str, tmp_path: Any) -> None:
    found = faults_of(changed("stockholm", tmp_path, **{file: lambda text: text.replace(*change, 1)}))
    assert [line for line in found if fault in line]
