"""What is looked at in the plan (SIP): the call and its answers, what the plan says, its versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from examples.journey import telling
from examples.journey.regions import CENTRE
from examples.journey.travelling import TEXT, Journey

_MEETING = """query($id: ID!) { plan(id: $id) { meeting { startsAt form place }
  participants { nodes { answer unit { name } } } } }"""
_CONTENT = """query($id: ID!) { plan(id: $id) { contentVersion followUpOn content { measuresByOthers
  mainResponsibility goals { text } interventions { what principal responsible } } } }"""
_VERSIONS = """query($id: ID!) { plan(id: $id) { state history { nodes {
  kind at reason content { interventions { what } } } } } }"""


async def _plan(journey: Journey, query: str) -> Any:
    return (await journey.ask(CENTRE, query, id=journey.plan))["plan"]


async def meeting(journey: Journey) -> None:
    """Tell when the meeting is and who has answered what."""
    found = await _plan(journey, _MEETING)
    one = found["meeting"]
    at, form = telling.moment(telling.local(one["startsAt"])), journey.words["MeetingForm", one["form"]]
    journey.line(f"Mötet: {at}, {form}. {one['place']}.")
    for each in sorted(found["participants"]["nodes"], key=lambda one: one["unit"]["name"]):
        if each["unit"]["name"] != journey.seats[CENTRE].unit:
            journey.line(f"{each['unit']['name']}: {journey.words['CallAnswer', each['answer']]}.", TEXT + 2, "– ")


async def content(journey: Journey) -> None:
    """Tell what the plan says: the four things that the law demands."""
    found = await _plan(journey, _CONTENT)
    said = found["content"]
    follow_up = telling.day(dt.date.fromisoformat(found["followUpOn"]))
    journey.line(f"Planen, version {found['contentVersion']}, följs upp {follow_up}.")
    for one in said["interventions"]:
        journey.line(f"{one['what']}: {_principal(journey, one)} ({one['responsible']}).", TEXT + 2, "– ")
    journey.line(f"Andras åtgärder: {said['measuresByOthers']}", TEXT + 2, "– ")
    main = journey.words["Principal", said["mainResponsibility"]]
    journey.line(f"Huvudansvar för planen: {main}.", TEXT + 2, "– ")


def _principal(journey: Journey, one: Mapping[str, str]) -> str:
    return journey.words["Principal", one["principal"]]


async def versions(journey: Journey) -> None:
    """Tell the versions of the plan that its history holds."""
    found = await _plan(journey, _VERSIONS)
    journey.line(f"Planen är {journey.words['PlanState', found['state']]}. Historiken har kvar alla versioner:")
    made = [one for one in found["history"]["nodes"] if one["content"]]
    for number, one in enumerate(made, start=1):
        at, what = telling.moment(telling.local(one["at"])), journey.words["PlanEventKind", one["kind"]]
        count = len(one["content"]["interventions"])
        journey.line(f"version {number}, {at}: {what}, {count} insatser.", TEXT + 2, "– ")
