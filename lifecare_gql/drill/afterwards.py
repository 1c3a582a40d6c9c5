"""After the outage: the paper is entered, the worklists are told and worked off, the report is compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from lifecare_gql.domain.outage_words import OutageClass, RecoveryKind
from lifecare_gql.drill.asking import SOURCE, DrillFailed
from lifecare_gql.drill.counting import Task, differences
from lifecare_gql.drill.doing import as_of, work_off, worklists
from lifecare_gql.drill.playing import Drill

_FACT = f"query($id: String!, $region: String!) {{ fact(id: $id, region: $region) {{ {SOURCE} }} }}"
_LEFT = "query($id: ID!) { outage(id: $id) { recoveryLeft { unit { name } left } } }"
_REPORT = """query($id: ID!) { outage(id: $id) { state report { region interval { startsAt endsAt } minutes
  recoveryMinutes outageClass longAfterHours leftBecause counts { municipality kind done left } } } }"""
_FORBIDDEN = {"DISCHARGE_READY_SENT": "sendDischargeReady", "PLANNING_BASIS_SENT": "sendPlanningBasis"}
"""How one would enter what a region may forbid to enter."""


async def enter_from_paper(drill: Drill) -> None:
    """The ward enters who came, which the system cannot know; and who left, where no source will ask for it."""
    ward, person = drill.cast.ward, drill.cast.coming
    moment = as_of(drill, person.id, happened=True)
    told = f"skriver in {person.name} från papperet, som under driftstoppet."
    found = await drill.act("admitPatient", ward, told, patient={"identifier": person.identifier}, **moment)
    need = {"episodeId": found["episode"]["id"], "needed": True}
    await drill.act("assessNeed", ward, "bedömer att insatser kan behövas.", **need)
    if drill.routine is None:
        leaving = drill.cast.leaving
        home = as_of(drill, leaving.id, happened=True)
        told = f"skriver ut {leaving.name} från papperet, som under driftstoppet."
        await drill.act("dischargePatient", ward, told, episodeId=drill.cast.episode, **home)


async def tell_worklists(drill: Drill) -> None:
    """Tell what each unit has to do, with the sentences that demand it."""
    tasks = await worklists(drill)
    if not tasks:
        why = "" if drill.routine else f" {_no_routine(drill)} Ingenting krävs då i efterhand."
        drill.story.line(f"Arbetslistorna efter driftstoppet är tomma hos alla enheter.{why}", 2)
        return
    drill.story.line(f"Arbetslistorna efter driftstoppet, {len(tasks)} uppgifter:", 2)
    for seat, own in groupby(tasks, key=lambda one: one.seat):
        found = list(own)
        drill.story.line(f"{seat.unit} ({len(found)})", 4)
        for kind, same in groupby(found, key=lambda one: one.kind):
            drill.story.line(_told(drill, kind, list(same)), 6, "– ")


def _told(drill: Drill, kind: RecoveryKind, tasks: list[Task]) -> str:
    names = Counter(one.name for one in tasks)
    who = ", ".join(name if number == 1 else f"{name} ({number} stycken)" for name, number in names.items())
    sources = {(one["fact"], one["quote"]): one for task in tasks for one in task.demanded_by}
    return f"{kind.swedish}: {who}. {' '.join(map(drill.story.quote, sources.values()))}"


def _no_routine(drill: Drill) -> str:
    said = drill.region["outageRoutine"]
    if said is None:
        return "Ingen källa för regionen nämner driftstopp."
    drill.story.facts.add(said["fact"])
    return f"Ingen avbrottsrutin är publicerad ({said['fact']}): {said['reason']}"


async def forbidden(drill: Drill) -> None:
    """Try what must not be entered afterwards; DrillFailed when it is not refused with its sentence."""
    cast = drill.cast
    for step in drill.of_the_ward("notBackfilled"):
        for act in step["acts"]:
            drill.wait(1)
            told = {"episodeId": cast.episode, "text": "Påhittad text.", **as_of(drill, cast.leaving.id)}
            refused = await drill.api.refused(_FORBIDDEN[act], cast.ward, "NOT_TO_BE_BACKFILLED", **told)
            drill.story.happened(cast.ward, f"vill efterregistrera: {step['text']}", done=False)
            drill.story.line(f"Det nekas. Källan säger: {drill.story.quote(refused['source'])}")
    await _passed_through(drill)


async def _passed_through(drill: Drill) -> None:
    """Who both came and left in the outage is on no worklist, by the sentence on that class of patients (V29)."""
    person = drill.cast.passing
    if person is None or not drill.passing_rules:
        return
    if any(one.patient == person.id and one.episode for one in await worklists(drill)):
        raise DrillFailed(f"{person.name} kom och gick under driftstoppet, men står på en arbetslista.")
    drill.story.line(f"{person.name} kom och gick under driftstoppet: ingen uppgift hos någon enhet.", 2)
    for one in drill.passing_rules:
        asked = await drill.api.ask(_FACT, id=one["fact"], region=drill.region["code"])
        source = asked["fact"]["source"] | {"quote": one["text"]}
        drill.story.line(f"Källan säger: {drill.story.quote(source)}", 2)


async def empty_worklists(drill: Drill) -> None:
    """Have every unit do what it has to do; DrillFailed when anything is left anywhere in the region."""
    drill.story.title("5. Arbetslistorna töms")
    by_hand = await work_off(drill)
    done = drill.tally.done.total()
    drill.story.line(f"{by_hand} uppgifter gjordes; {done} är borta från arbetslistorna, alla enheter räknade.", 2)
    left = (await drill.api.ask(_LEFT, drill.cast.ward, id=drill.outage))["outage"]["recoveryLeft"]
    if left:
        told = ", ".join(f"{one['unit']['name']} {one['left']}" for one in left)
        raise DrillFailed(f"Arbetslistorna är inte tomma: {told}.")
    drill.story.line("Kvar i regionen: ingenting.", 2)


async def close(drill: Drill) -> Mapping[str, Any]:
    """Close the outage and tell its report; DrillFailed when its counts are not what the drill has counted."""
    drill.story.title("6. Avslut och rapport")
    await drill.act("closeOutage", drill.cast.ward, "avslutar driftstoppet.", outageId=drill.outage)
    found = (await drill.api.ask(_REPORT, drill.cast.ward, id=drill.outage))["outage"]
    report: Mapping[str, Any] = found["report"]
    drill.story.lines(_summary(drill, report), 2)
    wrong = list(differences(drill.tally.done, report))
    if wrong:
        raise DrillFailed("Rapporten stämmer inte med det som gjordes: " + "; ".join(wrong) + ".")
    total = drill.tally.done.total()
    drill.story.line(f"Rapporten stämmer med övningens egen räkning: {total} gjorda, 0 kvar.", 2)
    return report


def _summary(drill: Drill, report: Mapping[str, Any]) -> Iterator[str]:
    yield f"Driftstoppet varade {report['minutes']} minuter: {_length(drill, report)}."
    yield f"Efterregistreringen tog {report['recoveryMinutes']} minuter."
    names = {one["code"]: one["name"] for one in drill.region["municipalities"]}
    for code, own in groupby(report["counts"], key=lambda one: one["municipality"]):
        kinds = ", ".join(f"{RecoveryKind[one['kind']].swedish} {one['done']}" for one in own)
        yield f"{names.get(code, code or 'Okänd kommun')}: {kinds}."
    if not report["counts"]:
        yield f"Inga uppgifter. {_no_routine(drill)}"


def _length(drill: Drill, report: Mapping[str, Any]) -> str:
    if report["outageClass"] is None:
        return "ingen källa för regionen skiljer korta avbrott från långa"
    stated = drill.routine and drill.routine["longAfter"] and drill.routine["longAfter"]["hours"] is not None
    whose = "" if stated else ", som är vårt antagande: källan anger ingen"
    line = f"gränsen är {report['longAfterHours']} timmar{whose}"
    return f"{OutageClass[report['outageClass']].swedish} ({line})"
