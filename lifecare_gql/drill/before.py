"""Before the outage: a patient in the ward, and the outage kits as files, checked and opened without a server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lifecare_gql.drill.doing import notice_to
from lifecare_gql.drill.playing import Drill
from lifecare_gql.kits import Made, check_kit, make_kits
from lifecare_gql.storage.reading.where import Where


async def begin(drill: Drill) -> None:
    """Say who plays, and have the patient who goes home in the ward."""
    drill.story.title(f"Övning: driftstopp i {drill.region['name']}", "=")
    drill.story.line(
        "Personer, enheter och händelser är påhittade och ligger i en egen databas, som försvinner efteråt."
        " Klockan ställs av övningen. Det som nekas, krävs och räknas är systemets.",
        0,
    )
    drill.story.title("1. Före driftstoppet: underlaget")
    who = drill.cast.leaving.name
    if drill.cast.episode is None:
        await _admit(drill)
        return
    drill.story.happened(drill.cast.ward, f"vårdar {who}, som snart ska hem.")


async def _admit(drill: Drill) -> None:
    """The demo has no open episode that fits: one begins, and the units know of it."""
    cast, ward, person = drill.cast, drill.cast.ward, drill.cast.leaving
    found = await drill.act(
        "admitPatient", ward, f"skriver in {person.name}.", patient={"identifier": person.identifier}
    )
    episode = found["episode"]["id"]
    drill.cast = replace(cast, episode=episode)
    await drill.act("assessNeed", ward, "bedömer att insatser kan behövas.", episodeId=episode, needed=True)
    told = notice_to(drill, drill.receivers(person))
    await drill.act("sendAdmissionNotice", ward, "sänder inskrivningsmeddelandet.", episodeId=episode, **told)
    named = f"{person.centre.name}, {person.centre.title.lower()}"
    tell = f"utser fast vårdkontakt: {named}."
    await drill.act("appointFixedCareContact", person.centre, tell, episodeId=episode, named=named)


async def kits(drill: Drill) -> None:
    """Make the kits of the region's units, check each, and open the ward's, while nothing is served."""
    drill.wait(15)
    made = await _made(drill)
    for one in made:
        check_kit(one.folder, drill.kits / "key.pem")
    told = f"Underlag vid driftstopp görs som filer: {len(made)} enheter, {len(made)} signaturer stämmer."
    drill.story.happened(None, told)
    kit = json.loads((drill.kits / drill.cast.ward.hsa_id / "kit.json").read_bytes())
    story = drill.story
    story.line(f"{drill.cast.ward.unit} öppnar sitt, utan server. {_holds(kit)}")
    story.line(f"Rutin: {_standing(drill, kit)}")
    story.line("Numren i underlaget:")
    story.lines(_numbers(drill, kit), 13)
    story.line(f"Att ringa om {drill.cast.leaving.name}:")
    story.lines(_to_call(kit, drill.cast.episode), 13)


async def _made(drill: Drill) -> list[Made]:
    server, region = drill.server, drill.cast.ward
    where = Where(
        "{t}.region_code = (select u.region_code from unit u where u.hsa_id = {own})", {"own": region.hsa_id}
    )
    async with server.database() as db:
        key, now = server.settings.key(), server.clock()
        return [one async for one in make_kits(db, server.regions, key, now, drill.kits, where)]


def _holds(kit: Mapping[str, Any]) -> str:
    episodes, messages = len(kit["episodes"]), len(kit["messages"])
    return f"Öppna vårdtillfällen: {episodes}. Meddelanden som väntar: {messages}. {kit['withheld']['text']}"


def _standing(drill: Drill, kit: Mapping[str, Any]) -> str:
    """How the routine stands, or why there is none, with the fact that says so."""
    said = kit["routine"]
    if said:
        drill.story.facts.add(said["fact"])
    fact = f" ({said['fact']})" if said else ""
    return f"{kit['status']}{fact}. {kit['noRoutine'] or ''}".strip()


def _numbers(drill: Drill, kit: Mapping[str, Any]) -> Iterator[str]:
    """The switchboards, and the contacts of the routine that have a number."""
    found = [one for one in (*kit["switchboards"], *kit["contacts"]) if one["phone"]]
    for one in found:
        drill.story.facts.add(one["fact"])
        yield f"{one['name']}: {one['phone']['printed']}{_ask_for(one)} ({one['fact']})"
    if not found:
        yield "Inga: underlaget har inget nummer till någon växel eller servicedesk."


def _to_call(kit: Mapping[str, Any], episode: str | None) -> Iterator[str]:
    [found] = [one for one in kit["episodes"] if episode and episode.endswith(one["id"])]
    for part in found["participants"]:
        reach = part["reach"]
        number = reach["phone"]["printed"] if reach["phone"] else reach["missing"]
        yield f"{part['unit']['name']}: {number}{_ask_for(reach)}"


def _ask_for(reach: Mapping[str, Any]) -> str:
    """Whom to ask for; a service desk has nobody."""
    return f", fråga efter {reach['askFor']}" if reach.get("askFor") else ""
