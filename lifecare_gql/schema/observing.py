"""What is measured of an operation: its type, how it ended, how long it took. Never what it asked or was answered.

Observers stand around the whole operation and around its phases, never around a field: a query has thousands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from graphql import OperationDefinitionNode
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionResult

from lifecare_gql.schema.failures import Schema


class Phase(StrEnum):
    """The parts of an operation that are measured on their own."""

    PARSING = "parsing"
    VALIDATION = "validation"
    EXECUTION = "execution"


@dataclass(slots=True)
class Seen:
    """One operation as far as it is known; complete when the observers' blocks end.

    `name` stands only for operations of a set that is known beforehand; `codes` are the errors' codes in order.
    """

    type: str = ""
    name: str = ""
    codes: tuple[str, ...] = ()


class Observer(Protocol):
    """Somebody who measures."""

    def operation(self, seen: Seen) -> AbstractContextManager[None]:
        """Stands around one operation."""

    def phase(self, phase: Phase, seen: Seen) -> AbstractContextManager[None]:
        """Stands around a part of it."""


@dataclass(slots=True)
class _Running:
    """An operation, with the phases that have begun; ending a phase twice does nothing."""

    seen: Seen
    observers: tuple[Observer, ...]
    phases: list[ExitStack] = field(default_factory=list)

    def begin(self, phase: Phase) -> ExitStack:
        begun = ExitStack()
        self.phases.append(begun)
        for one in self.observers:
            begun.enter_context(one.phase(phase, self.seen))
        return begun

    def end_phases(self) -> None:
        """Strawberry does not leave the hooks of a phase in which another hook failed, as its cache does."""
        while self.phases:
            self.phases.pop().close()


_RUNNING: ContextVar[_Running | None] = ContextVar("lifecare_running", default=None)
"""None while a subscription is begun: it lasts as long as its reader likes."""


class Observed(Schema):
    """A schema with observers. `name_of`: the name by which a document may be told, if it is known beforehand."""

    observers: tuple[Observer, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name_of: Callable[[str], str | None] = lambda document: None

    async def execute(self, query: str | None, *args: Any, **kwargs: Any) -> ExecutionResult:
        seen = Seen()
        running = _Running(seen, self.observers)
        token = _RUNNING.set(running)
        try:
            with ExitStack() as stack:
                for one in self.observers:
                    stack.enter_context(one.operation(seen))
                stack.callback(running.end_phases)
                result = await super().execute(query, *args, **kwargs)
                seen.codes = tuple(str((error.extensions or {}).get("code")) for error in result.errors or ())
                seen.name = self.name_of(query or "") or ""
                return result
        finally:
            _RUNNING.reset(token)


@contextmanager
def executing(operation_type: str) -> Iterator[None]:
    """Tells the observers of the execution of an operation that needs no parsing and no validation."""
    running = _RUNNING.get()
    if running is None:
        yield
        return
    running.seen.type = operation_type
    with running.begin(Phase.EXECUTION):
        yield


class Phases(SchemaExtension):
    """Tells the observers when a phase begins and ends."""

    def on_parse(self) -> Iterator[None]:
        yield from self._phase(Phase.PARSING)

    def on_validate(self) -> Iterator[None]:
        self._note_type()
        yield from self._phase(Phase.VALIDATION)

    def on_execute(self) -> Iterator[None]:
        yield from self._phase(Phase.EXECUTION)

    def _phase(self, phase: Phase) -> Iterator[None]:
        running = _RUNNING.get()
        with nullcontext() if running is None else running.begin(phase):
            yield

    def _note_type(self) -> None:
        """That of the operation which is to run; nothing while it is not known which that is."""
        document, wanted = self.execution_context.graphql_document, self.execution_context._provided_operation_name
        definitions = document.definitions if document else ()
        operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
        chosen = [one for one in operations if wanted is None or (one.name and one.name.value == wanted)]
        if running := _RUNNING.get():
            running.seen.type = chosen[0].operation.value if len(chosen) == 1 else ""
