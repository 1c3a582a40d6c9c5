"""A faulty plugin: what it costs at the start, strictly and leniently, and what is told of it."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pluggy
import pytest

from lifecare_gql import hookimpl, hookspecs
from lifecare_gql.domain.directory import Contact
from lifecare_gql.domain.problems import ProblemSeverity
from lifecare_gql.domain.region import ContactBook, RegionInfo
from lifecare_gql.domain.routines import RoutineBook
from lifecare_gql.domain.support import Rollout
from lifecare_gql.errors import RegionFault
from lifecare_gql.hookspecs import Assumptions, RegionSchema
from lifecare_gql.region_asking import Exited, within
from lifecare_gql.regions import Plugin, load_regions
from tests.regions.plugins import changed, four_regions, installed, plugin, rules_of

SHORT = 2.0
"""Seconds for a hook that hangs; the others need far less."""


def halland_with(**hooks: Callable[..., Any]) -> Plugin:
    return plugin("halland", **{**rules_of("halland"), **{name: hookimpl(hook) for name, hook in hooks.items()}})


def hangs() -> RegionInfo:
    """Longer than anybody waits."""
    threading.Event().wait(30)
    raise AssertionError


def exits() -> RegionInfo:
    """As a plugin's command line would."""
    sys.exit(3)


def interrupts() -> RegionInfo:
    """As if somebody had pressed Ctrl-C."""
    raise KeyboardInterrupt


LONG_SILENCE = (Contact(key="a", name="a", serves="a", missing="a", fact="H1"),) * 300_000


def says_too_much() -> ContactBook:
    """Far more contacts than there are; made without looking at each, so that it is quick."""
    book = ContactBook.__new__(ContactBook)
    object.__setattr__(book, "region", "halland")
    object.__setattr__(book, "contacts", LONG_SILENCE)
    return book


def says_half() -> RoutineBook:
    """An object that was never filled in."""
    return RoutineBook.__new__(RoutineBook)


def says_junk() -> RegionSchema:
    """Fields that are none."""
    return RegionSchema(region="halland", fields=("phone",))  # type: ignore[arg-type]


def changes_its_arguments(assumptions: Assumptions) -> RoutineBook:
    """Takes away what it was given."""
    assumptions.clear()  # type: ignore[attr-defined]
    raise AssertionError


def changes_a_list_inside(assumptions: Assumptions) -> RoutineBook:
    """Changes a value within what it was given."""
    assumptions["reply_counted_from"].append("ACKNOWLEDGED")
    return RoutineBook(region="halland", silence="-")


def half_a_book(assumptions: Assumptions) -> RoutineBook:
    return says_half()


FAULTY = [
    ("hangs", {"lifecare_region": hangs}, "hook-hangs", "lifecare_region took more than 2 seconds"),
    ("exits", {"lifecare_region": exits}, "hook-exits", "tried to end the process (SystemExit: 3)"),
    (
        "interrupts",
        {"lifecare_region": interrupts},
        "hook-exits",
        "tried to end the process (KeyboardInterrupt: )",
    ),
    ("too much", {"lifecare_contacts": says_too_much}, "hook-answer", "returned more than 200000 values"),
    ("half", {"lifecare_routines": half_a_book}, "hook-answer", "returned RoutineBook without region, topics"),
    ("junk", {"lifecare_schema": says_junk}, "hook-answer", "something else than a code, a class and TypeFields"),
    ("mutates", {"lifecare_routines": changes_its_arguments}, "hook-raises", "has no attribute 'clear'"),
    ("mutates deep", {"lifecare_routines": changes_a_list_inside}, "hook-answer", "changed the assumptions"),
]
DECIDED = {"halland": {"reply_counted_from": ["SENT"]}}


@pytest.mark.parametrize(("case", "hooks", "key", "what"), FAULTY, ids=[row[0] for row in FAULTY])
def test_a_faulty_hook_costs_only_its_own_region(
    case: str, hooks: dict[str, Callable[..., Any]], key: str, what: str
) -> None:
    plugins = [halland_with(**hooks), installed("orebro"), installed("stockholm")]
    decided = DECIDED if case == "mutates deep" else {}
    with pytest.raises(RegionFault, match="halland: "):
        load_regions(plugins=plugins, assumptions=decided, seconds=SHORT)

    regions = load_regions(plugins=plugins, assumptions=decided, lenient=True, seconds=SHORT)

    assert list(regions) == ["orebro", "stockholm"]
    assert regions["orebro"] == four_regions()["orebro"]
    [problem] = [one for one in regions.problems if one.key == key]
    assert (problem.plugin, problem.severity) == ("halland", ProblemSeverity.LEFT_OUT)
    assert what in problem.what


def test_a_plugin_that_hangs_is_not_asked_again() -> None:
    begun = time.monotonic()
    slow = plugin("halland", lifecare_region=hookimpl(hangs), lifecare_demo=hookimpl(hangs))
    load_regions(plugins=[slow], lenient=True, seconds=SHORT)
    assert time.monotonic() - begun < 2 * SHORT


async def test_hooks_are_called_off_the_event_loop() -> None:
    def loop_of_the_caller() -> object:
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        return threading.current_thread()

    assert within(5, loop_of_the_caller) is not threading.current_thread()


def test_what_is_called_raises_here_and_exits_here() -> None:
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)
    with pytest.raises(Exited, match="SystemExit: 7"):
        within(5, lambda: sys.exit(7))


def test_all_faults_of_all_plugins_come_in_one_message(tmp_path: Path) -> None:
    broken = changed("orebro", tmp_path, routines=lambda text: text.replace("fact = ", "fakt = ", 2))
    with pytest.raises(RegionFault) as caught:
        load_regions(plugins=[halland_with(lifecare_region=exits), broken, installed("stockholm")], seconds=SHORT)
    told = str(caught.value)
    assert [told.count(f"  {name}: ") for name in ("halland", "orebro", "stockholm")] == [1, 4, 0]


def test_a_deployments_own_mistake_stops_a_lenient_start_too() -> None:
    with pytest.raises(RegionFault, match="names the region skane"):
        load_regions(plugins=[installed("halland")], assumptions={"skane": {"a": 1}}, lenient=True)


def test_a_region_that_is_not_installed_is_told_and_left_out() -> None:
    regions = load_regions(["halland", "gotland"], lenient=True)
    assert list(regions) == ["halland"]
    [problem] = regions.problems
    assert (problem.key, problem.plugin) == ("not-installed", None)


def test_an_addition_with_a_fault_is_left_out_and_its_region_is_not() -> None:
    contact = Contact(key="disken", name="disken", serves="alla", missing="påhittad", fact="Z99")
    book = ContactBook(region="halland", contacts=(contact,))
    adding = plugin("zz-adds", lifecare_contacts=hookimpl(lambda: book))
    regions = load_regions(plugins=[installed("halland"), adding], lenient=True)
    assert dict(regions) == {"halland": four_regions()["halland"]}
    [problem] = regions.problems
    assert (problem.plugin, "Z99" in problem.what) == ("zz-adds", True)


# --- versions of the plugin API, and hooks on their way out ---

VERSIONS = [
    (2, "is written for version 2 of the plugin API, and this core speaks 1", "install a newer lifecare-gql"),
    (
        0,
        "is written for version 0 of the plugin API, and this core speaks 1",
        "install a newer version of the plugin",
    ),
    ("one", "is written for version one of the plugin API", "install a newer version of the plugin"),
]


@pytest.mark.parametrize(("version", "what", "remedy"), VERSIONS)
def test_another_version_of_the_plugin_api_is_refused_with_the_way_out(
    version: Any, what: str, remedy: str
) -> None:
    old = Plugin(name="halland", version="9", module=SimpleNamespace(LIFECARE_API=version, **rules_of("halland")))
    [problem] = load_regions(plugins=[old], lenient=True).problems
    assert (problem.key, problem.remedy) == ("plugin-api", remedy)
    assert what in problem.what


def test_a_hook_on_its_way_out_still_works_and_is_a_warning() -> None:
    leaving = types.ModuleType("specs")
    vars(leaving).update(vars(hookspecs))
    told = "lifecare_rollout goes away on 2027-12-01: say it in lifecare_support"

    def lifecare_rollout() -> RegionInfo:  # type: ignore[empty-body]
        """On its way out."""

    lifecare_rollout.__annotations__ = {"return": Rollout}
    mark = pluggy.HookspecMarker("lifecare_gql")
    leaving.lifecare_rollout = mark(warn_on_impl=DeprecationWarning(told))(lifecare_rollout)  # type: ignore[attr-defined]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        regions = load_regions(plugins=[installed("stockholm"), installed("halland")], specs=leaving)

    assert regions["stockholm"].rollout is not None
    [problem] = regions.problems
    assert (problem.key, problem.plugin, problem.severity, problem.what) == (
        "hook-deprecated",
        "stockholm",
        ProblemSeverity.WARNING,
        told,
    )
