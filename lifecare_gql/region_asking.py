"""Ask each plugin each hook, alone: the answer's origin is known, and one fault hides no other.

A hook runs in a thread of its own with a time limit. One that hangs, exits, raises, answers junk or far too much,
or changes what it was given, becomes a problem of its plugin and of no other. What ends the whole process
(`os._exit`, a crash in C) cannot be contained here.
"""

from __future__ import annotations

import copy
import inspect
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from types import MappingProxyType, ModuleType
from typing import Any

import pluggy

from lifecare_gql import hookspecs
from lifecare_gql.domain.problems import Problem, ProblemSeverity
from lifecare_gql.errors import RegionFault
from lifecare_gql.hookspecs import API, NAMESPACE, OLDEST_API, RegionSchema, TypeField, hook_promises
from lifecare_gql.region_threads import Exited, Pool

HOOK_SECONDS = 10.0
"""How long a hook, or the import of a plugin, may take when the server starts."""

MOST_VALUES = 200_000
"""How many values an answer may hold. The largest of the four regions' holds some thousands."""


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """A plugin as it was found: its name, its distribution's version, and the object with the hooks."""

    name: str
    version: str
    module: object
    package: str | None = None

    @property
    def api(self) -> int:
        """The version of the plugin API that it is written for."""
        said: int = getattr(self.module, "LIFECARE_API", OLDEST_API)
        return said


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one plugin said to one hook, where it stands, and how long it took."""

    plugin: str
    hook: str
    said: Any
    seconds: float
    file: str | None = None
    """The data file that was read; None when the plugin's own code said it."""

    @property
    def region(self) -> str:
        """Code of the region that it is about."""
        return str(self.said.code if self.hook == "lifecare_region" else self.said.region)


@dataclass(kw_only=True)
class Heard:
    """Everything that the plugins said, and what is wrong with how they said it."""

    plugins: tuple[Plugin, ...]
    answers: list[Answer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unheard: set[str] = field(default_factory=set)
    """The plugins that could not say who their region is: what others say of it is then no fault of theirs."""

    def said(self, hook: str) -> Iterator[tuple[str, Any]]:
        """The answers to one hook, each with its plugin."""
        return ((one.plugin, one.said) for one in self.answers if one.hook == hook)

    def without(self, plugins: Collection[str]) -> Heard:
        """The same without what those plugins said, and without what others said of their regions."""
        described = {one.region for one in self.answers if one.hook == "lifecare_region" and one.plugin in plugins}
        unheard = self.unheard & set(plugins)
        kept = [one for one in self.answers if one.plugin not in plugins and one.region not in described | unheard]
        return replace(self, answers=kept, problems=list(self.problems))


def ask(
    plugins: Sequence[Plugin],
    assumptions: Mapping[str, Mapping[str, Any]],
    *,
    specs: ModuleType = hookspecs,
    seconds: float = HOOK_SECONDS,
) -> Heard:
    """Ask every plugin, in order of name, every hook that it implements, in order of the specifications."""
    heard = Heard(plugins=tuple(plugins))
    for plugin in plugins:
        _Asking(plugin, heard, specs, seconds).ask_all(assumptions.get(plugin.name, {}))
    return heard


class _Asking:
    """One plugin being asked."""

    def __init__(self, plugin: Plugin, heard: Heard, specs: ModuleType, seconds: float) -> None:
        self.plugin, self.heard, self.specs, self.seconds = plugin, heard, specs, seconds
        self.manager = pluggy.PluginManager(NAMESPACE)
        self.manager.add_hookspecs(specs)

    def ask_all(self, assumptions: Mapping[str, Any]) -> None:
        for name in _unmarked(self.plugin):
            self._fault("hook-unmarked", f"{name} lacks @hookimpl")
        if not self._speaks_our_version() or not self._register():
            self.heard.unheard.add(self.plugin.name)
            return
        callers = {name: getattr(self.manager.hook, name) for name in hook_promises(self.specs)}
        implemented = [name for name, caller in callers.items() if caller.get_hookimpls()]
        for name in implemented:
            given = {"assumptions": assumptions} if callers[name].spec.argnames else {}
            if not self._ask(name, callers[name], given):
                break
        if not implemented:
            self._fault("no-hook", "implements no hook; is @hookimpl missing?")

    def _fault(self, key: str, what: str, remedy: str | None = None) -> None:
        self.heard.problems.append(Problem(key=key, plugin=self.plugin.name, what=what, remedy=remedy))

    def _speaks_our_version(self) -> bool:
        api = self.plugin.api
        if isinstance(api, int) and OLDEST_API <= api <= API:
            return True
        newer = isinstance(api, int) and api > API
        remedy = "install a newer lifecare-gql" if newer else "install a newer version of the plugin"
        spoken = f"{OLDEST_API} to {API}" if OLDEST_API < API else str(API)
        self._fault(
            "plugin-api", f"is written for version {api} of the plugin API, and this core speaks {spoken}", remedy
        )
        return False

    def _register(self) -> bool:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            try:
                self.manager.register(self.plugin.module, self.plugin.name)
                self.manager.check_pending()
            except pluggy.PluginValidationError as error:
                self._fault("hook-unfit", " ".join(str(error).split()))
                return False
        for warning in told:
            late = Problem(
                key="hook-deprecated",
                severity=ProblemSeverity.WARNING,
                plugin=self.plugin.name,
                what=str(warning.message),
            )
            self.heard.problems.append(late)
        return True

    def _ask(self, name: str, hook: Any, given: Mapping[str, Any]) -> bool:
        """Whether the plugin is to be asked further: one that hangs would hang again."""
        begun = time.perf_counter()
        try:
            said = within(self.seconds, lambda: _answer(hook_promises(self.specs)[name], name, hook, given))
        except RegionFault as fault:
            for line in str(fault).splitlines():
                self._fault("hook-answer", line)
        except TimeoutError:
            self._fault(
                "hook-hangs", f"{name} took more than {self.seconds:g} seconds", "read only own data files"
            )
        except Exited as error:
            self._fault("hook-exits", f"{name} tried to end the process ({error})")
        except Exception as error:
            self._fault("hook-raises", f"{name} raised {type(error).__name__}: {error}")
        else:
            function = hook.get_hookimpls()[0].function
            answer = Answer(
                plugin=self.plugin.name,
                hook=name,
                said=said,
                seconds=time.perf_counter() - begun,
                file=getattr(function, "data_file", None),
            )
            self.heard.answers.append(answer)
            return True
        if name == "lifecare_region":
            self.heard.unheard.add(self.plugin.name)
        return self.heard.problems[-1].key != "hook-hangs"


def within(seconds: float, call: Callable[[], Any]) -> Any:
    """What the call returns or raises; Exited for SystemExit and its like, TimeoutError when it takes longer.

    It runs in a thread of its own, off any event loop. One that hangs is left behind and ends with the process.
    """
    pool = Pool("plugin", 1)
    job = pool.submit(call)
    try:
        said, error = job.future.result(seconds)
    except TimeoutError:
        pool.give_up(job)
        raise
    if error is not None:
        raise error
    return said


def _answer(promised: type, name: str, hook: Any, given: Mapping[str, Any]) -> Any:
    """What the only plugin asked says, if it is of the class that the hook promises."""
    lent = {key: MappingProxyType(copy.deepcopy(dict(content))) for key, content in given.items()}
    [said] = hook(**lent) or [None]
    if inspect.iscoroutine(said):
        said.close()
        raise RegionFault(f"{name} is async; hooks are ordinary functions")
    if any(dict(lent[key]) != dict(content) for key, content in given.items()):
        raise RegionFault(f"{name} changed the {', '.join(given)} that it was given")
    if not isinstance(said, promised):
        raise RegionFault(f"{name} returned {type(said).__name__}, not {promised.__name__}")
    _check_size(name, said)
    if isinstance(said, RegionSchema):
        _check_schema(name, said)
    return said


def _check_size(name: str, said: Any) -> None:
    """RegionFault for an answer that holds too much, or lacks what its class must have."""
    waiting, seen = [said], 0
    while waiting:
        one = waiting.pop()
        _check_class(name, one)
        many = isinstance(one, tuple | list | frozenset)
        seen += len(one) if many else 1
        if seen > MOST_VALUES:
            raise RegionFault(f"{name} returned more than {MOST_VALUES} values")
        if many:
            waiting.extend(one)
        elif is_dataclass(one) and not isinstance(one, type):
            missing = [each.name for each in fields(one) if not hasattr(one, each.name)]
            if missing:
                raise RegionFault(f"{name} returned {type(one).__name__} without {', '.join(missing)}")
            waiting.extend(getattr(one, each.name) for each in fields(one))


def _check_class(name: str, one: Any) -> None:
    """RegionFault for an object of a class of the plugin's: behind what a hook says, none of its code runs."""
    kind = type(one)
    data = is_dataclass(one) or isinstance(one, str | tuple | list | frozenset)
    ours = kind.__module__ in ("builtins", "types") or kind.__module__.startswith("lifecare_gql.")
    if data and not isinstance(one, type) and not ours:
        raise RegionFault(f"{name} returned a {kind.__name__}, which is no class of the core's")


def _check_schema(name: str, said: RegionSchema) -> None:
    whole = isinstance(said.region, str) and (said.query is None or isinstance(said.query, type))
    for one in said.fields:
        named = isinstance(one, TypeField) and isinstance(one.type_name, str) and isinstance(one.name, str)
        whole = whole and named and callable(one.resolve)
    if not whole:
        raise RegionFault(
            f"{name} returned a RegionSchema with something else than a code, a class and TypeFields"
        )


def _unmarked(plugin: Plugin) -> Iterator[str]:
    """Functions that look like hooks but would be passed over in silence."""
    for name, member in inspect.getmembers(plugin.module, inspect.isroutine):
        if name.startswith("lifecare_") and not hasattr(member, f"{NAMESPACE}_impl"):
            yield name
