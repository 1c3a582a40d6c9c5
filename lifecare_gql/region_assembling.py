"""Put together what the plugins said: one `Region` for each code, with the problems that only then show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lifecare_gql.domain.outage_life import outage_faults
from lifecare_gql.domain.payment_policies import PaymentBook
from lifecare_gql.domain.problems import Problem, ProblemSeverity
from lifecare_gql.domain.region import Region, RegionInfo
from lifecare_gql.domain.routines import RoutineBook
from lifecare_gql.domain.topics import COMMON_TOPICS, Topic
from lifecare_gql.errors import RegionFault
from lifecare_gql.region_asking import Heard
from lifecare_gql.region_checks import WAYS_OUT, check_region, clashes, doubles
from lifecare_gql.region_files import CORE, read_payment


@dataclass(kw_only=True)
class Assembled:
    """The regions by code, the topics that they know, and what is wrong with any plugin."""

    regions: dict[str, Region] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    left_out: frozenset[str | None] = frozenset()
    """Plugins that are left out; None among them: that a region is not installed is settled too."""

    @property
    def faults(self) -> list[Problem]:
        """The problems that are not settled by what is left out already."""
        stops = [one for one in self.problems if one.severity is ProblemSeverity.LEFT_OUT]
        missing = "not-installed" if None in self.left_out else None
        return [one for one in stops if one.key != missing and (not one.plugin or one.plugin not in self.left_out)]

    def fault(self, key: str, plugin: str, what: str, remedy: str | None = None) -> None:
        """Note a problem of the plugin."""
        self.problems.append(Problem(key=key, plugin=plugin, what=what, remedy=remedy))


def assemble(everything: Heard, left_out: frozenset[str | None] = frozenset()) -> Assembled:
    """The regions, as far as they can be put together; what was wrong with the answers comes first."""
    whole = Assembled(problems=list(everything.problems), left_out=left_out)
    heard = everything.without({str(one) for one in left_out})
    infos = _infos(heard, whole)
    _check_addressees(heard, infos, whole)
    clashing = list(clashes(heard))
    whole.problems += clashing
    fitting = heard.without({str(one.plugin) for one in clashing if one.plugin not in infos})
    for code, info in sorted(infos.items()):
        whole.regions[code] = _region(info, fitting, whole)
    for code, region in whole.regions.items():
        found = list(check_region(region))
        blamed = _to_blame(region, infos[code], fitting) if found else code
        for fault in found:
            whole.fault("data", blamed, fault)
    if not whole.faults:  # a file that cannot be read is fault enough
        for code, region in whole.regions.items():
            for fault in outage_faults(region):
                whole.fault("outage", code, fault)
    whole.topics = _topics(whole)
    return whole


def _to_blame(region: Region, info: RegionInfo, heard: Heard) -> str:
    """The plugin without which the region is in order: one that adds to it, or else its own."""
    for other in region.plugins:
        alone = _region(info, heard.without({other}), Assembled()) if other != info.code else region
        if not any(check_region(alone)):
            return other
    return info.code


def _infos(heard: Heard, whole: Assembled) -> dict[str, RegionInfo]:
    infos: dict[str, RegionInfo] = {}
    for plugin, info in heard.said("lifecare_region"):
        if info.code != plugin:
            whole.fault(
                "misnamed", plugin, f"describes the region {info.code}; a region's plugin is named after its code"
            )
        if info.code in infos:
            whole.fault("clash-region", plugin, f"the region {info.code} is already described by another plugin")
            continue
        infos[info.code] = info
    return infos


def _check_addressees(heard: Heard, infos: Mapping[str, RegionInfo], whole: Assembled) -> None:
    for answer in heard.answers:
        if answer.region not in heard.unheard | set(infos):
            what = f"{answer.hook} is for the region {answer.region}, which is not enabled"
            whole.fault("stranger", answer.plugin, what)


def _region(info: RegionInfo, heard: Heard, whole: Assembled) -> Region:
    def parts(hook: str) -> list[Any]:
        return [said for _, said in heard.said(hook) if said.region == info.code]

    def only(hook: str) -> Any:
        plugins = sorted((plugin for plugin, said in heard.said(hook) if said.region == info.code), key=_foreign)
        for again in plugins[1:]:
            what = f"{hook} of {info.code} is answered already, by the plugin {plugins[0]}; one must do"
            whole.fault("clash-hook", again, what, WAYS_OUT.format(name="region"))
        return next((said for plugin, said in heard.said(hook) if plugin in plugins[:1]), None)

    def _foreign(plugin: str) -> bool:
        return plugin != info.code

    overlays = tuple(parts("lifecare_overlay"))
    return Region(
        info=_with_overlays(info, overlays),
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
        quality=only("lifecare_quality"),
        overlays=overlays,
        plugins=tuple(sorted({one.plugin for one in heard.answers if one.region == info.code})),
    )


def _with_overlays(info: RegionInfo, overlays: tuple[Any, ...]) -> RegionInfo:
    if not overlays:
        return info
    documents = tuple(document for one in overlays for document in one.documents)
    facts = tuple(fact for one in overlays for fact in one.facts)
    return replace(info, documents=(*info.documents, *documents), facts=(*info.facts, *facts))


def _topics(whole: Assembled) -> dict[str, Topic]:
    topics = {topic.code: topic for topic in COMMON_TOPICS}
    for code, region in whole.regions.items():
        for topic in region.book.topics:
            if topics.setdefault(topic.code, topic) != topic:
                whole.fault("clash-topic", code, f"the topic {topic.code} means something else elsewhere")
    return topics


def gather_payment(whole: Assembled, assumptions: Mapping[str, Mapping[str, Any]]) -> PaymentBook | None:
    """The core's payment policies and, after them, those of the regions; None when they cannot be used."""
    try:
        book = read_payment(assumptions.get(CORE))
    except RegionFault as fault:
        whole.problems += [Problem(key="payment", what=line) for line in str(fault).splitlines()]
        return None
    agreed = tuple(policy for _, policy in _agreed(whole))
    known = {policy.id for policy in book.policies}
    for code, policy in _agreed(whole):
        if policy.id in known:
            what = next(doubles("payment policy", (policy.id, policy.id)))
            whole.fault("clash-policy", code, what)
        known.add(policy.id)
    return replace(book, averages=(*book.averages, *agreed)) if not whole.faults else None


def _agreed(whole: Assembled) -> Iterator[tuple[str, Any]]:
    for code, region in whole.regions.items():
        for policy in region.payment.policies if region.payment else ():
            yield code, policy
