"""A plugin that does harm wherever it is called, in whichever way a test chooses."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import strawberry

from lifecare_gql import hookimpl
from lifecare_gql.hookspecs import RegionSchema, TypeField, hook_promises
from lifecare_gql.regions import Plugin
from lifecare_gql.schema.context import Info
from lifecare_gql.storage.reading.reader import Row
from tests.regions.plugins import plugin

NAME = "zz-hostile"
SECRET = "199001012385"
"""What the plugin says of somebody when it fails: it must not be told on."""
LONG = 20.0


@dataclass
class Acting:
    """What the plugin does now, and what it was given."""

    kind: str = ""
    released: threading.Event = field(default_factory=threading.Event)
    seen: list[tuple[Any, Any]] = field(default_factory=list)


ACTING = Acting()


def raises(root: Any, info: Any) -> Any:
    raise RuntimeError(f"{SECRET} is not at home")


def hangs(root: Any, info: Any) -> Any:
    ACTING.released.wait(LONG)


def sleeps(root: Any, info: Any) -> Any:
    end = time.monotonic() + LONG
    while not ACTING.released.is_set() and time.monotonic() < end:
        time.sleep(0.05)


def spins(root: Any, info: Any) -> Any:
    while True:
        pass


def awaits(root: Any, info: Any) -> Any:
    async def for_ever() -> None:
        await asyncio.sleep(LONG)

    return for_ever()


def exits(root: Any, info: Any) -> Any:
    sys.exit(3)


def interrupts(root: Any, info: Any) -> Any:
    raise KeyboardInterrupt


def junk(root: Any, info: Any) -> Any:
    return {SECRET: object()}


def never_ends(root: Any, info: Any) -> Any:
    return iter(int, 1)


def too_much(root: Any, info: Any) -> Any:
    return "x" * 5_000_000


def recurses(root: Any, info: Any) -> Any:
    return recurses(root, info)


def mutates(root: Any, info: Any) -> Any:
    """Takes away what it was given: the row is its own copy, the regions cannot be changed."""
    for values in (getattr(root, "values", {}), info.context.regions):
        values.clear()


KINDS: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "raises": (raises, "raises"),
    "hangs": (hangs, "hangs"),
    "sleeps": (sleeps, "hangs"),
    "spins": (spins, "hangs"),
    "awaits": (awaits, "hangs"),
    "exits": (exits, "exits"),
    "interrupts": (interrupts, "exits"),
    "answers junk": (junk, "answers-junk"),
    "never ends": (never_ends, "answers-junk"),
    "answers too much": (too_much, "answers-junk"),
    "recurses": (recurses, "raises"),
    "mutates": (mutates, "raises"),
}
"""What is done, and how it must be told."""


def act(root: Any, info: Any) -> Any:
    """Do what is chosen; nothing by default."""
    ACTING.seen.append((root, info))
    return KINDS[ACTING.kind][0](root, info) if ACTING.kind else "well"


def of_a_row(root: strawberry.Parent[Row], info: Info) -> str:
    """Does harm."""
    answer: str = act(root, info)
    return answer


@strawberry.type(description="Something that does harm (skada).")
class HallandThing:
    """Below the namespace."""

    @strawberry.field(description="Does harm (skada).")
    def acts(self, info: Info) -> str:
        answer: str = act(None, info)
        return answer


@strawberry.type(description="What does harm (skada).")
class HallandQuery:
    """The namespace."""

    at_once: strawberry.Private[bool] = False

    def __init__(self) -> None:
        if ACTING.kind.startswith("constructor: "):
            made = KINDS[ACTING.kind.removeprefix("constructor: ")][0](None, _Nothing)
            if asyncio.iscoroutine(made):
                made.close()
            raise TypeError("what it returned is no instance")

    @strawberry.field(description="Does harm (skada).")
    def acts(self, info: Info, times: int = 1) -> str:
        answer: str = act(None, info)
        return answer

    @strawberry.field(description="Does harm, asynchronously (skada).")
    async def acts_later(self, info: Info) -> str:
        answer = act(None, info)
        return (await answer) if asyncio.iscoroutine(answer) else answer

    @strawberry.field(description="Something (sak).")
    def thing(self) -> HallandThing:
        return HallandThing()


class _Nothing:
    """What a constructor is given: no context."""

    context: Any = None


def hostile(*types: str) -> Plugin:
    """The plugin: a namespace, and a field on each of these types."""
    added = tuple(TypeField(type_name=one, name="halland_acts", resolve=of_a_row, needs=("id",)) for one in types)
    said = RegionSchema(region="halland", query=HallandQuery, fields=added)
    return plugin(NAME, lifecare_schema=hookimpl(lambda: said))


# --- at the start ---


def _far_too_much(promised: type) -> Any:
    whole = promised.__new__(promised)
    for one in fields(promised):
        object.__setattr__(whole, one.name, ("x",) * 300_000)
    return whole


def _of_its_own(promised: type) -> Any:
    """An object of a class of the plugin's, whose code would run whenever it is looked at."""
    mine = type(promised.__name__, (promised,), {"__module__": "lifecare_gql_hostile"})
    return mine.__new__(mine)


START_KINDS: dict[str, tuple[Callable[[type], Any], str]] = {
    "raises": (lambda promised: 1 // 0, "hook-raises"),
    "hangs": (lambda promised: ACTING.released.wait(LONG), "hook-hangs"),
    "spins": (lambda promised: spins(None, None), "hook-hangs"),
    "exits": (lambda promised: sys.exit(3), "hook-exits"),
    "interrupts": (lambda promised: interrupts(None, None), "hook-exits"),
    "answers junk": (lambda promised: object(), "hook-answer"),
    "answers half": (lambda promised: promised.__new__(promised), "hook-answer"),
    "answers too much": (_far_too_much, "hook-answer"),
    "answers its own class": (_of_its_own, "hook-answer"),
    "recurses": (lambda promised: recurses(None, None), "hook-raises"),
}
"""What each hook does at the start with the class that it promises, and the problem's key."""


def hostile_hook(hook: str, kind: str) -> Plugin:
    """A plugin whose only hook does harm."""
    promised, does = hook_promises()[hook], START_KINDS[kind][0]

    def with_assumptions(assumptions: Any) -> Any:
        return does(promised)

    def without() -> Any:
        return does(promised)

    said = with_assumptions if hook == "lifecare_routines" else without
    return plugin(f"zz-{hook}", **{hook: hookimpl(said)})
