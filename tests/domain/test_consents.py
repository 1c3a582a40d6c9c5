"""The life of a consent: which entry may follow which, and what each must say."""

from __future__ import annotations

import datetime as dt

import pytest

from lifecare_gql.domain.consents import NEXT, ConsentSaid, judge_consent
from lifecare_gql.domain.words import ConsentForm, ConsentState

S = ConsentState
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
MAY_FOLLOW = {  # drawn by hand from the states of domain practice
    None: "ASKED GIVEN REFUSED NOT_ABLE",
    S.ASKED: "GIVEN REFUSED NOT_ABLE",
    S.GIVEN: "WITHDRAWN",
    S.REFUSED: "ASKED GIVEN NOT_ABLE",
    S.NOT_ABLE: "ASKED GIVEN REFUSED",
    S.WITHDRAWN: "ASKED GIVEN NOT_ABLE",
}


def said(state: ConsentState, **changes: object) -> ConsentSaid:
    whole = {"state": state, "said_at": NOW, "form": ConsentForm.ORAL, "reason": "påhittad orsak"}
    return ConsentSaid(**(whole | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("before", [None, *S])
@pytest.mark.parametrize("state", list(S))
def test_which_entry_may_follow_which(before: ConsentState | None, state: ConsentState) -> None:
    allowed = state.value in MAY_FOLLOW[before].split()
    found = judge_consent(said(state), before, NOW)
    assert [one.code.value for one in found] == ([] if allowed else ["WRONG_STATE"])
    assert (state in NEXT[before]) == allowed


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (said(S.GIVEN, form=None), "CONSENT_FORM_MISSING"),
        (said(S.NOT_ABLE, reason=" "), "REASON_REQUIRED"),
        (said(S.ASKED, said_at=NOW + dt.timedelta(seconds=1)), "MOMENT_IN_FUTURE"),
    ],
)
def test_what_an_entry_must_say(entry: ConsentSaid, code: str) -> None:
    assert [one.code.value for one in judge_consent(entry, None, NOW)] == [code]


def test_everything_is_told_at_once() -> None:
    wrong = said(S.NOT_ABLE, reason="", said_at=NOW + dt.timedelta(days=1))
    codes = [one.code.value for one in judge_consent(wrong, S.GIVEN, NOW)]
    assert codes == ["WRONG_STATE", "MOMENT_IN_FUTURE", "REASON_REQUIRED"]
