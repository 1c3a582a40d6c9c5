"""The life of a consent (samtycke): asked, given, refused, withdrawn; what was said before is never lost.

A consent to one message is a part of the message (O9). The others stand here; they last as long as what they are
for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from lifecare_gql.domain import texts
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.reviewing import core_objection
from lifecare_gql.domain.words import ConsentForm, ConsentState

_State = ConsentState
NEXT: dict[ConsentState | None, frozenset[ConsentState]] = {
    None: frozenset({_State.ASKED, _State.GIVEN, _State.REFUSED, _State.NOT_ABLE}),
    _State.ASKED: frozenset({_State.GIVEN, _State.REFUSED, _State.NOT_ABLE}),
    _State.GIVEN: frozenset({_State.WITHDRAWN}),
    _State.REFUSED: frozenset({_State.ASKED, _State.GIVEN, _State.NOT_ABLE}),
    _State.NOT_ABLE: frozenset({_State.ASKED, _State.GIVEN, _State.REFUSED}),
    _State.WITHDRAWN: frozenset({_State.ASKED, _State.GIVEN, _State.NOT_ABLE}),
}
"""Which states may follow which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSaid:
    """What is to be recorded; `said_at` is when the individual said it (aware), None when it is said now."""

    state: ConsentState
    said_at: dt.datetime | None = None
    form: ConsentForm | None = None
    reason: str = ""


def judge_consent(said: ConsentSaid, before: ConsentState | None, now: dt.datetime) -> tuple[Objection, ...]:
    """Everything that hinders the entry."""
    return tuple(_objections(said, before, now))


def _objections(said: ConsentSaid, before: ConsentState | None, now: dt.datetime) -> Iterator[Objection]:
    if said.state not in NEXT[before]:
        stands = texts.said("inte frågats om") if before is None else before.term
        yield Objection(
            code=ObjectionCode.WRONG_STATE,
            path=("input", "state"),
            reason=texts.said(
                "Samtycket är {state}: det kan inte bli {wanted}.", state=stands, wanted=said.state.term
            ),
            remedy=texts.said("Läs om samtycket: historiken visar vad som har sagts."),
        )
    if said.said_at is not None and said.said_at > now:
        yield core_objection(ObjectionCode.MOMENT_IN_FUTURE, ("input", "saidAt"))
    if said.state is _State.GIVEN and said.form is None:
        yield core_objection(ObjectionCode.CONSENT_FORM_MISSING, ("input", "form"))
    if said.state is _State.NOT_ABLE and not said.reason.strip():
        yield core_objection(ObjectionCode.REASON_REQUIRED, ("input", "reason"))
