"""Load the regions' demos: the directory as it is, all else by the same actions that people use.

So receipts, events, consents, deadlines and the access log of the demo are real, each written at the moment
when it is said to have happened.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count, groupby

from lifecare_gql.actions.callers import caller_of
from lifecare_gql.actions.results import Done, Missing, Outcome, Refused
from lifecare_gql.actions.session import Session
from lifecare_gql.demo.directory import SERVED, records
from lifecare_gql.demo.names import Actor, actors_by_key, demo_id
from lifecare_gql.demo.story import steps
from lifecare_gql.demo.telling import Step
from lifecare_gql.errors import RegionFault
from lifecare_gql.regions import Regions
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class DemoLoaded:
    """How many records of each kind were added; none when the demo was there already."""

    added: Mapping[str, int]

    def __str__(self) -> str:
        if not self.added:
            return "The demo was loaded before: nothing is changed."
        return "The demo is loaded: " + ", ".join(f"{name} {count}" for name, count in self.added.items()) + "."


async def is_empty(db: Database) -> bool:
    """Whether the database has no organisation yet."""
    return not await db.select("select 1 from organisation limit 1")


async def load_demo(
    db: Database,
    regions: Regions,
    secret: bytes,
    now: dt.datetime,
    on_step: Callable[[str], None] = lambda step: None,
) -> DemoLoaded:
    """Add whatever of the demo is not there yet; `now` (aware) is the moment that everything is counted from.

    A later load counts from the moment of the first one, so that it finds everything as it was. RegionFault
    when somebody in the demo does what a routine refuses.
    """
    added: Counter[str] = Counter()
    people = actors_by_key(regions)
    on_step("organisations, units, staff and patients")
    async with db.transaction() as tx:
        loaded_at = await _loaded_before(tx, people) or now.astimezone(dt.UTC).replace(microsecond=0)
        for _, wanted in groupby(records(regions, secret, loaded_at), key=type):
            added.update(await _add(tx, list(wanted)))
    on_step("what they did, by the actions themselves")
    for step in steps(regions, loaded_at):
        added[step.kind._meta.db_table] += await _take(db, regions, secret, step, people)
    return DemoLoaded(+added)


async def _loaded_before(tx: Transaction, people: Mapping[str, Actor]) -> dt.datetime | None:
    """When the demo was first loaded, as its assignments tell."""
    ids = [actor.id for actor in people.values()]
    oldest = await rows.Assignment.filter(hsa_id__in=ids).using_db(tx.client).order_by("since").first()
    return None if oldest is None else oldest.since + SERVED


async def _add(tx: Transaction, wanted: list[rows.Record]) -> dict[str, int]:
    """Add those of the records, all of one kind, that are not there yet; how many of which table."""
    model = type(wanted[0])
    there = await model.filter(id__in=[one.id for one in wanted]).using_db(tx.client)
    known = {one.id for one in there}
    fresh = [one for one in wanted if one.id not in known]
    await model.bulk_create(fresh, using_db=tx.client)
    return {model._meta.db_table: len(fresh)}


async def _take(db: Database, regions: Regions, secret: bytes, step: Step, people: Mapping[str, Actor]) -> int:
    """Do the step; 1 if it was not done before."""
    if step.by not in people:
        raise RegionFault(f"The demo's {step.name}: nobody is called {step.by}")
    actor, ids, entries = people[step.by], iter(step.makes), count()
    session = Session(
        db=db,
        regions=regions,
        caller=await caller_of(db, actor.staff_hsa_id, actor.id, step.at),
        now=step.at,
        secret=secret,
        operation="demo",
        new_id=lambda: next(ids),
        new_entry_id=lambda: demo_id(rows.AccessEntry, f"{step.kind.tag}/{step.name}/{next(entries)}"),
    )
    outcome = await step.take(session)
    if not isinstance(outcome, Done):
        raise RegionFault(f"The demo's {step.name} is not possible: {_why(outcome)}")
    return 0 if outcome.replayed else 1


def _why(outcome: Outcome) -> str:
    if isinstance(outcome, Refused):
        return "; ".join(f"{one.rule or one.code}: {one.reason}" for one in outcome.objections)
    if isinstance(outcome, Missing):
        return "missing " + ", ".join(".".join(path) for path in outcome.paths)
    return str(outcome)
