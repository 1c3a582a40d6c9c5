"""What a guard is, and the guards on what a caller says that hold in every process: reason, text, recipients.

Each guard has a name, a refusal code, a Swedish reason and remedy, and the section of law or the fact it rests
on. Its check finds every failure at once. A guard that `asks` looks at what the caller says:
what is offered beforehand leaves those out and names them as what will be asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from lifecare_gql.domain.demands import Failure, recipient_path
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.reviewing import core_objection
from lifecare_gql.domain.words import Severity

_Code = ObjectionCode


class Saying(Protocol):
    """What every act says; what it does not say is empty."""

    @property
    def reason(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def recipients(self) -> tuple[Party, ...]: ...
    @property
    def occurred_at(self) -> dt.datetime | None: ...


class Timed(Protocol):
    """Facts know the moment at which the act is judged."""

    @property
    def now(self) -> dt.datetime: ...


A = TypeVar("A", contravariant=True)
F = TypeVar("F", contravariant=True)
Says = TypeVar("Says", bound=Saying)
Facts = TypeVar("Facts")
Check = Callable[[A, F, Party], Iterator[Failure]]


@dataclass(frozen=True, kw_only=True)
class Guard(Generic[A, F]):
    """One condition on acts `A` and facts `F`. With neither `law` nor `fact` it is the core's own."""

    name: str
    code: ObjectionCode
    reason: str
    remedy: str
    check: Check[A, F]
    law: LegalReference | None = None
    fact: str | None = None
    asks: bool = False
    severity: Severity = Severity.REFUSE

    @property
    def told_only(self) -> Guard[A, F]:
        """The same, but it warns: of what has happened already it can only be told."""
        return replace(self, severity=Severity.WARN)


def unless(met: Callable[[A, F, Party], object], code: ObjectionCode, *path: str) -> Check[A, F]:
    """A check that fails once, at `path`, unless it is met."""

    def check(act: A, facts: F, unit: Party) -> Iterator[Failure]:
        if not met(act, facts, unit):
            yield Failure(code, path)

    return check


def each_recipient(met: Callable[[Says, Facts, Party, Party], bool], code: ObjectionCode) -> Check[Says, Facts]:
    """A check that fails for each recipient that does not meet it; it is given the recipient last."""

    def check(act: Says, facts: Facts, unit: Party) -> Iterator[Failure]:
        for index, recipient in enumerate(act.recipients):
            if not met(act, facts, unit, recipient):
                yield Failure(code, recipient_path(index))

    return check


def core_guard(name: str, code: ObjectionCode, check: Check[A, F]) -> Guard[A, F]:
    """A guard with the core's own texts for what a caller must say."""
    said = core_objection(code, ())
    return Guard(name=name, code=code, reason=said.reason, remedy=said.remedy, check=check, asks=True)


def _reason(act: Saying, _: object, __: Party) -> str:
    return act.reason.strip()


def _text(act: Saying, _: object, __: Party) -> str:
    return act.text.strip()


def _recipients(act: Saying, _: object, __: Party) -> tuple[Party, ...]:
    return act.recipients


def _registered(_: Saying, __: object, ___: Party, one: Party) -> bool:
    return one.active


def _another(_: Saying, __: object, unit: Party, one: Party) -> bool:
    return one.id != unit.id


def _moment(act: Saying, _: object, __: Party) -> dt.datetime | None:
    return act.occurred_at


def _happened(act: Saying, facts: Timed, _: Party) -> bool:
    return act.occurred_at is None or act.occurred_at <= facts.now


REASON: Guard[Saying, object] = core_guard(
    "a reason is given", _Code.REASON_REQUIRED, unless(_reason, _Code.REASON_REQUIRED, "input", "reason")
)
TEXT: Guard[Saying, object] = core_guard(
    "a text is given", _Code.TEXT_EMPTY, unless(_text, _Code.TEXT_EMPTY, "input", "text")
)
RECIPIENTS: Guard[Saying, object] = core_guard(
    "some unit is chosen", _Code.NO_RECIPIENT, unless(_recipients, _Code.NO_RECIPIENT, "input", "recipientUnitIds")
)
REGISTERED: Guard[Saying, object] = core_guard(
    "every chosen unit is registered and active",
    _Code.UNIT_NOT_REGISTERED,
    each_recipient(_registered, _Code.UNIT_NOT_REGISTERED),
)
OTHERS: Guard[Saying, object] = core_guard(
    "no chosen unit is the own one", _Code.RECIPIENT_IS_SENDER, each_recipient(_another, _Code.RECIPIENT_IS_SENDER)
)
MOMENT: Guard[Saying, object] = Guard(
    name="it is said when it happened",
    code=_Code.DATE_MISSING,
    reason="Tidpunkten saknas.",
    remedy="Ange när det skedde.",
    check=unless(_moment, _Code.DATE_MISSING, "input", "occurredAt"),
    asks=True,
)
HAPPENED: Guard[Saying, Timed] = core_guard(
    "it has happened", _Code.MOMENT_IN_FUTURE, unless(_happened, _Code.MOMENT_IN_FUTURE, "input", "occurredAt")
)
CHOSEN = (RECIPIENTS, REGISTERED, OTHERS)
