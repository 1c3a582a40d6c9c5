"""Before the journey: who is at work, which patient it is, and what an earlier journey may have left behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from examples.journey.asking import Api, Astray, Seat
from examples.journey.looking import Receipts
from examples.journey.regions import CENTRE, HOME, TOWN, WARD, Setting
from examples.journey.travelling import Journey, Say, Tick

_REGION = """query($code: String!) {
  region(code: $code) { name municipalities { code name } dischargeProcessRules {
    receipt { supplement meaning ifUnclear } tracks { code name meaning supplement }
    pages { source { title address } statements { key quote } } } }
  paymentPolicies(region: $code) { ... on StatutoryPolicy { id name } ... on AveragePolicy { id name notes } }
  vocabularies { name labels { value swedish } } }"""
_PATIENTS = "{ patients(first: 100) { nodes { id givenName } } }"
_CARD = "query($id: ID!) { patient(by: { id: $id }) { id givenName identifier } }"
_OPEN_EPISODES = """query($unit: ID!) { unit(by: {id: $unit}) { episodes(first: 100, openOnly: true) { nodes {
  id state patient { id } } } } }"""
_OPEN_PLANS = "query($id: ID!) { patient(by: { id: $id }) { plans(openOnly: true) { nodes { id state } } } }"
_LEFT = "En tidigare resa avbröts innan den var klar."
_PARTS = {WARD: "slutenvården", CENTRE: "öppenvården", TOWN: "kommunen", HOME: "kommunens hemsjukvård"}


async def begin(api: Api, setting: Setting, say: Say, tick: Tick | None) -> Journey:
    """A journey that is about to begin: the patient has no open episode and no open plan."""
    if setting.code not in {one["code"] for one in (await api.ask("{ regions { code } }"))["regions"]}:
        raise Astray(f"Servern har inte regionen {setting.code}.")
    asked = await api.ask(_REGION, code=setting.code)
    seats = await _seats(api, setting)
    journey = Journey(
        api=api,
        setting=setting,
        seats=seats,
        words={
            (book["name"], one["value"]): one["swedish"]
            for book in asked["vocabularies"]
            for one in book["labels"]
        },
        region=asked["region"] | {"policies": asked["paymentPolicies"]},
        patient=await _patient(api, setting, seats[CENTRE]),
        say=say,
        tick=tick,
        now=dt.datetime.now(dt.UTC),
    )
    _introduce(journey)
    await _tidy(journey)
    return journey


async def _seats(api: Api, setting: Setting) -> Mapping[str, Seat]:
    """Somebody at each unit: the first in the demo's order who says to work there."""
    everybody = [await api.seat(login) for login in await api.logins(setting.code)]
    seats = {
        part: next((one for one in everybody if one.unit == unit), None) for part, unit in setting.units.items()
    }
    if empty := [setting.units[part] for part, seat in seats.items() if seat is None]:
        raise Astray(f"I demon arbetar ingen på {', '.join(empty)}. Är demon laddad, och är servern ny nog?")
    return {part: seat for part, seat in seats.items() if seat}


async def _patient(api: Api, setting: Setting, seat: Seat) -> Mapping[str, str]:
    """The patient as the health centre's register has it, with the number that is on the identity card."""
    listed = (await api.ask(_PATIENTS, seat))["patients"]["nodes"]
    found = [one["id"] for one in listed if one["givenName"] == setting.patient]
    if not found:
        raise Astray(f"{setting.patient} finns inte i demon. Ladda demon på nytt i en tom databas.")
    patient: Mapping[str, str] = (await api.ask(_CARD, seat, id=found[0]))["patient"]
    return patient


def _introduce(journey: Journey) -> None:
    journey.title(f"Från inskrivning till avslutat vårdtillfälle i {journey.setting.name}", "=")
    journey.line(
        "Personer, enheter och händelser är påhittade. Det som hindrar, varnar och räknas är systemets.", 0
    )
    if journey.tick is None:
        told = (
            "Serverns klocka är den riktiga och ingen väntar: det som sker efter möten och veckor sker här genast."
        )
        journey.line(told, 0)
    journey.gap()
    journey.line(f"{journey.setting.opening} Med på vägen är:", 0)
    for part, seat in journey.seats.items():
        journey.line(f"{_PARTS[part]}: {seat.name}, {seat.title.lower()}, {seat.unit}", 2, "– ")


async def _tidy(journey: Journey) -> None:
    """End what an earlier journey left open, and say so."""
    found = await journey.ask(CENTRE, _OPEN_PLANS, id=journey.patient["id"])
    for plan in found["patient"]["plans"]["nodes"]:
        await _end_plan(journey, plan)
    found = await journey.ask(WARD, _OPEN_EPISODES, unit=journey.seats[WARD].unit_id)
    for episode in found["unit"]["episodes"]["nodes"]:
        if episode["patient"]["id"] == journey.patient["id"]:
            await _end_episode(journey, episode)


async def _end_plan(journey: Journey, plan: Mapping[str, str]) -> None:
    journey.line(
        f"En tidigare resa lämnade en SIP öppen ({journey.words['PlanState', plan['state']]}). Den avslutas.", 0
    )
    made = plan["state"] in ("ESTABLISHED", "FOLLOWED_UP")
    if plan["state"] == "ESTABLISHED":
        await _must(journey, "followUpPlan", TOWN, planId=plan["id"], text=_LEFT)
    await _must(journey, "closePlan", TOWN if made else CENTRE, planId=plan["id"], reason=_LEFT)


async def _end_episode(journey: Journey, episode: Mapping[str, str]) -> None:
    state = journey.words["EpisodeState", episode["state"]]
    ending = "avslutas" if episode["state"] == "DISCHARGED" else "avbryts, med orsak"
    journey.line(f"En tidigare resa lämnade ett vårdtillfälle öppet ({state}). Det {ending}.", 0)
    if episode["state"] != "DISCHARGED":
        await _must(journey, "abortEpisode", WARD, episodeId=episode["id"], reason=_LEFT)
        return
    journey.episode = episode["id"]
    for part in journey.seats:
        await Receipts(part).take(journey)
    await _must(journey, "closeEpisode", WARD, episodeId=episode["id"])
    journey.episode = ""


async def _must(journey: Journey, act: str, part: str, **said: Any) -> None:
    found = await journey.api.act(act, journey.seats[part], said)
    if "message" in found:
        raise Astray(f"{act}: {found['message']}")
