"""The blank forms: what they ask for, and what of it is the routine's own words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecare_gql.documents.kit_forms import (
    CALLED,
    OUTAGE_LOG,
    SIGNED,
    FieldKind,
    Form,
    FormSection,
    call_fields,
    checklists,
    contradictions,
    forms,
    oral_items,
    postings,
)
from lifecare_gql.documents.kit_sheets import KitSheet
from lifecare_gql.domain.plan_words import PlanItem
from tests.documents.kit_examples import BY_CARE_TYPE, KIT, REGION, elsewhere


@pytest.mark.parametrize("sheet", [*BY_CARE_TYPE.values(), elsewhere("halland")])
def test_keys_are_unique_and_every_field_can_be_filled_in(sheet: KitSheet) -> None:
    found = forms(sheet)
    assert len({form.key for form in found}) == len(found)
    for section in [OUTAGE_LOG, *(section for form in found for section in form.sections)]:
        keys = [field.key for field in section.fields]
        assert len(keys) == len(set(keys))
        chosen = [field for field in section.fields if field.options]
        assert all(field.kind in (FieldKind.CHOICE, FieldKind.GIVEN_OR_RECEIVED) for field in chosen)
        assert all(field.label for field in section.fields)


@pytest.mark.parametrize("sheet", BY_CARE_TYPE.values(), ids=BY_CARE_TYPE)
def test_a_call_asks_for_what_the_routine_demands(sheet: KitSheet) -> None:
    """Date, signature and the person's name: V28 for wards, V39 for municipalities, V46 for outpatient care."""
    fields = {field.key: field for field in call_fields(sheet)}
    assert [key for key, field in fields.items() if field.required] == ["date", "spoke_with", "signature"]
    assert list(fields) == ["date", "time", "spoke_with", "signature", "items", "comment"]
    assert fields["items"].options == tuple(step.text for step in oral_items(sheet))
    assert {step.fact for step in oral_items(sheet)} == {"V24"}
    assert len(oral_items(sheet)) == 5


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("somatic", ["V26", "V27", "V28"]),
        ("psychiatric", ["V26", "V27", "V28"]),
        ("municipal", ["V39"]),
        ("outpatient", ["V45", "V46"]),
    ],
)
def test_own_form_quotes_what_the_routine_says_of_it(name: str, facts: list[str]) -> None:
    own = forms(BY_CARE_TYPE[name])[0]
    assert sorted({step.fact for step in own.says}) == facts
    assert BY_CARE_TYPE[name].care_type in own.care_types
    assert [section.times for section in own.sections] == [1, 3]
    assert own.sections[1].fields[:2] == CALLED


def meeting_form(sheet: KitSheet) -> Form:
    return forms(sheet)[-1]


def test_meeting_form_has_what_the_law_says_a_plan_must_show() -> None:
    form = meeting_form(KIT)
    words = [field.label.lower() for section in form.sections for field in section.fields]
    words += [section.title.lower() for section in form.sections]
    for item in (PlanItem.INTERVENTIONS, PlanItem.RESPONSIBILITIES, PlanItem.MEASURES_BY_OTHERS):
        assert any(item.swedish in one for one in words)
    assert "huvudansvar för planen" in words
    assert "patientens samtycke" in words
    assert [one.section for one in form.law] == ["4 kap. 2 §", "16 kap. 4 §"]


def test_meeting_form_quotes_everything_that_the_routine_says_of_meetings() -> None:
    assert [step.fact for step in meeting_form(KIT).says] == ["V44", "V47", "V47", "V48", "V49", "V50"]
    assert meeting_form(elsewhere("stockholm")).says == ()


def test_checklists_hold_every_sentence_for_afterwards() -> None:
    routine = KIT.routine
    assert routine is not None
    for checklist, procedure in zip(checklists(KIT), routine.procedures, strict=True):
        assert {*checklist.patients, *checklist.items} == set(procedure.after)
        assert checklist.not_registered == procedure.not_backfilled
    assert [one.fact for one in checklists(KIT)[0].not_registered] == ["V31", "V31"]
    assert checklists(elsewhere("stockholm")) == ()


def test_posting_has_the_address_the_steps_and_the_contradiction() -> None:
    (posting,) = postings(KIT)
    assert posting.contact.address == "IT-enheten Skeppet, Örnsköldsviks sjukhus"
    assert [step.fact for step in posting.asked] == ["V33"]
    assert [step.fact for step in posting.steps] == ["V34", "V34", "V34"]
    (contradiction,) = posting.contradictions
    discarded, sent = contradiction.sides
    assert [(step.fact, "kasseras" in step.text) for step in discarded.says] == [
        *[("V28", True), ("V39", True), ("V46", True)]
    ]
    assert [step.text for step in sent.says] == [step.text for step in (*posting.asked, *posting.steps)]
    without = replace(REGION, contacts=tuple(one for one in REGION.contacts if one.fact != "V34"))
    assert postings(replace(KIT, region=without)) == ()


def test_every_contradiction_comes_with_its_sides() -> None:
    found = contradictions(KIT)
    about = [[sorted({step.fact for step in side.says}) for side in one.sides] for one in found]
    assert about[1:] == [[["V11"], ["V12"]], [["V31"], ["V33"]], [["V35"]], [["V1"]]]
    assert contradictions(elsewhere("halland")) == ()


@pytest.mark.parametrize(
    ("section", "table"),
    [
        (FormSection(key="a", fields=SIGNED), False),
        (FormSection(key="a", fields=SIGNED, times=2), True),
        (FormSection(key="a", fields=call_fields(KIT), times=2), False),
    ],
)
def test_short_fields_that_are_repeated_are_a_table(section: FormSection, table: bool) -> None:
    assert section.is_table is table
