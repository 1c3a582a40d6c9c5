"""The worklists after the outage are worked off: each task is done by the unit that has it, as its kind asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.outage_words import RecoveryKind
from lifecare_gql.drill.asking import DrillFailed, Seat
from lifecare_gql.drill.counting import Task
from lifecare_gql.drill.playing import Drill

_Kind = RecoveryKind
MOST = 500
"""No demo has more tasks: a drill that does more goes round and round."""
Way: TypeAlias = Callable[[Drill, Task], Awaitable[object]]
_WORKLIST = """query($id: ID!) { outage(id: $id) { recoveryWorklist {
  kind agreedOn demandedBy { fact document status quote }
  patient { id givenName protection } episode { id } notice { id } message { id version } } } }"""
_PARTS = """query($id: ID!) { episode(id: $id) { participants(first: 100) { nodes {
  leftAt role unit { id } } } } }"""
_MADE_UP = "Påhittad text."


async def worklists(drill: Drill) -> list[Task]:
    """What stands on every unit's worklist now: unit by unit, in the order of the kinds."""
    found: list[Task] = []
    for seat in drill.cast.seats:
        answer = await drill.api.ask(_WORKLIST, seat, id=drill.outage)
        tasks = [_task(seat, one) for one in answer["outage"]["recoveryWorklist"]]
        found += sorted(tasks, key=lambda one: list(RecoveryKind).index(one.kind))
    drill.tally.look(found)
    return found


async def work_off(drill: Drill) -> int:
    """Do task after task until the worklists are empty; how many were done by hand. DrillFailed if one stays."""
    tasks = await worklists(drill)
    for number in range(MOST):
        if not tasks:
            return number
        task = tasks[0]
        drill.wait(1)
        await WAYS[task.kind](drill, task)
        left = await worklists(drill)
        _tell(drill, task, tasks, left)
        tasks = left
    raise DrillFailed(f"Arbetslistorna är inte tomma efter {MOST} uppgifter.")


def _tell(drill: Drill, task: Task, before: list[Task], after: list[Task]) -> None:
    """Tell what was done, and where else it was waited for; DrillFailed when the task still stands."""
    keys = {one.key for one in after}
    if task.key in keys:
        raise DrillFailed(f"{task.seat.unit} har kvar uppgiften »{task.kind.swedish}« för {task.name}.")
    others = [one.seat.unit for one in before if one.key not in keys and one is not task]
    also = f" Därmed är den också borta hos {', '.join(dict.fromkeys(others))}." if others else ""
    who = f"{task.seat.name}, {task.seat.unit}"
    drill.story.happened(None, f"{who}: {task.kind.swedish}, {task.name}.{also}")


def _task(seat: Seat, told: Any) -> Task:
    patient = told["patient"]
    return Task(
        seat=seat,
        kind=RecoveryKind[told["kind"]],
        patient=patient["id"],
        name=patient["givenName"] if patient["protection"] == "NONE" else "en person med skyddade uppgifter",
        episode=told["episode"] and told["episode"]["id"],
        notice=told["notice"] and told["notice"]["id"],
        message=told["message"],
        agreed_on=told["agreedOn"],
        demanded_by=tuple(told["demandedBy"]),
    )


def as_of(drill: Drill, patient: str, *, happened: bool = False) -> dict[str, Any]:
    """The outage, and when it was told by phone or, if asked, when it happened: as the paper says."""
    noted = drill.paper.get(patient)
    if noted is None:
        raise DrillFailed("En arbetslista frågar efter en patient som ingen har antecknat något om.")
    moment = noted.happened_at if happened else noted.told_at
    return {"outageId": drill.outage, "occurredAt": moment.isoformat()}


def _backfills(act: str, *, happened: bool = False, **said: Any) -> Way:
    """Enter something as of the outage."""

    async def way(drill: Drill, task: Task) -> object:
        told = {**as_of(drill, task.patient, happened=happened), **said}
        return await drill.api.done(act, task.seat, episodeId=task.episode, **told)

    return way


async def _admission_notice(drill: Drill, task: Task) -> object:
    person = drill.cast.coming
    told = notice_to(drill, drill.receivers(person)) | as_of(drill, task.patient)
    return await drill.api.done("sendAdmissionNotice", task.seat, episodeId=task.episode, **told)


def notice_to(drill: Drill, units: list[Seat]) -> dict[str, Any]:
    """What an admission notice to the units says."""
    expected = drill.now.date() + dt.timedelta(days=7)
    return {
        "recipientUnitIds": [one.unit_id for one in units],
        "expectedDischarge": expected.isoformat(),
        "municipalHealthCare": True,
    }


async def _acknowledge(drill: Drill, task: Task) -> object:
    if task.message is None:
        return await drill.api.done("acknowledgeNotice", task.seat, noticeId=task.notice)
    told = {"messageId": task.message["id"], "expectedVersion": task.message["version"]}
    return await drill.api.done("acknowledgeMessage", task.seat, **told)


async def _fixed_care_contact(drill: Drill, task: Task) -> object:
    named = f"{task.seat.name}, {task.seat.title.lower()}"
    told = {"episodeId": task.episode, "named": named, **as_of(drill, task.patient)}
    return await drill.api.done("appointFixedCareContact", task.seat, **told)


async def _sip_call(drill: Drill, task: Task) -> object:
    """The need, the consent and the formal call to the municipality's units in the episode (V53)."""
    need = {"patientId": task.patient, "episodeId": task.episode}
    plan = (await drill.api.done("identifyPlanNeed", task.seat, **need))["plan"]["id"]
    given = {"kind": "PLAN", "scopeId": plan, "state": "GIVEN", "form": "ORAL"}
    await drill.api.done("recordConsent", task.seat, **given)
    parts = (await drill.api.ask(_PARTS, task.seat, id=task.episode))["episode"]["participants"]["nodes"]
    towns = [one["unit"]["id"] for one in parts if one["role"] == "MUNICIPALITY" and one["leftAt"] is None]
    meeting = {"startsAt": _at(task, 13), "endsAt": _at(task, 14), "form": "VIDEO"}
    return await drill.api.done("callToPlan", task.seat, planId=plan, recipientUnitIds=towns, meeting=meeting)


def _at(task: Task, hour: int) -> str:
    """An hour in Sweden of the day that was agreed."""
    assert task.agreed_on is not None, "the task to call says which day was agreed"
    day = dt.date.fromisoformat(task.agreed_on)
    return dt.datetime.combine(day, dt.time(hour), STOCKHOLM).isoformat()


async def _send_form(drill: Drill, task: Task) -> object:
    return await drill.api.done("sendOutageForm", task.seat, episodeId=task.episode)


WAYS: dict[RecoveryKind, Way] = {
    _Kind.REGISTER_ADMISSION_NOTICE: _admission_notice,
    _Kind.REGISTER_DISCHARGE_NOTICE: _backfills("sendDischargeNotice", text=_MADE_UP),
    _Kind.REGISTER_DISCHARGED: _backfills("dischargePatient", happened=True),
    _Kind.REGISTER_PATIENT_INFORMATION: _backfills("informPatient", text=_MADE_UP),
    _Kind.SEND_PATIENT_INFORMATION_HOME: _backfills("informPatient", text=_MADE_UP),
    _Kind.ACKNOWLEDGE: _acknowledge,
    _Kind.CONFIRM_FIXED_CARE_CONTACT: _fixed_care_contact,
    _Kind.SEND_SIP_CALL: _sip_call,
    _Kind.SEND_FORM: _send_form,
}
"""How each kind of task is done."""
