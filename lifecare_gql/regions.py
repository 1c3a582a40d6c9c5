"""Find the regions' plugins, check everything they say, and put the regions together.

One `Regions` object per app; nothing here is global. All faults of all plugins are gathered into one
`RegionFault`, because a region that is silently missing a rule is worse than a server that does not start.
"""

from __future__ import annotations

import inspect
import typing
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from lifecare_gql import hookspecs
from lifecare_gql.domain.outage_life import outage_faults
from lifecare_gql.domain.payment_policies import PaymentBook
from lifecare_gql.domain.region import Region, RegionInfo
from lifecare_gql.domain.routines import RoutineBook
from lifecare_gql.domain.topics import COMMON_TOPICS, Topic
from lifecare_gql.errors import RegionFault
from lifecare_gql.hookspecs import NAMESPACE, RegionSchema
from lifecare_gql.region_files import CORE, read_payment


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """A plugin as it was found: its name, its distribution's version, and the object with the hooks."""

    name: str
    version: str
    module: object


@dataclass(frozen=True, kw_only=True)
class Regions(Mapping[str, Region]):
    """The enabled regions by code, with what their plugins add to the schema."""

    by_code: Mapping[str, Region]
    schemas: tuple[RegionSchema, ...] = ()
    plugins: tuple[Plugin, ...] = ()
    topics: Mapping[str, Topic] = field(default_factory=dict)
    payment: PaymentBook = field(default_factory=read_payment)
    _owners: dict[int, Region] = field(init=False, repr=False, compare=False)

    def owner(self, said: object) -> Region:
        """The region that a document, fact, routine or duty belongs to; KeyError for a stranger."""
        return self._owners[id(said)]

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
) -> Regions:
    """The enabled regions, complete and checked; RegionFault lists every fault of every plugin.

    `enabled` names plugins (None: all installed); `assumptions` is what the deployment decides otherwise,
    by region and key; `plugins` replaces what is installed, for tests.
    """
    faults: list[str] = []
    found = tuple(_installed(enabled, faults) if plugins is None else plugins)
    gathered = _Gathering(sorted(found, key=lambda plugin: plugin.name), assumptions or {}, faults)
    faults.extend(_unknown_assumptions(gathered, assumptions or {}))
    regions = _assemble(gathered, faults)
    topics = _topics(regions, faults)
    payment = _payment(regions, assumptions or {}, faults)
    if faults or payment is None:
        raise RegionFault("The regions' plugins are faulty:\n" + "\n".join(f"  {fault}" for fault in faults))
    schemas = tuple(said for _, said in gathered.said["lifecare_schema"])
    return Regions(by_code=regions, schemas=schemas, plugins=gathered.plugins, topics=topics, payment=payment)


def _installed(enabled: Sequence[str] | None, faults: list[str]) -> Iterator[Plugin]:
    points = sorted(entry_points(group=NAMESPACE), key=lambda point: point.name)
    names = [point.name for point in points]
    missing = sorted(set(enabled or ()) - set(names))
    if missing:
        faults.append(
            f"Not installed: {', '.join(missing)}. Installed: {', '.join(names) or 'none'}. "
            "Install the region's plugin, or correct LIFECARE_REGIONS."
        )
    faults.extend(_doubles("installed plugin", names))
    for point in points:
        if enabled is None or point.name in enabled:
            yield from _loaded(point, faults)


def _loaded(point: EntryPoint, faults: list[str]) -> Iterator[Plugin]:
    try:
        module = point.load()
    except Exception as error:
        faults.append(f"{point.name}: {point.value} cannot be imported: {type(error).__name__}: {error}")
        return
    yield Plugin(name=point.name, version=point.dist.version if point.dist else "unknown", module=module)


class _Gathering:
    """Ask each plugin each hook, alone, so that the answer's origin is known and one fault hides no other."""

    def __init__(
        self, plugins: Sequence[Plugin], assumptions: Mapping[str, Mapping[str, Any]], faults: list[str]
    ) -> None:
        self.plugins = tuple(plugins)
        self.faults = faults
        self.said: dict[str, list[tuple[str, Any]]] = {name: [] for name in _hooks()}
        self.unheard: set[str] = set()
        """The plugins that could not say who their region is: what others say of it is then no fault of theirs."""
        for plugin in plugins:
            faults.extend(_unmarked(plugin))
            manager = pluggy.PluginManager(NAMESPACE)
            manager.add_hookspecs(hookspecs)
            try:
                manager.register(plugin.module, plugin.name)
                manager.check_pending()
            except pluggy.PluginValidationError as error:
                self.unheard.add(plugin.name)
                faults.append(f"{plugin.name}: {' '.join(str(error).split())}")
                continue
            self._ask_all(plugin, manager, assumptions.get(plugin.name, {}))

    def _ask_all(self, plugin: Plugin, manager: pluggy.PluginManager, assumptions: Mapping[str, Any]) -> None:
        callers = {name: getattr(manager.hook, name) for name in _hooks()}
        implemented = [name for name, caller in callers.items() if caller.get_hookimpls()]
        for name in implemented:
            takes = callers[name].spec.argnames
            self._ask(plugin, name, callers[name], {"assumptions": assumptions} if takes else {})
        if not implemented:
            self.faults.append(f"{plugin.name}: implements no hook; is @hookimpl missing?")

    def _ask(self, plugin: Plugin, name: str, hook: Any, given: Mapping[str, Any]) -> None:
        try:
            self.said[name].append((plugin.name, _answer(name, hook, given)))
        except RegionFault as fault:
            self.faults.extend(f"{plugin.name}: {line}" for line in str(fault).splitlines())
        except Exception as error:
            self.faults.append(f"{plugin.name}: {name} raised {type(error).__name__}: {error}")
        else:
            return
        if name == "lifecare_region":
            self.unheard.add(plugin.name)


def _answer(name: str, hook: Any, given: Mapping[str, Any]) -> Any:
    """What the only plugin asked says, if it is of the class that the hook promises."""
    [said] = hook(**given) or [None]
    if inspect.iscoroutine(said):
        said.close()
        raise RegionFault(f"{name} is async; hooks are ordinary functions")
    promised = _hooks()[name]
    if not isinstance(said, promised):
        raise RegionFault(f"{name} returned {type(said).__name__}, not {promised.__name__}")
    return said


def _unmarked(plugin: Plugin) -> Iterator[str]:
    """Functions that look like hooks but would be passed over in silence."""
    for name, member in inspect.getmembers(plugin.module, inspect.isroutine):
        if name.startswith("lifecare_") and not hasattr(member, f"{NAMESPACE}_impl"):
            yield f"{plugin.name}: {name} lacks @hookimpl"


def _hooks() -> dict[str, type]:
    """Hook names with the class that each must return, read from the specifications themselves."""
    named = {name: spec for name, spec in vars(hookspecs).items() if hasattr(spec, f"{NAMESPACE}_spec")}
    return {name: typing.get_type_hints(spec)["return"] for name, spec in named.items()}


def _unknown_assumptions(gathered: _Gathering, assumptions: Mapping[str, Any]) -> Iterator[str]:
    known = {plugin for plugin, _ in gathered.said["lifecare_region"]}
    for region in sorted(set(assumptions) - known - gathered.unheard - {CORE}):
        yield f"LIFECARE_ASSUMPTIONS names the region {region}, which is not enabled"


def _assemble(gathered: _Gathering, faults: list[str]) -> dict[str, Region]:
    infos: dict[str, RegionInfo] = {}
    for plugin, info in gathered.said["lifecare_region"]:
        if info.code != plugin:
            faults.append(f"{plugin}: describes the region {info.code}; a region's plugin is named after its code")
        if info.code in infos:
            faults.append(f"{plugin}: the region {info.code} is already described by another plugin")
        infos[info.code] = info
    for name, answers in gathered.said.items():
        for plugin, said in answers:
            if name != "lifecare_region" and said.region not in gathered.unheard | set(infos):
                faults.append(f"{plugin}: {name} is for the region {said.region}, which is not enabled")
    regions = {code: _region(info, gathered, faults) for code, info in sorted(infos.items())}
    for region in regions.values():
        faults.extend(f"{region.code}: {fault}" for fault in check_region(region))
    if not faults:  # a file that cannot be read is fault enough
        faults.extend(f"{code}: {fault}" for code, region in regions.items() for fault in outage_faults(region))
    return regions


def _region(info: RegionInfo, gathered: _Gathering, faults: list[str]) -> Region:
    def parts(hook: str) -> list[Any]:
        return [said for _, said in gathered.said[hook] if said.region == info.code]

    def only(hook: str) -> Any:
        said = parts(hook)
        if len(said) > 1:
            faults.append(f"{info.code}: {hook} is answered by {len(said)} plugins; one must do")
        return said[0] if said else None

    return Region(
        info=info,
        book=only("lifecare_routines")
        or RoutineBook(region=info.code, silence="Ingen rutin för meddelanden är beskriven."),
        contacts=tuple(contact for book in parts("lifecare_contacts") for contact in book.contacts),
        switchboards=tuple(board for book in parts("lifecare_switchboards") for board in book.switchboards),
        outage=only("lifecare_outage_routine"),
        support=only("lifecare_support"),
        login=only("lifecare_login_requirements"),
        rollout=only("lifecare_rollout"),
        administration=only("lifecare_administration"),
        technical=only("lifecare_technical_requirements"),
        training=only("lifecare_training"),
        process=only("lifecare_process"),
        payment=only("lifecare_payment_policies"),
        demo=only("lifecare_demo"),
        plugins=tuple(_contributors(info, gathered)),
    )


def _contributors(info: RegionInfo, gathered: _Gathering) -> Iterator[str]:
    names = {plugin for plugin, said in gathered.said["lifecare_region"] if said.code == info.code}
    for hook, answers in gathered.said.items():
        if hook != "lifecare_region":
            names |= {plugin for plugin, said in answers if said.region == info.code}
    yield from sorted(names)


def _topics(regions: Mapping[str, Region], faults: list[str]) -> dict[str, Topic]:
    topics = {topic.code: topic for topic in COMMON_TOPICS}
    for region in regions.values():
        for topic in region.book.topics:
            if topics.setdefault(topic.code, topic) != topic:
                faults.append(f"{region.code}: the topic {topic.code} means something else elsewhere")
    return topics


def _payment(
    regions: Mapping[str, Region], assumptions: Mapping[str, Mapping[str, Any]], faults: list[str]
) -> PaymentBook | None:
    """The core's payment policies and, after them, those of the regions; None when they cannot be used."""
    try:
        book = read_payment(assumptions.get(CORE))
    except RegionFault as fault:
        faults.extend(str(fault).splitlines())
        return None
    agreed = tuple(policy for region in regions.values() if region.payment for policy in region.payment.policies)
    faults.extend(_doubles("payment policy", (policy.id for policy in (*book.policies, *agreed))))
    return replace(book, averages=(*book.averages, *agreed)) if not faults else None


def check_region(region: Region) -> Iterator[str]:
    """Faults that only show when a region's parts are put together: dangling references and doubles."""
    yield from _doubles("fact", (fact.id for fact in region.info.facts))
    yield from _doubles("document", (document.key for document in region.info.documents))
    yield from _doubles("routine or duty", (rule.code for rule in region.book.rules))
    yield from _doubles("contact", (contact.key for contact in region.contacts))
    local = region.support.local_administrations if region.support else ()
    yield from _doubles("local administration", (one.key for one in local))
    for policy in region.payment.policies if region.payment else ():
        if not policy.id.startswith(f"{region.code}-"):
            yield f"the payment policy {policy.id} must begin with {region.code}-"
    yield from _dangling_documents(region)
    yield from _dangling_contacts(region)
    yield from _doubles("login requirement", (one.key for one in region.login_requirements))
    directory = (region.contacts, region.switchboards)
    parts = (region.book, *directory, region.outage, region.support, region.login, region.rollout)
    for what, fact in _cited((*parts, region.administration, region.technical, region.training)):
        if region.fact(fact) is None:
            yield f"{what} rests on the fact {fact}, which facts.toml does not have"
    known = {topic.code for topic in (*COMMON_TOPICS, *region.book.topics)}
    for rule in region.book.rules:
        for topic in sorted({*rule.when.topics, *rule.when.except_topics} - known):
            yield f"{rule.code} names the topic {topic}, which nobody declares"


def _dangling_documents(region: Region) -> Iterator[str]:
    keys = {document.key for document in region.info.documents}
    for fact in region.info.facts:
        if fact.document not in keys:
            yield f"fact {fact.id} names the document {fact.document}, which documents.toml does not have"
    for document in region.info.documents:
        if document.superseded_by not in {None, *keys}:
            yield f"document {document.key} names the document {document.superseded_by}, which is not there"


def _dangling_contacts(region: Region) -> Iterator[str]:
    keys = {contact.key for contact in region.contacts}
    support, administration = region.support, region.administration
    forms = {form.key for form in support.forms} if support else set()
    for route in (*support.routes, *support.permissions) if support else ():
        if route.form not in {None, *forms}:
            yield f"support route {route.key} names the form {route.form}, which is not there"
        for step in route.steps:
            if step.contact not in {None, *keys}:
                yield f"support route {route.key} names the contact {step.contact}, which is not there"
    named = [one.contact for one in region.training.advice] if region.training else []
    named += administration.contacts if administration else ()
    named += [administration.central.contact] if administration and administration.central else []
    for contact in named:
        if contact not in {None, *keys}:
            yield f"the administration or training names the contact {contact}, which is not there"


def _cited(part: object) -> Iterator[tuple[str, str]]:
    """Everything in the part that rests on a fact, however deep, with the fact's number."""
    if isinstance(part, tuple):
        for item in part:
            yield from _cited(item)
    elif is_dataclass(part):
        for name, content in ((field.name, getattr(part, field.name)) for field in fields(part)):
            if name == "fact":
                yield _called(part), content
            else:
                yield from _cited(content)


def _called(part: object) -> str:
    names = (getattr(part, name, None) for name in ("code", "key", "name", "text", "who"))
    return f"{type(part).__name__} {next(filter(None, names), '')}".rstrip()


def _doubles(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, times in Counter(names).items():
        if times > 1:
            yield f"the {what} {name} is there {times} times"
