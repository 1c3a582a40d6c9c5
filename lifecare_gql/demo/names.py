"""What demo keys become: ids, HSA-ids, and the people one can log in as."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from lifecare_gql.domain.demo import Demo
from lifecare_gql.domain.region import Region
from lifecare_gql.regions import Regions
from lifecare_gql.storage import rows

_NAMESPACE = UUID("b7a1d3b4-6b0e-5d6f-9a55-2f0c4e1d7a10")
_NOBODY = "SE0000000000"
"""An organisation number that nobody can have."""


def demo_id(model: type[rows.Record], full_key: str) -> UUID:
    """The id of a record of the demo, always the same, so that examples can name it."""
    return uuid5(_NAMESPACE, f"{model.tag}/{full_key}")


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of what one region's demo tells of."""

    demo: Demo

    def own(self, model: type[rows.Record], key: str) -> UUID:
        """The id of something that stands in this demo."""
        return demo_id(model, f"{self.demo.region}/{key}")

    def of(self, model: type[rows.Record], reference: str) -> UUID:
        """The id of what a reference means, in this demo or another region's."""
        return demo_id(model, self.demo.full(reference))

    def maybe(self, model: type[rows.Record], reference: str | None) -> UUID | None:
        """The same for a reference that may be missing."""
        return None if reference is None else self.of(model, reference)


def hsa_id(region: Region, model: type[rows.Record], key: str) -> str:
    """A fictitious HSA-id that can be read: county code, first letter of what it is, and the key."""
    return f"{_NOBODY}-{region.info.county_code}{model.__name__[0]}{key.replace('-', '')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody to log in as; `id` is the HSA-id of the assignment."""

    id: str
    label: str
    region: str
    region_name: str
    staff_hsa_id: str
    name: str


def actors_by_key(regions: Regions) -> dict[str, Actor]:
    """Everybody one can log in as, by the assignment's key with its region."""
    return {key: actor for region in regions.values() for key, actor in _of_region(region).items()}


def actors(regions: Regions) -> list[Actor]:
    """Everybody one can log in as, in the order of the regions' data."""
    return list(actors_by_key(regions).values())


def _of_region(region: Region) -> dict[str, Actor]:
    demo = region.demo
    if demo is None:
        return {}
    units = {unit.key: unit.name for unit in demo.units}
    return {
        demo.full(key): Actor(
            id=hsa_id(region, rows.Assignment, key),
            label=f"{assignment.title}, {units[assignment.unit]}",
            region=region.code,
            region_name=region.info.name,
            staff_hsa_id=hsa_id(region, rows.Staff, person.key),
            name=f"{person.given_name} {person.family_name}",
        )
        for person in demo.staff
        for key, assignment in person.keyed()
    }
