"""What Region Halland announces. Everything stands in data/*.toml."""

from __future__ import annotations

from lifecare_gql import hookimpl
from lifecare_gql.domain.demo import Demo
from lifecare_gql.domain.process_rules import ProcessRules
from lifecare_gql.domain.region import ContactBook, RegionInfo
from lifecare_gql.domain.routines import RoutineBook
from lifecare_gql.hookspecs import Assumptions
from lifecare_gql.region_files import read, read_region


@hookimpl
def lifecare_region() -> RegionInfo:
    """Codes, municipalities, documents and facts."""
    return read_region(__package__)


@hookimpl
def lifecare_routines(assumptions: Assumptions) -> RoutineBook:
    """What is demanded of messages outside the care episode."""
    return read(__package__, "routines.toml", RoutineBook, assumptions)


@hookimpl
def lifecare_process() -> ProcessRules:
    """What is added to the discharge process, from public pages."""
    return read(__package__, "process.toml", ProcessRules)


@hookimpl
def lifecare_contacts() -> ContactBook:
    """Whom the documents name as contacts."""
    return read(__package__, "contacts.toml", ContactBook)


@hookimpl
def lifecare_demo() -> Demo:
    """Fictitious units and staff, test persons, and what they did."""
    return read(__package__, "demo.toml", Demo)
