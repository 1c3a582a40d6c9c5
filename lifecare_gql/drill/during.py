"""While the system is down: what is refused and what is not, and what is told by phone and stands on paper."""

from __future__ import annotations

import datetime as dt
from typing import Any

from lifecare_gql.demo import actors
from lifecare_gql.documents import prose, swedish
from lifecare_gql.domain.outage_words import RegionOutageState
from lifecare_gql.drill.asking import DrillFailed, Seat
from lifecare_gql.drill.playing import Drill, Noted

_STATES = "{ regions { code name outageState } }"
_READS = "query($id: ID!) { episode(id: $id) { history(first: 100) { nodes { id } } } }"
_INBOX = "{ viewer { unit { inbox(state: SENT, first: 100) { nodes { id state version } } } } }"
_SATURDAY = 5


async def goes_down(drill: Drill) -> None:
    """The system goes down in the region: state, a refusal with its words and numbers, reading, other regions."""
    drill.story.title("2. Systemet ligger nere")
    drill.wait(15)
    seat = drill.cast.ward
    found = await drill.act("startOutage", seat, "anmäler driftstopp.", text="Övning.")
    drill.outage = found["outage"]["id"]
    await states(drill)
    await _refused(drill)
    await _reads(drill, drill.cast.leaving.town)
    await _elsewhere(drill)


async def states(drill: Drill) -> None:
    """Tell where each region stands."""
    found = (await drill.api.ask(_STATES))["regions"]
    told = ", ".join(f"{one['name']}: {RegionOutageState[one['outageState']].swedish}" for one in found)
    drill.story.line(f"Läget: {told}.")


async def _refused(drill: Drill) -> None:
    cast = drill.cast
    drill.wait(5)
    refused = await drill.api.refused("sendDischargeReady", cast.ward, "OUTAGE_ACTIVE", episodeId=cast.episode)
    told = f"vill underrätta om att {cast.leaving.name} är utskrivningsklar."
    drill.story.happened(cast.ward, told, done=False)
    drill.story.line(f"Det nekas: {refused['reason']} {refused['remedy']}")
    if refused["source"]:
        drill.story.line(f"Källan säger: {drill.story.quote(refused['source'])}")
    drill.story.lines((prose.call(reach) for reach in refused["call"]), 13)


async def _reads(drill: Drill, seat: Seat) -> None:
    drill.wait(2)
    found = await drill.api.ask(_READS, seat, id=drill.cast.episode)
    number = len(found["episode"]["history"]["nodes"])
    drill.story.happened(seat, f"läser vårdtillfället som vanligt: {number} händelser. Läsa nekas inte.")


async def _elsewhere(drill: Drill) -> None:
    """Somebody in another region acknowledges a message, as on any day."""
    regions = drill.server.regions
    own = {seat.hsa_id for seat in drill.cast.seats}
    for actor in actors(regions):
        seat = await drill.api.seat(actor)
        waiting = [] if seat.hsa_id in own else await _inbox(drill, seat)
        if waiting:
            told = {"messageId": waiting[0]["id"], "expectedVersion": waiting[0]["version"]}
            tell = f"kvitterar ett meddelande: {actor.region_name} berörs inte."
            await drill.act("acknowledgeMessage", seat, tell, **told)
            return
    drill.story.line("Ingen annan region är med i övningen, eller ingen där har något att kvittera.")


async def _inbox(drill: Drill, seat: Seat) -> list[Any]:
    """What can be acknowledged: a message that was taken back cannot."""
    found = (await drill.api.ask(_INBOX, seat))["viewer"]["unit"]["inbox"]["nodes"]
    return [one for one in found if one["state"] == "SENT"]


async def by_phone(drill: Drill) -> None:
    """What happens meanwhile is told by phone: one patient comes, one goes home, a day for a meeting is agreed."""
    drill.story.title("3. Under driftstoppet: telefon och papper")
    _comes(drill)
    await _agrees(drill)
    await _goes_home(drill)


def _comes(drill: Drill) -> None:
    cast, ward = drill.cast, drill.cast.ward
    drill.wait(40)
    came = drill.now
    drill.story.happened(ward, f"tar emot {cast.coming.name}. Inskrivningen står på papper.")
    drill.wait(10)
    units = " och ".join(one.unit for one in drill.receivers(cast.coming))
    drill.story.happened(ward, f"ringer {units} om inskrivningen. Samtalen står på papper: ärendet finns inte än.")
    drill.paper[cast.coming.id] = Noted(told_at=drill.now, happened_at=came)
    if cast.passing and drill.passing_rules:
        told = f"tar emot {cast.passing.name}, som går hem igen under driftstoppet. Det står bara på papper."
        drill.story.happened(ward, told)


async def _agrees(drill: Drill) -> None:
    person = drill.cast.leaving
    drill.wait(20)
    agreed = _weekday(drill.now.date() + dt.timedelta(days=7))
    tell = f"de kommer överens om SIP-möte {swedish.named_day(agreed)}. Att notera samtal nekas inte."
    await drill.call(person.centre, person.town, tell, sipAgreedOn=agreed.isoformat(), onPaper=True)


async def _goes_home(drill: Drill) -> None:
    """The units are told first, with the form beside (V14); then the patient leaves, and that is told too."""
    cast, person = drill.cast, drill.cast.leaving
    told = {"informed": ["DISCHARGE_NOTICE"], "onPaper": True, "signature": cast.ward.name}
    for unit in drill.receivers(person):
        drill.wait(4)
        await drill.call(cast.ward, unit, "utskrivningsmeddelandet lämnas muntligt.", **told)
    told_at = drill.now
    drill.wait(20)
    home = drill.now
    drill.story.happened(None, f"{person.name} går hem.")
    tell = f"{person.name} gick hem klockan {home:%H.%M}."
    await drill.call(cast.ward, person.town, tell, dischargedAt=home.isoformat(), onPaper=True)
    drill.story.line("Samtalen antecknades först på papper, och står nu i telefonloggen.")
    drill.paper[person.id] = Noted(told_at=told_at, happened_at=home)


def _weekday(day: dt.date) -> dt.date:
    return day if day.weekday() < _SATURDAY else _weekday(day + dt.timedelta(days=1))


async def runs_again(drill: Drill) -> None:
    """The system runs again; DrillFailed when the region does not say so."""
    drill.story.title("4. Systemet är i drift igen")
    drill.wait(150)
    await drill.act("endOutage", drill.cast.ward, "anmäler att systemet är i drift.", outageId=drill.outage)
    await states(drill)
    found = (await drill.api.ask(_STATES))["regions"]
    if "RECOVERY" not in {one["outageState"] for one in found}:
        raise DrillFailed("Ingen region är under efterregistrering.")
