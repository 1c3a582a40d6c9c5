"""A text keeps its template and values wherever it goes; words that are not ours stay plain."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from dataclasses import asdict, replace
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from lifecare_gql.domain.calendar import OfficeHours, working_days_after
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.texts import Text, both, either, said, together
from lifecare_gql.domain.verdicts import Expectation

NESTED = said("{unit}: {what}.", unit="Eken {x}", what=said("{one} eller {other}", one="a", other=2))
OBJECTION = Objection(
    code=ObjectionCode.NOT_PARTY, path=("input",), reason=NESTED, remedy="Regionens egna ord {1}."
)
SHOWN = [
    (said("Utan värden {så här}."), "Utan värden {så här}."),
    (said("{what:capital}.", what=said("kallelse till SIP")), "Kallelse till SIP."),
    (said("{days} dagar", days=3.5), "3,50 dagar"),
    (said("{days} dagar", days=3), "3 dagar"),
    (either(["a"]), "a"),
    (either(["a", "b", "c"]), "a eller b eller c"),
    (both(["a", "b"]), "a och b"),
    (together("Regionens ord.", None, "", said("Våra.")), "Regionens ord. Våra."),
    (together(None), ""),
    (said(said("En gång.")), "En gång."),
    (NESTED, "Eken {x}: a eller 2."),
]


def shouted(text: Text) -> str:
    """The text in a language in which every template is in capitals, but for what stands in braces."""
    return text.translated(lambda template: template.replace("eller", "ELLER").replace("dagar", "DAGAR"), ".")


@pytest.mark.parametrize(("text", "shown"), SHOWN)
def test_a_text_is_shown_as_it_is_written(text: str, shown: str) -> None:
    assert text == shown


def test_a_text_is_translated_with_the_texts_in_it_and_nothing_else() -> None:
    assert shouted(NESTED) == "Eken {x}: a ELLER 2."
    assert shouted(said("{days} dagar hos {unit}", days=1.5, unit="dagar")) == "1.50 DAGAR hos dagar"
    assert shouted(together("eller", said("eller"))) == "eller ELLER"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_can_still_be_translated(again: Any) -> None:
    copied = again(NESTED)

    assert (copied, type(copied), shouted(copied)) == (NESTED, Text, shouted(NESTED))


def test_models_keep_texts_and_somebody_elses_words_apart() -> None:
    kept = [
        OBJECTION,
        replace(OBJECTION, path=()),
        copy.deepcopy(OBJECTION),
        Objection(**_plain(asdict(OBJECTION))),
    ]

    assert {(type(one.reason), type(one.remedy)) for one in kept} == {(Text, str)}


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in told.items() if name != "law"}


def test_what_is_stored_can_be_said_again() -> None:
    adapter = TypeAdapter(Objection)
    stored = adapter.dump_json(OBJECTION)

    read = adapter.validate_json(stored)

    assert read == OBJECTION
    assert isinstance(read.reason, Text)
    assert shouted(read.reason) == shouted(NESTED)
    assert type(read.remedy) is str


def test_what_was_stored_as_a_plain_text_stays_as_it_was() -> None:
    old = TypeAdapter(Expectation).validate_python({"answer_required": False, "no_deadline_reason": "Som förr."})

    assert type(old.no_deadline_reason) is str


@pytest.mark.parametrize("wrong", [1, None, ["text"], {}, {"template": "x"}])
def test_no_text_is_no_text(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        Objection(code=ObjectionCode.NOT_PARTY, path=(), reason=wrong, remedy="")


def test_days_off_of_a_deadline_can_be_said_again_when_stored() -> None:
    hours = OfficeHours(opens=dt.time(8), closes=dt.time(17))
    sent = dt.datetime(2026, 12, 23, 9, tzinfo=dt.UTC)
    adapter = TypeAdapter(Expectation)
    expected = Expectation(answer_required=True, deadline=working_days_after(sent, 3, hours))

    read = adapter.validate_python(adapter.dump_python(expected, mode="json"))

    assert read == expected
    assert read.deadline is not None
    assert {type(one.reason) for one in read.deadline.excluded} == {Text}
