"""What two plugins, or a plugin and the core, both call the same: one clear error, with the ways out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lifecare_gql import hookimpl
from lifecare_gql.domain.directory import Contact
from lifecare_gql.domain.region import ContactBook
from lifecare_gql.domain.routines import RoutineBook
from lifecare_gql.errors import RegionFault
from lifecare_gql.hookspecs import Assumptions, RegionSchema, TypeField
from lifecare_gql.regions import Plugin, load_regions
from lifecare_gql.schema import build_schema, fitting
from tests.regions.plugins import four_regions, installed, plugin, rules_of


def adds(name: str, region: str, *fields: TypeField, query: type | None = None) -> Plugin:
    said = RegionSchema(region=region, query=query, fields=fields)
    return plugin(name, lifecare_schema=hookimpl(lambda: said))


def a_phone(root: object) -> str:
    """A clash."""
    return ""


def clashing_code() -> Plugin:
    hooks = rules_of("orebro")

    def book(assumptions: Assumptions) -> RoutineBook:
        said = hooks["lifecare_routines"](assumptions)
        return RoutineBook(region="orebro", topics=said.topics, routines=hal())

    def hal() -> Any:
        [routine] = [one for one in four_regions()["halland"].book.routines if one.code == "HAL-H11"]
        return (type(routine)(**{name: getattr(routine, name) for name in vars_of(routine)} | {"fact": "O10"}),)

    return plugin("orebro", **{**hooks, "lifecare_routines": hookimpl(book)})


def vars_of(routine: Any) -> list[str]:
    return list(routine.__dataclass_fields__)


def test_a_routines_code_that_is_taken_is_one_clear_error() -> None:
    with pytest.raises(RegionFault) as caught:
        load_regions(plugins=[installed("halland"), clashing_code()])
    _, fault, ways = str(caught.value).splitlines()
    assert fault == "  orebro: the routine or duty HAL-H11 is there already, in the region halland"
    assert "give one of them another code" in ways
    assert "LIFECARE_REGIONS" in ways


def test_a_contacts_key_that_is_taken_is_one_clear_error() -> None:
    again = Contact(key="servicedesk", name="disken", serves="alla", missing="påhittad", fact="V7")
    book = ContactBook(region="vasternorrland", contacts=(again,))
    adding = plugin("zz-adds", lifecare_contacts=hookimpl(lambda: book))
    with pytest.raises(RegionFault) as caught:
        load_regions(plugins=[installed("vasternorrland"), adding])
    _, fault, ways = str(caught.value).splitlines()
    told = "the contact servicedesk of vasternorrland is there already, by the plugin vasternorrland"
    assert fault == f"  zz-adds: {told}"
    assert "give one of them another key" in ways


def test_a_field_that_is_taken_is_one_clear_error() -> None:
    field = TypeField(type_name="Unit", name="halland_x", resolve=a_phone)
    regions = load_regions(plugins=[installed("halland"), adds("zz-a", "halland", field), adds("zz-b", "halland")])
    twice = load_regions(
        plugins=[
            installed("halland"),
            adds("zz-a", "halland", TypeField(type_name="Unit", name="phone", resolve=a_phone)),
        ]
    )
    build_schema(regions)
    with pytest.raises(RegionFault) as caught:
        build_schema(twice)
    assert "zz-a: Unit.phone is already there" in str(caught.value)
    assert "ways out: rename it in the plugin's schema.py" in str(caught.value)


def test_a_type_that_is_taken_is_one_clear_error() -> None:
    import strawberry

    unit: Any = strawberry.type(description="A clash.")(
        type("Unit", (), {"__annotations__": {"name": str}, "name": ""})
    )
    regions = load_regions(plugins=[installed("halland"), adds("zz-a", "halland", query=unit)])
    with pytest.raises(RegionFault) as caught:
        build_schema(regions)
    assert "zz-a: the type Unit must begin with Halland" in str(caught.value)
    assert "ways out: " in str(caught.value)

    lenient = fitting(
        load_regions(plugins=[installed("halland"), adds("zz-a", "halland", query=unit)], lenient=True)
    )
    assert (list(lenient), lenient.schemas) == (["halland"], ())
    assert [problem.key for problem in lenient.problems] == ["clash-schema"]
    build_schema(lenient)


def test_a_namespace_that_is_taken_is_one_clear_error() -> None:
    import strawberry

    mine: Any = strawberry.type(description="A clash.")(
        type("HallandMine", (), {"__annotations__": {"name": str}, "name": ""})
    )
    yours: Any = strawberry.type(description="A clash.")(
        type("HallandYours", (), {"__annotations__": {"name": str}, "name": ""})
    )
    plugins = [installed("halland"), adds("zz-a", "halland", query=mine), adds("zz-b", "halland", query=yours)]
    with pytest.raises(RegionFault) as caught:
        build_schema(load_regions(plugins=plugins))
    assert "zz-b: Query.halland is added by two plugins" in str(caught.value)
    assert "ways out: " in str(caught.value)


def untyped(root):  # type: ignore[no-untyped-def]
    """Says nothing of what it returns."""


def unreadable(root: object) -> "NoSuchType":  # type: ignore[name-defined]  # noqa: F821, UP037
    """Says that it returns what is nowhere."""


@pytest.mark.parametrize(
    ("resolve", "fault"),
    [
        (untyped, r"Unit\.halland_x must say what it returns"),
        (unreadable, r"Unit\.halland_x must say what it returns"),
        (len, "its schema cannot be read: MissingArgumentsAnnotationsError"),
    ],
)
def test_a_resolver_that_cannot_be_read_is_a_fault_of_its_plugin(resolve: Callable[..., Any], fault: str) -> None:
    field = TypeField(type_name="Unit", name="halland_x", resolve=resolve)
    plugins = [installed("halland"), adds("zz-a", "halland", field)]
    with pytest.raises(RegionFault, match=f"zz-a: {fault}"):
        build_schema(load_regions(plugins=plugins))
    assert fitting(load_regions(plugins=plugins, lenient=True)).schemas == ()
