"""One request for a compiled operation: its variables, and what its function calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack
from typing import Any

from graphql.execution.values import VariableValues

from lifecare_gql.actions.access import Look
from lifecare_gql.actions.at_once import AtOnce
from lifecare_gql.actions.session import Session
from lifecare_gql.compiled.places import Place
from lifecare_gql.schema.acted import acted
from lifecare_gql.schema.context import Context
from lifecare_gql.storage.reading import reader
from lifecare_gql.storage.reading.kept import Kept
from lifecare_gql.storage.reading.reader import Page
from lifecare_gql.storage.reading.rows import Rows
from lifecare_gql.storage.reading.sql import decode_id


class Asking:
    """Who asks, with which variables; `q` in the written functions."""

    __slots__ = ("_arguments", "_context", "_infos", "_places", "_reading", "_variables", "session", "show")

    def __init__(
        self, places: Sequence[Place], context: Context, variables: VariableValues, reading: AsyncExitStack
    ) -> None:
        self._reading = reading
        self.session: Session = context.session
        self.show = context.show
        self._context = context
        self._places = places
        self._variables = variables
        self._infos: dict[int, Any] = {}
        self._arguments: dict[int, dict[str, Any]] = {}

    async def read(self) -> None:
        """From here on everything is read in one transaction."""
        await self._reading.enter_async_context(AtOnce(self.session))

    async def act(self, number: int, doing: Coroutine[Any, Any, Any]) -> Any:
        """Do what the mutation of that place does, in its own transaction; then what it answers is read."""
        done = self._context.acts[self._places[number].key] = await acted(doing)
        await self.read()
        return done.told()

    def info(self, number: int) -> Any:
        """What the resolver of that place gets to know, made when it is first asked for."""
        found = self._infos.get(number)
        if found is None:
            found = self._infos[number] = self._places[number].info(self._context, self._variables)
        return found

    def arguments(self, number: int) -> dict[str, Any]:
        """The arguments of that place."""
        found = self._arguments.get(number)
        if found is None:
            found = self._arguments[number] = self._places[number].arguments(self._variables)
        return found


async def first_page(look: Look, kept: Kept, *levels: Rows) -> Page:
    """The tuples of the rows themselves, with those of the rows that are folded into them."""
    wanted = levels[0]
    statement = kept.root(levels, look.reader.viewer)
    page: Page = (await look.reader.stretches(statement, wanted.window))[None]
    await look.found(wanted, page)
    return page


async def children(look: Look, kept: Kept, parents: Iterable[Any], *levels: Rows) -> dict[Any, Page]:
    """The tuples of a to-many relation for all parents, by the parents' ids as the driver returned them."""
    known = {one for one in parents if one is not None}
    if not known:
        return {}
    statement = kept.children(levels, sorted(map(decode_id, known)), look.reader.viewer)
    pages = await look.reader.stretches(statement, levels[0].window)
    return pages if statement.parent_at is not None else defaultdict(None, {known.pop(): pages[None]})


def page_of(wanted: Rows, folded: list[Any]) -> Page:
    """The page of tuples that stand in their parent's."""
    return reader.page_of(wanted.window, folded)


def shown_of(wanted: Rows, folded: Iterable[list[Any]]) -> list[Any]:
    """The tuples that are shown, of those that stand in their parents'."""
    size = wanted.window.size if wanted.window else None
    return [one for those in folded for one in those[:size]]
