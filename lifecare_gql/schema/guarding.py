"""Every function that a plugin brought to the schema is called through here, whoever executes the operation.

It runs in the plugin's own threads, and is given no more than its own region's: the declared columns of a row that
is its region's, its region's data, its arguments and the time. No session, no caller, nothing else of the request.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from graphql import OperationDefinitionNode
from graphql.language.ast import SelectionSetNode
from strawberry.extensions import SchemaExtension
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver
from strawberry.utils.str_converters import to_camel_case

from lifecare_gql.domain.region import Region
from lifecare_gql.errors import RegionUnavailable
from lifecare_gql.hookspecs import TypeField
from lifecare_gql.region_running import Guard
from lifecare_gql.region_threads import finished
from lifecare_gql.regions import Regions
from lifecare_gql.schema.context import Aged, Info
from lifecare_gql.schema.fitting import Owned, settled
from lifecare_gql.schema.publishing import made
from lifecare_gql.schema.selecting import READ, Needs
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.rows import Record

REGION_COLUMN = "region_code"
Call = Callable[[Any, Any], Any]
"""Calls a plugin's resolver on a source, with an info."""

MOST_KEPT = 100
"""So many answers of a plugin are kept, for when it does not answer."""
KEPT_SECONDS = 24 * 3600.0
"""An older answer is not given."""


@dataclass(frozen=True, slots=True)
class RegionContext:
    """What a plugin's resolver finds at `info.context`: its own region, and when the request came (UTC)."""

    regions: Mapping[str, Region]
    now: dt.datetime


@dataclass(kw_only=True)
class Guarded:
    """How one plugin's functions are called."""

    guard: Guard
    regions: Regions
    kept: dict[Any, tuple[Any, float]] = field(default_factory=dict)

    @cached_property
    def region(self) -> Region | None:
        """The plugin's own; None in a test that has none."""
        return self.regions.get(self.guard.region)

    @cached_property
    def owned(self) -> Owned:
        """What the plugin may show of its region's documents."""
        return Owned(self.region)

    def added(self, said: TypeField, model: type[Record], **extra: Any) -> StrawberryField:
        """The field that a plugin adds to a type of the core; null or empty for rows that are not its region's."""
        own = REGION_COLUMN in model._meta.fields_map and model.patient_column is None
        needs = (*said.needs, REGION_COLUMN) if own and REGION_COLUMN not in said.needs else said.needs
        plain = made(said.name, said.resolve, **extra)
        empty = isinstance(plain.type, StrawberryList)
        point = f"{said.type_name}.{to_camel_case(said.name)}"

        async def resolve(source: Any, info: Info, call: Call, arguments: Mapping[str, Any]) -> Any:
            if not self._belongs(source, own, info):
                return [] if empty else None
            values = {name: copy.deepcopy(getattr(source, name)) for name in said.needs}
            return await self._run(point, functools.partial(call, _row(model, values)), info)

        field = made(said.name, _wrapped(plain.base_resolver, resolve), metadata={READ: Needs(needs)}, **extra)
        field.type = plain.type if isinstance(plain.type, StrawberryOptional) else StrawberryOptional(plain.type)
        return field

    def own(self, field: StrawberryField, type_name: str, *, root: bool) -> StrawberryField:
        """A field of a plugin's own type. What a root's says rests on its arguments alone, so the last is kept."""
        point = f"{type_name}.{field.graphql_name or to_camel_case(field.python_name)}"

        async def resolve(source: Any, info: Info, call: Call, arguments: Mapping[str, Any]) -> Any:
            key = (point, repr(sorted(arguments.items()))) if root else None
            return await self._run(point, functools.partial(call, source), info, key)

        found = copy.copy(field)
        found.base_resolver = StrawberryResolver(_wrapped(field.base_resolver, resolve))
        return found

    async def made(self, query: type, point: str, info: Info) -> Any:
        """An instance of the plugin's query class, whose constructor is the plugin's."""
        return await self._run(point, query, info)

    def _belongs(self, row: Any, own: bool, info: Info) -> bool:
        """Whether the row is the region's.

        Of the directory, what lies in the region. Of all else, what the caller sees who works in the region: then
        the plugin sees no patient whom its region's own staff does not.
        """
        if own:
            return bool(row.region_code == self.guard.region)
        caller = info.context.session.caller
        return caller is not None and caller.unit.region == self.guard.region

    async def _run(self, point: str, call: Callable[..., Any], info: Info, key: Any = None) -> Any:
        raw = info._raw_info
        narrow = self._narrowed(info)

        def answer() -> Any:
            said = call(narrow) if isinstance(call, functools.partial) else call()
            if inspect.iscoroutine(said):  # one that only waits ends soon after its time
                said = finished(said, 2 * self.guard.seconds)
            return settled(said, raw.return_type, self.owned)

        now = self.guard.monotonic()
        try:
            said = await self.guard.run(point, answer, info.context.trial)
        except RegionUnavailable as error:
            return self._last_good(key, now, info, error)
        if key is not None:
            self._keep(key, said, now)
        return said

    def _keep(self, key: Any, said: Any, now: float) -> None:
        self.kept.pop(key, None)
        self.kept[key] = (said, now)
        while len(self.kept) > MOST_KEPT:
            del self.kept[next(iter(self.kept))]

    def _last_good(self, key: Any, now: float, info: Info, error: RegionUnavailable) -> Any:
        """The last answer to the same question, its age told beside it; the error when there is none to give."""
        said, at = self.kept.get(key, (None, None))
        if at is None or now - at >= KEPT_SECONDS:
            raise error
        path = tuple(info.path.as_list())
        info.context.aged.append(Aged(path, self.guard.region, self.guard.plugin, round(now - at)))
        return said

    def _narrowed(self, info: Info) -> Info:
        """The same, without what is not the region's: the session, the variables, and the rest of the document."""
        raw: Any = info._raw_info
        region = self.region
        context: Any = RegionContext(
            regions=MappingProxyType({} if region is None else {region.code: region}),
            now=info.context.session.now,
        )
        nothing = OperationDefinitionNode(
            operation=raw.operation.operation, selection_set=SelectionSetNode(selections=())
        )
        bare = raw._replace(context=context, root_value=None, variable_values={}, fragments={}, operation=nothing)
        return type(info)(_raw_info=bare, _field=info._field)


def _row(model: type[Record], values: dict[str, Any]) -> Row:
    return Row(model, values.get("id"), None, values)  # type: ignore[arg-type]  # no id unless it is needed


def _wrapped(resolver: Any, resolve: Callable[..., Any]) -> Callable[..., Any]:
    """`resolve(source, info, call, arguments)` with the resolver's signature; `call(source, info)` calls that."""
    told = resolver.info_parameter.name if resolver.info_parameter else None
    named = [one.name for one in (resolver.parent_parameter, resolver.root_parameter) if one]
    signature = resolver.signature

    @functools.wraps(resolver.wrapped_func)
    async def guarded(*sources: Any, **arguments: Any) -> Any:
        info = arguments.pop(told or "info")
        given = [arguments.pop(name) for name in dict.fromkeys(named)]
        source = next(iter((*sources, *given)), None)

        def call(source: Any, narrow: Info) -> Any:
            mine = copy.deepcopy(arguments) | dict.fromkeys(named, source) | ({told: narrow} if told else {})
            return resolver.wrapped_func(*(source for _ in sources), **mine)

        return await resolve(source, info, call, arguments)

    if told is None:
        asked = inspect.Parameter("info", inspect.Parameter.KEYWORD_ONLY, annotation=Info)
        signature = signature.replace(parameters=[*signature.parameters.values(), asked])
    guarded.__signature__ = signature  # type: ignore[attr-defined]
    return guarded


class LastGood(SchemaExtension):
    """Says in `extensions.lastGood` which answers of a region are older than the request, and how old."""

    def get_results(self) -> dict[str, Any]:
        aged: list[Aged] = self.execution_context.context.aged
        return {"lastGood": [one.told for one in aged]} if aged else {}
