"""What is said in the steps that depends on the journey: to whom, which day, which plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from examples.journey.regions import CENTRE, HOME, TOWN
from examples.journey.travelling import Journey

Input = dict[str, Any]
_SATURDAY = 5


def to(*parts: str) -> Callable[[Journey], Input]:
    """The receiving units; a part that nobody plays in the region receives nothing."""

    def said(journey: Journey) -> Input:
        return {"recipientUnitIds": [journey.seats[part].unit_id for part in parts if part in journey.seats]}

    return said


def day_ahead(journey: Journey, days: int) -> str:
    """The day so many days ahead."""
    return (journey.today + dt.timedelta(days=days)).isoformat()


def later(day: str, days: int) -> str:
    """The day so many days later."""
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()


def moment_ahead(journey: Journey, days: int, hour: int, minute: int = 0) -> dt.datetime:
    """A moment on the first weekday at least so many days ahead, in Swedish time."""
    day = journey.today + dt.timedelta(days=days)
    while day.weekday() >= _SATURDAY:
        day += dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(hour, minute), journey.now.tzinfo)


def fixed_care_contact(journey: Journey) -> Input:
    """The health centre's nurse is the fixed care contact."""
    seat = journey.seats[CENTRE]
    return {"named": f"{seat.name}, {seat.title.lower()}"}


def phone_call(part: str, about: str, text: str) -> Callable[[Journey], Input]:
    """A call to a unit about a notice, with the name of the one spoken with."""

    def said(journey: Journey) -> Input:
        seat = journey.seats[part]
        return {"calledUnitId": seat.unit_id, "spokeWith": seat.name, "informed": [about], "text": text}

    return said


def call_to_meeting(hour: int) -> Callable[[Journey], Input]:
    """A call to a meeting on the next weekday, to everybody in the municipality who takes part."""

    def said(journey: Journey) -> Input:
        starts_at = moment_ahead(journey, 1, hour)
        meeting = {
            "startsAt": starts_at.isoformat(),
            "endsAt": (starts_at + dt.timedelta(minutes=45)).isoformat(),
            "form": "VIDEO",
            "place": "Länken finns i kallelsen",
        }
        return {"meeting": meeting, **to(TOWN, HOME)(journey)}

    return said


def checklist(journey: Journey) -> Input:
    """The points of hemgångsklar with the ward's comments, where the region has them."""
    return {"checklist": [{"title": title, "comment": said} for title, said in journey.setting.checklist]}


def plan(*, whole: bool, more: bool = False) -> Callable[[Journey], Input]:
    """The plan. Not `whole`: two of the legal items are forgotten. With `more`: what the revision adds."""

    def said(journey: Journey) -> Input:
        others = {"measuresByOthers": "Dottern handlar varje vecka.", "mainResponsibility": "MUNICIPALITY"}
        content = {
            "goals": [{"text": "Jag vill kunna gå ut till brevlådan själv.", "inOwnWords": True}],
            "interventions": _interventions(journey, more),
            "patientsView": "Vill hem så fort det går, och är orolig för trappan.",
            "present": ["Patienten", "Dottern", *(seat.title for seat in journey.seats.values())],
        }
        return {
            "content": content | (others if whole else {}),
            "followUpOn": moment_ahead(journey, 42, 9).date().isoformat(),
        }

    return said


def _interventions(journey: Journey, more: bool) -> list[Input]:
    centre = journey.seats[CENTRE]
    nursing = journey.seats.get(HOME) or journey.seats[TOWN]
    needed: list[Input] = [
        {"what": "Hemtjänst fyra gånger om dagen", "principal": "MUNICIPALITY", "responsible": "hemtjänsten"},
        {"what": "Läkemedel i dosett varje vecka", "principal": "MUNICIPALITY", "responsible": "hemsjukvården"},
        {"what": "Hembesök inom en vecka", "principal": "REGION", "responsible": centre.title.lower()},
    ]
    needed[1]["unitId"], needed[2]["unitId"] = nursing.unit_id, centre.unit_id
    added = {"what": "Gångträning två gånger i veckan", "principal": "REGION", "responsible": "fysioterapeut"}
    return [*needed, added] if more else needed
