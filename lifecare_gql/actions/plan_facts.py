"""A coordinated individual plan (SIP) as it is read, and the facts that its events tell."""

from __future__ import annotations

import datetime as dt

from lifecare_gql.actions.acts import act_of
from lifecare_gql.actions.episode_facts import CONSENT, given, units_of
from lifecare_gql.actions.facts import UNIT, party
from lifecare_gql.domain.episode_words import EpisodeEventKind
from lifecare_gql.domain.plan_events import plan_facts_of
from lifecare_gql.domain.plan_facts import PlanAct, PlanBackground, PlanEvent, PlanFacts
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import BY_VERSION, Many, One, Rows, Shape
from lifecare_gql.storage.reading.where import Where

_FROM_EPISODE = "join plan_process {v} on {v}.episode_id = {t}.episode_id"
EPISODE = {
    "#episode": One(relation="episode", shape=Shape.of(rows.Episode, "ended_at")),
}
STEPS = {
    "#events": Many(
        rows=Rows(model=rows.PlanEvent, order=BY_VERSION),
        parent="{t}.plan_id",
        shape=Shape.of(rows.PlanEvent, "version", "kind", "at", "occurred_at", "content", unit=UNIT),
    ),
    "#parties": Many(
        rows=Rows(model=rows.PlanParty), parent="{t}.plan_id", shape=Shape.of(rows.PlanParty, unit=UNIT)
    ),
    "#consents": Many(rows=Rows(model=rows.ConsentEntry, order=BY_VERSION), parent="{t}.plan_id", shape=CONSENT),
    # Who has a fixed care contact, and whether LPT or LRV governs, is said in the episode; seen by its parties.
    "#said": Many(
        rows=Rows(
            model=rows.EpisodeStep,
            via=_FROM_EPISODE,
            where=Where(
                "{t}.kind in {kinds}",
                {
                    "kinds": [
                        EpisodeEventKind.FIXED_CARE_CONTACT_APPOINTED.value,
                        EpisodeEventKind.COMPULSORY_CARE_ASSESSED.value,
                    ]
                },
            ),
            order=BY_VERSION,
        ),
        parent="{v}.id",
        shape=Shape.of(rows.EpisodeStep, "version", "kind", "content", "unit_id", unit=UNIT),
    ),
}
COLUMNS = frozenset({"state", "version", "episode_id"})
PLAN = Shape(model=rows.PlanProcess, columns=COLUMNS, ones=EPISODE, manys=STEPS)
"""What the facts are made of: one statement for the plan, and one for each of `STEPS`."""


def plan_events(row: Row) -> list[PlanEvent]:
    """The events of a plan that was read in the shape `PLAN`, in order."""
    units = units_of(row.related["#parties"].rows)
    return [
        PlanEvent(
            id=str(event.id),
            at=event.at,
            unit=party(event.related["unit"]),
            act=act_of(PlanAct, event.content, units, kind=event.kind, occurred_at=event.occurred_at),
        )
        for event in row.related["#events"].rows
    ]


def plan_facts(row: Row, now: dt.datetime) -> PlanFacts:
    """The plan as it stands."""
    return plan_facts_of(plan_events(row), now=now, background=plan_background(row))


def plan_background(row: Row) -> PlanBackground:
    """What is known besides the events, of a plan that was read in the shape `PLAN`."""
    said = row.related["#said"].rows
    return PlanBackground(
        consent=given(row.related["#consents"].rows),
        care_plan_instead=_care_plan_instead(said),
        callers=_callers(row, said),
    )


def _care_plan_instead(said: list[Row]) -> bool:
    found = [one for one in said if one.kind is EpisodeEventKind.COMPULSORY_CARE_ASSESSED]
    return bool(found) and found[-1].content.get("holds") is True


def _callers(row: Row, said: list[Row]) -> frozenset[str] | None:
    """Who may call; None outside the discharge process, also when that has ended."""
    episode = row.related["#episode"]
    if row.episode_id is None or (episode is not None and episode.ended_at is not None):
        return None
    kind = EpisodeEventKind.FIXED_CARE_CONTACT_APPOINTED
    return frozenset(str(one.unit_id) for one in said if one.kind is kind)
