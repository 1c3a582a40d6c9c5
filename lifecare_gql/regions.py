"""Find the regions' plugins, check everything they say, and put the regions together.

One `Regions` object per app; nothing here is global. All faults of all plugins are gathered into one
`RegionFault`, because a region that is silently missing a rule is worse than a server that does not start.
A lenient start goes on without the faulty plugins, and each of them is a problem that is told.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

from lifecare_gql import hookspecs
from lifecare_gql.domain.payment_policies import PaymentBook
from lifecare_gql.domain.problems import Problem, ProblemSeverity
from lifecare_gql.domain.quality import QualityLadder
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.topics import Topic
from lifecare_gql.errors import RegionFault
from lifecare_gql.hookspecs import NAMESPACE, RegionSchema
from lifecare_gql.region_asking import HOOK_SECONDS, Answer, Heard, Plugin, ask, within
from lifecare_gql.region_assembling import Assembled, assemble, gather_payment
from lifecare_gql.region_checks import doubles
from lifecare_gql.region_files import CORE, read_ladder, read_payment, speaking
from lifecare_gql.region_running import Guards

__all__ = ["Plugin", "Regions", "installed", "load_regions"]


@dataclass(frozen=True, kw_only=True)
class Regions(Mapping[str, Region]):
    """The enabled regions by code, with what their plugins add to the schema and what is wrong with any."""

    by_code: Mapping[str, Region]
    schemas: tuple[RegionSchema, ...] = ()
    plugins: tuple[Plugin, ...] = ()
    topics: Mapping[str, Topic] = field(default_factory=dict)
    payment: PaymentBook = field(default_factory=read_payment)
    ladder: QualityLadder = field(default_factory=read_ladder)
    answers: tuple[Answer, ...] = ()
    problems: tuple[Problem, ...] = ()
    lenient: bool = False
    assumptions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    guards: Guards = field(default_factory=Guards, repr=False, compare=False)
    """What stands around the plugins' code while the server runs."""
    _owners: dict[int, Region] = field(init=False, repr=False, compare=False)

    def owner(self, said: object) -> Region:
        """The region that a document, fact, routine or duty belongs to; KeyError for a stranger."""
        return self._owners[id(said)]

    def all_problems(self) -> tuple[Problem, ...]:
        """Those of the start, and what has gone wrong lately."""
        return (*self.problems, *self.guards.problems())

    def without(self, problems: Sequence[Problem]) -> Regions:
        """The same without the plugins of the problems, which are told."""
        heard = Heard(plugins=self.plugins, answers=list(self.answers), problems=[*self.problems, *problems])
        return _lenient(heard, self.assumptions)

    def __post_init__(self) -> None:
        owned = {id(part): region for region in self.by_code.values() for part in region.parts()}
        object.__setattr__(self, "_owners", owned)

    def __getitem__(self, code: str) -> Region:
        return self.by_code[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_code)

    def __len__(self) -> int:
        return len(self.by_code)


def load_regions(
    enabled: Sequence[str] | None = None,
    assumptions: Mapping[str, Mapping[str, Any]] | None = None,
    plugins: Iterable[Plugin] | None = None,
    *,
    lenient: bool = False,
    specs: ModuleType = hookspecs,
    seconds: float = HOOK_SECONDS,
) -> Regions:
    """The enabled regions, complete and checked; RegionFault lists every fault of every plugin.

    `enabled` names plugins (None: all installed); `assumptions` is what the deployment decides otherwise,
    by region and key; `plugins` replaces what is installed, for tests. A `lenient` start leaves the faulty
    plugins out and tells of them; what is wrong in the deployment's own assumptions stops it all the same.
    Each hook has `seconds` to answer in.
    """
    decided = assumptions or {}
    problems: list[Problem] = []
    found = tuple(installed(enabled, problems, seconds) if plugins is None else plugins)
    heard = ask(sorted(found, key=lambda plugin: plugin.name), decided, specs=specs, seconds=seconds)
    heard.problems[:0] = problems
    heard.problems += _unknown_assumptions(heard, decided)
    return _lenient(heard, decided) if lenient else _strict(heard, decided)


def _strict(heard: Heard, assumptions: Mapping[str, Mapping[str, Any]]) -> Regions:
    assembled = assemble(heard)
    payment = gather_payment(assembled, assumptions)
    if assembled.faults or payment is None:
        raise _faulty(assembled.faults)
    return _regions(heard, assembled, payment, assumptions)


def _lenient(heard: Heard, assumptions: Mapping[str, Mapping[str, Any]]) -> Regions:
    """Leave plugins out until what is left fits together."""
    own = [one for one in heard.problems if one.plugin is None and one.key != "not-installed"]
    out = {one.plugin for one in heard.problems if one.severity is ProblemSeverity.LEFT_OUT} | {None}
    while not own:
        assembled = assemble(heard, frozenset(out))
        payment = gather_payment(assembled, assumptions)
        own = [one for one in assembled.faults if one.plugin is None]
        heard.problems = list(assembled.problems)
        if payment is not None:
            return _regions(heard, assembled, payment, assumptions, lenient=True)
        out |= {one.plugin for one in assembled.faults}
    raise _faulty(own)


def _faulty(problems: Iterable[Problem]) -> RegionFault:
    lines = (line for problem in problems for line in problem.told().splitlines())
    return RegionFault("The regions' plugins are faulty:\n" + "\n".join(f"  {line}" for line in lines))


def _regions(
    heard: Heard,
    assembled: Assembled,
    payment: PaymentBook,
    assumptions: Mapping[str, Mapping[str, Any]],
    *,
    lenient: bool = False,
) -> Regions:
    used = heard.without({str(one) for one in assembled.left_out})
    return Regions(
        by_code=assembled.regions,
        schemas=tuple(said for _, said in used.said("lifecare_schema")),
        plugins=tuple(one for one in heard.plugins if one.name not in assembled.left_out),
        topics=assembled.topics,
        payment=payment,
        answers=tuple(used.answers),
        problems=tuple(assembled.problems),
        lenient=lenient,
        assumptions=assumptions,
    )


def installed(
    enabled: Sequence[str] | None, problems: list[Problem], seconds: float = HOOK_SECONDS
) -> Iterator[Plugin]:
    """The installed plugins that are enabled, in order of name; what is wrong with them goes into `problems`."""
    points = sorted(entry_points(group=NAMESPACE), key=lambda point: point.name)
    names = [point.name for point in points]
    missing = sorted(set(enabled or ()) - set(names))
    if missing:
        told = f"Not installed: {', '.join(missing)}. Installed: {', '.join(names) or 'none'}."
        remedy = "Install the region's plugin, or correct LIFECARE_REGIONS."
        problems.append(Problem(key="not-installed", what=f"{told} {remedy}"))
    problems += [Problem(key="installed-twice", what=fault) for fault in doubles("installed plugin", names)]
    for point in points:
        if enabled is None or point.name in enabled:
            yield from _loaded(point, problems, seconds)


def _loaded(point: EntryPoint, problems: list[Problem], seconds: float) -> Iterator[Plugin]:
    try:
        module = within(seconds, lambda: speaking(point.load()))
    except Exception as error:
        told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        what = f"{point.value} cannot be imported: {told}"
        problems.append(Problem(key="not-importable", plugin=point.name, what=what))
        return
    version = point.dist.version if point.dist else "unknown"
    yield Plugin(name=point.name, version=version, module=module, package=point.module.partition(".")[0])


def plugin_of(package: str, name: str, version: str = "0") -> Plugin:
    """The plugin that the package is, whether it is installed or only importable."""
    try:
        module: Any = importlib.import_module(f"{package}.plugin")
    except ModuleNotFoundError as error:
        if error.name != f"{package}.plugin":
            raise
        module = importlib.import_module(package)
    return Plugin(name=name, version=version, module=speaking(module), package=package)


def _unknown_assumptions(heard: Heard, assumptions: Mapping[str, Any]) -> Iterator[Problem]:
    known = {plugin for plugin, _ in heard.said("lifecare_region")}
    left_out = {one.plugin for one in heard.problems}
    for region in sorted(set(assumptions) - known - heard.unheard - left_out - {CORE}):
        what = f"LIFECARE_ASSUMPTIONS names the region {region}, which is not enabled"
        yield Problem(key="assumption-unknown", what=what)
