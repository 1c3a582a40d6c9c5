"""A process as a table: from which states, what, who may, if what, to where. The machinery that all tables share.

An act is judged, never just done: `judge` lists every objection that the caller or somebody else can mend. What
the caller cannot mend stands alone: a unit that takes no part, or has the wrong role, learns no more. Nothing
here knows which process it is: that stands in its rows and in the fields of `Process`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import Field

from lifecare_gql.domain.demands import Failure
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.process_guards import Guard
from lifecare_gql.domain.reviewing import Regions, reach
from lifecare_gql.domain.sources import Source
from lifecare_gql.domain.texts import either, said, together
from lifecare_gql.domain.words import Severity, Word


class Deed(Protocol):
    """An act knows what it does."""

    @property
    def kind(self) -> Any: ...


class Standing(Protocol):
    """Facts know the state; None before anything has happened."""

    @property
    def state(self) -> Any: ...


E = TypeVar("E", bound=Word)
S = TypeVar("S", bound=Word)
W = TypeVar("W", bound=Word)
A = TypeVar("A", bound=Deed)
F = TypeVar("F", bound=Standing)
A_contra = TypeVar("A_contra", contravariant=True)
F_contra = TypeVar("F_contra", contravariant=True)
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Row(Generic[E, S, W, A, F]):
    """A row of a table. `to` None means that the state stays; `joins` that no part in the process is needed.

    A state None is before anything has happened. `law` is the section that the step itself rests on, where
    one does.
    """

    event: E
    states: tuple[S | None, ...]
    who: tuple[W, ...]
    guards: tuple[Guard[A, F], ...] = ()
    to: S | None = None
    law: LegalReference | None = None
    joins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How a process is spoken of, in Swedish: "Enheten deltar inte i {the}", "när {stands} {state}"."""

    the: str
    stands: str
    not_begun: str
    way_in: str
    record: str


ALLOWED: Any = Field(description="Whether it may be done, once what is asked for is given.")
OBJECTIONS: Any = Field(default=(), description="Why not, all at once.")
WARNINGS: Any = Field(default=(), description="What does not hinder it but should be known.")
ASKS: Any = Field(
    default=(), description="What the caller will be asked for: the codes that come back if it is not given."
)
LEADS_TO: Any = Field(
    default=None, description="The state it leads to; null when it may not be done or the state stays."
)
"""The fields of an answer to what may be done now; each process has its own events and states in it."""


def refused(objections: Iterable[Objection]) -> bool:
    """Whether any of them refuses; the others warn."""
    return any(one.severity is Severity.REFUSE for one in objections)


def source_of_fact(fact: str | None, regions: Regions) -> Source | None:
    """The passage of the fact, in whichever enabled region's document it stands; None when in none."""
    if fact is None:
        return None
    return next((region.source(fact) for region in regions.values() if region.fact(fact)), None)


def _adds_nothing(act: Deed, facts: Standing, regions: Regions, *, asked: bool) -> Iterator[Objection]:
    return iter(())


class Regional(Protocol[A_contra, F_contra]):
    """What the rules find that a region adds; `asked` False leaves out what the caller must say."""

    def __call__(
        self, act: A_contra, facts: F_contra, regions: Regions, *, asked: bool
    ) -> Iterator[Objection]: ...


@dataclass(frozen=True, kw_only=True)
class Process(Generic[E, S, W, A, F]):
    """A table that judges.

    `order` is all states in the order of the process, None first. `roles` names each role, in the definite
    form. `holds` says whether a unit has a role; None means that nobody has it yet.
    """

    rows: tuple[Row[E, S, W, A, F], ...]
    order: tuple[S | None, ...]
    wording: Wording
    roles: Mapping[W, str]
    takes_part: Callable[[F, Party], bool]
    holds: Callable[[W, F, Party], bool | None]
    regional: Regional[A, F] = _adds_nothing

    def step_of(self, event: E, state: S | None) -> Row[E, S, W, A, F]:
        """The row for the event in the state; where there is none, the next one ahead, or the event's last."""
        rows = [row for row in self.rows if row.event is event]
        ahead = (row for row in rows if not self._too_late(row, state))
        return next((row for row in rows if state in row.states), None) or next(ahead, rows[-1])

    def next_state(self, event: E, state: S | None) -> S:
        """The state that the event leads to; ValueError when it cannot happen in this one."""
        step = self.step_of(event, state)
        after = step.to or state
        if state not in step.states or after is None:
            raise ValueError(f"{event} cannot happen when the {self.wording.record} is {state}")
        return after

    def judge(self, act: A, facts: F, unit: Party, regions: Regions) -> tuple[Objection, ...]:
        """Every objection and warning to the act by the unit, all at once; it may be done when none refuses.

        What the caller cannot mend stands alone: a unit that takes no part, or has the wrong role, learns no more.
        """
        return tuple(self._found(act, facts, unit, regions, asked=True))

    def failures(
        self, act: A, facts: F, unit: Party, *, asked: bool = True
    ) -> Iterator[tuple[Guard[A, F], Failure]]:
        """What the guards of the act find, whatever the state; `asked` False leaves out what the caller must say.

        Nothing is asked of an act that came too late: then nothing mends it.
        """
        step = self.step_of(act.kind, facts.state)
        if self._too_late(step, facts.state):
            return
        for guard in step.guards:
            if asked or not guard.asks:
                yield from ((guard, failure) for failure in guard.check(act, facts, unit))

    def state_objections(self, event: E, facts: F) -> tuple[Objection, ...]:
        """The objection to the state, if the event cannot happen in it."""
        step = self.step_of(event, facts.state)
        return () if facts.state in step.states else (self._state_objection(step, facts.state),)

    def available(
        self, acts: Iterable[A], facts: F, unit: Party, regions: Regions, as_: Callable[..., V]
    ) -> tuple[V, ...]:
        """What the unit may do now of the bare acts; `as_` makes an answer of `event`, `allowed` and the rest."""
        return tuple(self._available(act, facts, unit, regions, as_) for act in acts)

    def _available(self, act: A, facts: F, unit: Party, regions: Regions, as_: Callable[..., V]) -> V:
        step = self.step_of(act.kind, facts.state)
        found = list(self._found(act, facts, unit, regions, asked=False))
        objections = tuple(one for one in found if one.severity is Severity.REFUSE)
        return as_(
            event=act.kind,
            allowed=not objections,
            objections=objections,
            warnings=tuple(one for one in found if one.severity is Severity.WARN),
            asks=tuple(dict.fromkeys(guard.code for guard in step.guards if guard.asks)),
            leads_to=None if objections else step.to,
        )

    def _found(self, act: A, facts: F, unit: Party, regions: Regions, *, asked: bool) -> Iterator[Objection]:
        hindrance = self._hindrance(self.step_of(act.kind, facts.state), facts, unit)
        if hindrance is not None:
            yield hindrance
            return
        yield from self.state_objections(act.kind, facts)
        for guard, failure in self.failures(act, facts, unit, asked=asked):
            yield _objection(guard, failure, regions)
        yield from self.regional(act, facts, regions, asked=asked)

    def _hindrance(self, step: Row[E, S, W, A, F], facts: F, unit: Party) -> Objection | None:
        """Why this unit may not do it in any case; None when it is one of those who may."""
        if not step.joins and facts.state is None:
            return self._state_objection(step, facts.state)
        if not step.joins and not self.takes_part(facts, unit):
            reason = said("Enheten deltar inte i {record}.", record=said(self.wording.the))
            return _refusal(ObjectionCode.NOT_PARTY, step, ("viewer", "unit"), reason, said(self.wording.way_in))
        held = [self.holds(role, facts, unit) for role in step.who]
        if any(held) or all(one is None for one in held):
            return None
        names = either(said(self.roles[role]) for role in step.who)
        reason, remedy = said("Det kan bara {who} göra.", who=names), said("Be {who} att göra det.", who=names)
        return _refusal(ObjectionCode.WRONG_ROLE, step, ("viewer", "unit"), reason, remedy)

    def _state_objection(self, step: Row[E, S, W, A, F], state: S | None) -> Objection:
        path = ("input", f"{self.wording.record}Id")
        stands = said(self.wording.not_begun) if state is None else state.term
        record = said(self.wording.stands)
        reason = said(
            "{act:capital}: det går inte när {record} {state}.", act=step.event.term, record=record, state=stands
        )
        if self._too_late(step, state):
            remedy = said("Läs om {record}: historiken visar vad som har hänt.", record=said(self.wording.the))
            return _refusal(ObjectionCode.WRONG_STATE, step, path, reason, remedy)
        first = either(one.term for one in step.states if one is not None)
        remedy = said("Först krävs att {record} {state}.", record=record, state=first)
        return _refusal(ObjectionCode.PROCESS_ORDER, step, path, reason, remedy)

    def _too_late(self, step: Row[E, S, W, A, F], state: S | None) -> bool:
        """Whether the state lies past all states of the row; between them it does as well."""
        first = min(self.order.index(one) for one in step.states)
        return state not in step.states and self.order.index(state) > first


def _refusal(
    code: ObjectionCode, step: Row[Any, Any, Any, Any, Any], path: tuple[str, ...], reason: str, remedy: str
) -> Objection:
    return Objection(code=code, path=path, reason=reason, remedy=remedy, law=step.law)


def _objection(guard: Guard[Any, Any], failure: Failure, regions: Regions) -> Objection:
    return Objection(
        code=guard.code,
        severity=guard.severity,
        path=failure.path,
        reason=together(said(guard.reason), failure.detail),
        remedy=said(guard.remedy),
        law=guard.law,
        source=source_of_fact(guard.fact, regions),
        call=tuple(reach(unit, regions) for unit in failure.call),
    )
