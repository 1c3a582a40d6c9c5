"""A care episode as it is read, and the facts that its events tell. Nothing is judged here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from lifecare_gql.actions.acts import act_of
from lifecare_gql.actions.facts import UNIT, party
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_events import facts_of
from lifecare_gql.domain.episode_facts import Act, Background, EpisodeEvent, EpisodeFacts
from lifecare_gql.domain.words import ConsentState
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import BY_VERSION, Many, One, Rows, Shape

CONSENT = Shape.of(rows.ConsentEntry, "kind", "state", "version", "form", "said_at")
PATIENT = Shape.of(
    rows.Patient,
    *("given_name", "family_name", "protection", "home_municipality_code", "registered_address", "deceased_on"),
    enrolled_unit=Shape.of(rows.Unit, "kind"),
)
PARTS = {
    "#patient": One(relation="patient", shape=PATIENT),
}
STEPS = {
    "#steps": Many(
        rows=Rows(model=rows.EpisodeStep, order=BY_VERSION),
        parent="{t}.episode_id",
        shape=Shape.of(
            rows.EpisodeStep,
            *("version", "kind", "at", "occurred_at", "about_id", "called_id", "outage_id", "content"),
            unit=UNIT,
        ),
    ),
    "#parties": Many(
        rows=Rows(model=rows.EpisodeParty), parent="{t}.episode_id", shape=Shape.of(rows.EpisodeParty, unit=UNIT)
    ),
    "#consents": Many(
        rows=Rows(model=rows.ConsentEntry, order=BY_VERSION), parent="{t}.episode_id", shape=CONSENT
    ),
    "#plan_consents": Many(
        rows=Rows(model=rows.ConsentEntry, via="join plan_process {v} on {v}.id = {t}.plan_id", order=BY_VERSION),
        parent="{v}.episode_id",
        shape=CONSENT,
    ),
}
EPISODE = Shape(model=rows.Episode, columns=frozenset({"state", "version", "ward_id"}), ones=PARTS, manys=STEPS)
"""What the facts are made of: one statement for the episode, and one for each of `STEPS`."""


def episode_events(row: Row) -> list[EpisodeEvent]:
    """The events of an episode that was read in the shape `EPISODE`, in order."""
    units = units_of(row.related["#parties"].rows)
    return [
        EpisodeEvent(
            id=str(step.id),
            at=step.at,
            unit=party(step.related["unit"]),
            act=_act(step, units),
        )
        for step in row.related["#steps"].rows
    ]


def _act(step: Row, units: dict[str, Party]) -> Act:
    return act_of(
        Act,
        step.content,
        units,
        kind=step.kind,
        occurred_at=step.occurred_at,
        about=str(step.about_id) if step.about_id else None,
        called=units[str(step.called_id)] if step.called_id else None,
        outage=str(step.outage_id) if step.outage_id else None,
    )


def episode_facts(row: Row, now: dt.datetime) -> EpisodeFacts:
    """The episode as it stands."""
    return facts_of(episode_events(row), now=now, background=episode_background(row))


def episode_background(row: Row) -> Background:
    """What is known besides the events, of an episode that was read in the shape `EPISODE`."""
    return background_of(
        row.related["#patient"],
        process_consent=given(row.related["#consents"].rows),
        plan_consent=given(row.related["#plan_consents"].rows),
    )


def background_of(
    patient: Row | None,
    *,
    process_consent: bool = False,
    plan_consent: bool = False,
    another_open: bool = False,
) -> Background:
    """The background of a patient's episode; `patient` was read in the shape `PATIENT`."""
    if patient is None:  # somebody whose part in the care has just ended
        return Background(process_consent=process_consent, plan_consent=plan_consent)
    home = patient.related["enrolled_unit"]
    return Background(
        another_open=another_open,
        protection=patient.protection,
        plan_consent=plan_consent,
        process_consent=process_consent,
        lives_in=None if home is None else home.kind,
    )


def given(entries: list[Row]) -> bool:
    """Whether the latest entry is a consent."""
    return bool(entries) and entries[-1].state is ConsentState.GIVEN


def units_of(parts: Iterable[Row]) -> dict[str, Party]:
    return {str(part.related["unit"].id): party(part.related["unit"]) for part in parts}


def unit_ids(units: Iterable[Party]) -> list[UUID]:
    """The units' ids as the storage takes them."""
    return [UUID(unit.id) for unit in units]
