"""How the regions are found and checked: every fault is named, all at once, before anything is served."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.metadata import entry_points
from itertools import permutations
from typing import Any

import pytest

from lifecare_gql import hookimpl
from lifecare_gql.domain.directory import Contact
from lifecare_gql.domain.region import ContactBook, RegionInfo
from lifecare_gql.domain.routines import RoutineBook
from lifecare_gql.domain.topics import COMMON_TOPICS
from lifecare_gql.errors import RegionFault
from lifecare_gql.hookspecs import NAMESPACE, Assumptions
from lifecare_gql.regions import Plugin, load_regions
from tests.regions.plugins import CODES, decided, faults_of, four_regions, installed, plugin, rules_of


def with_hook(region: str, **hooks: Callable[..., Any]) -> Plugin:
    """The region's plugin with some hooks replaced or added."""
    return plugin(region, **{**rules_of(region), **hooks})


# --- found ---


def test_the_four_regions_are_installed_under_their_codes() -> None:
    points = {point.name: point.value for point in entry_points(group=NAMESPACE)}
    assert {code: points[code] for code in CODES} == {code: f"lifecare_gql_{code}.plugin" for code in CODES}


def test_enabled_regions_are_loaded_from_what_is_installed() -> None:
    regions = load_regions(["orebro", "halland"])
    assert list(regions) == ["halland", "orebro"]
    assert [one.name for one in regions.plugins] == ["halland", "orebro"]
    assert all(one.version[0].isdigit() for one in regions.plugins)
    assert regions["halland"].plugins == ("halland",)


def test_a_region_that_is_not_installed_stops_the_start() -> None:
    with pytest.raises(
        RegionFault, match=r"Not installed: gotland, skane\. Installed: halland, .*LIFECARE_REGIONS"
    ):
        load_regions(["halland", "skane", "gotland"])


def test_topics_are_the_common_ones_and_the_regions_own() -> None:
    common = [topic.code for topic in COMMON_TOPICS]
    assert list(load_regions(plugins=[installed("halland")]).topics) == common
    assert list(four_regions().topics) == [*common, "SINGLE_AID", "PSYCHIATRIC_DISCHARGE"]


def test_the_order_of_the_plugins_does_not_matter() -> None:
    orders = [load_regions(plugins=order) for order in permutations(installed(code) for code in CODES)]
    assert all(dict(one) == dict(four_regions()) for one in orders)
    assert all(list(one) == list(CODES) for one in orders)


def test_a_part_of_a_document_knows_its_region() -> None:
    for code, region in four_regions().items():
        said = [*region.info.documents, *region.info.facts, *region.book.rules]
        assert {four_regions().owner(one).code for one in said} == {code}
    with pytest.raises(KeyError):
        four_regions().owner(decided("halland")["halland"].info.facts[0])


def test_a_region_without_routines_is_silent_and_says_so() -> None:
    alone = plugin("halland", **rules_of("halland", "lifecare_routines", "lifecare_contacts"))
    book = load_regions(plugins=[alone])["halland"].book
    assert (book.rules, book.silence) == ((), "Ingen rutin för meddelanden är beskriven.")


def test_no_plugins_are_no_regions() -> None:
    regions = load_regions(plugins=[])
    assert (len(regions), regions.schemas, regions.plugins) == (0, (), ())


BUT_ROUTINES = ("lifecare_region", "lifecare_contacts", "lifecare_process", "lifecare_quality")
"""What Halland says beside its routines."""

# --- faulty plugins ---


@hookimpl
def lifecare_everything() -> None:
    """No such hook."""


@hookimpl
def takes_a_request(request: object) -> RegionInfo:
    """The hook takes no such argument."""
    raise AssertionError(request)


@hookimpl
async def speaks_later() -> RegionInfo:
    """Hooks are not async."""
    await asyncio.sleep(0)
    raise AssertionError


@hookimpl
def says_a_table() -> dict[str, str]:
    """Not the class that the hook promises."""
    return {"code": "halland"}


@hookimpl
def says_nothing() -> None:
    """None is no answer."""


@hookimpl
def breaks() -> RegionInfo:
    """A plugin with a bug."""
    raise KeyError("halland")


def lifecare_routines(assumptions: Assumptions) -> RoutineBook:
    """A hook whose marker was forgotten."""
    raise AssertionError(assumptions)


PLUGIN_FAULTS = [
    ("an unknown hook", {"lifecare_everything": lifecare_everything}, "unknown hook 'lifecare_everything'"),
    ("a wrong argument", {"lifecare_region": takes_a_request}, "'request'"),
    (
        "async",
        {"lifecare_region": speaks_later},
        "halland: lifecare_region is async; hooks are ordinary functions",
    ),
    ("a wrong class", {"lifecare_region": says_a_table}, "halland: lifecare_region returned dict, not RegionInfo"),
    ("nothing", {"lifecare_region": says_nothing}, "halland: lifecare_region returned NoneType, not RegionInfo"),
    ("a bug", {"lifecare_region": breaks}, "halland: lifecare_region raised KeyError: 'halland'"),
    ("a forgotten marker", {"lifecare_routines": lifecare_routines}, "halland: lifecare_routines lacks @hookimpl"),
]


@pytest.mark.parametrize(("case", "hooks", "fault"), PLUGIN_FAULTS, ids=[row[0] for row in PLUGIN_FAULTS])
def test_a_faulty_hook_is_named_and_hides_no_other_region(
    case: str, hooks: dict[str, Callable[..., Any]], fault: str
) -> None:
    [line] = faults_of(with_hook("halland", **hooks), installed("orebro"))
    assert line.startswith("halland: ")
    assert fault in line


@pytest.mark.parametrize("hook", [lifecare_everything, takes_a_request, breaks])
def test_what_others_say_of_a_faulty_region_is_no_further_fault(hook: Callable[..., Any]) -> None:
    name = hook.__name__ if hook is lifecare_everything else "lifecare_region"
    decision = {"halland": {"office_opens": "07:00"}}
    found = faults_of(with_hook("halland", **{name: hook}), more_contacts("vaxeln"), assumptions=decision)
    assert [line.split(":")[0] for line in found] == ["halland"]


def test_a_plugin_without_any_hook_is_a_fault() -> None:
    assert faults_of(plugin("halland")) == ["halland: implements no hook; is @hookimpl missing?"]


def test_a_plugin_must_bear_its_regions_code() -> None:
    [line] = faults_of(plugin("kust", **rules_of("halland")))
    assert line == "kust: describes the region halland; a region's plugin is named after its code"


def test_a_region_is_described_by_one_plugin() -> None:
    again = plugin("zzz", **rules_of("halland", "lifecare_routines", "lifecare_contacts"))
    found = faults_of(installed("halland"), again)
    assert "zzz: the region halland is already described by another plugin" in found


def test_a_part_that_there_is_one_of_is_said_by_one_plugin() -> None:
    again = plugin("routines", **rules_of("halland", *BUT_ROUTINES))
    [line] = faults_of(installed("halland"), again)
    assert line == "routines: lifecare_routines of halland is answered already, by the plugin halland; one must do"


def test_a_contribution_to_a_region_that_is_not_there_is_a_fault() -> None:
    left_out = ("lifecare_region", "lifecare_routines", "lifecare_process", "lifecare_quality")
    contacts = plugin("contacts", **rules_of("halland", *left_out))
    [line] = faults_of(installed("orebro"), contacts)
    assert line == "contacts: lifecare_contacts is for the region halland, which is not enabled"


# --- several plugins for one region ---


def more_contacts(key: str) -> Plugin:
    contact = Contact(key=key, name="växeln", serves="alla", missing="påhittad för testet", fact="H14")
    return plugin(
        "zz-contacts", lifecare_contacts=hookimpl(lambda: ContactBook(region="halland", contacts=(contact,)))
    )


def test_a_second_plugin_contributes_contacts() -> None:
    halland = load_regions(plugins=[more_contacts("vaxeln"), installed("halland")])["halland"]
    assert [contact.key for contact in halland.contacts] == ["kommunens-mottagare-for-remisser", "vaxeln"]
    assert halland.plugins == ("halland", "zz-contacts")


def test_a_contacts_key_is_its_own_in_the_region_whoever_contributes_it() -> None:
    [line] = faults_of(installed("halland"), more_contacts("kommunens-mottagare-for-remisser"))
    told = "the contact kommunens-mottagare-for-remisser of halland is there already, by the plugin halland"
    assert line == f"zz-contacts: {told}"


# --- what the deployment decides otherwise ---


def test_a_decision_reaches_the_rule_and_is_shown_as_the_assumption() -> None:
    book = decided("halland", office_opens="07:30")["halland"].book
    shown = {one.key: one.value for one in book.assumptions}
    [duty] = [one for one in book.duties if one.code == "HAL-H13"]
    assert duty.opens == shown["office_opens"]
    assert str(duty.opens) == "07:30:00"
    assert str(four_regions()["halland"].book.assumptions[0].value) == "08:00:00"


DECISIONS = [
    ("an unknown key", "orebro", {"consent": True}, "has no assumption called consent"),
    ("a word for a yes or no", "orebro", {"consent_covers_replies": "no"}, "assumption consent_covers_replies: "),
    (
        "a number for a time",
        "halland",
        {"office_opens": 8},
        "assumption office_opens: Input should be a valid time",
    ),
    (
        "a text for a time",
        "halland",
        {"office_opens": "åtta"},
        "assumption office_opens: Input should be in a valid",
    ),
    ("a text for a number", "vasternorrland", {"short_outage_hours": "två"}, "assumption short_outage_hours: "),
    ("a word not in the vocabulary", "halland", {"reply_counted_from": "OPENED"}, "duties.1.counted_from: "),
    ("closing before opening", "halland", {"office_closes": "07:00"}, "office hours must open before they close"),
    ("an unknown topic", "orebro", {"consent_waived_for_topics": ["DEATH"]}, "ORE-O9 names the topic DEATH, "),
]


@pytest.mark.parametrize(("case", "region", "values", "fault"), DECISIONS, ids=[row[0] for row in DECISIONS])
def test_a_decision_that_cannot_be_used_stops_the_start(
    case: str, region: str, values: dict[str, Any], fault: str
) -> None:
    [line] = faults_of(installed(region), assumptions={region: values})
    assert line.startswith(f"{region}: ")
    assert fault in line


def test_a_decision_for_a_region_that_is_not_enabled_stops_the_start() -> None:
    [line] = faults_of(installed("halland"), assumptions={"orebro": {"consent_covers_replies": False}})
    assert line == "LIFECARE_ASSUMPTIONS names the region orebro, which is not enabled"


def test_a_decision_for_one_region_leaves_the_others_alone() -> None:
    both = load_regions(
        plugins=[installed("halland"), installed("orebro")], assumptions={"halland": {"office_opens": "07:00"}}
    )
    assert both["orebro"] == four_regions()["orebro"]
    assert both["halland"] != four_regions()["halland"]
