"""What is looked at on the way: clocks, payment liability, worklists, the safety gate, and what sources say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from examples.journey import telling
from examples.journey.acting import always
from examples.journey.asking import LAW, REACH, SOURCE, Astray
from examples.journey.regions import TOWN, WARD, Setting
from examples.journey.travelling import TEXT, Journey, minutes
from lifecare_gql.documents import prose

_NEVER = "9999"
_CLOCKS = f"""query($id: ID!) {{ episode(id: $id) {{ clocks {{
  kind basisAt dueAt dueOn doneAt late lateByMinutes lateByDays explanation {LAW}
  supplement {{ statement {{ key }} }} }} }} }}"""
_PAYMENT = """query($id: ID!, $policy: String) { episode(id: $id) { paymentLiability(policy: $policy) {
  status payerMunicipality startsOn reasons { text effect law { section } } } } }"""
_READINESS = f"""query($id: ID!) {{ episode(id: $id) {{ dischargeReadiness {{
  allowed missing {{ what reach {{ {REACH} }} }} }} }} }}"""
_WORKLIST = """query($unit: ID!) { unit(by: {id: $unit}) { worklist(first: 100) { nodes {
  kind since dueAt overdue episode { id } plan { id } notice { id notice } } } } }"""
_HISTORY = """query($id: ID!, $kinds: [EpisodeEventKind!]) { episode(id: $id) { history(kinds: $kinds) { nodes {
  kind at reason spokeWith informed called { name } by { staff { name } } } } } }"""
_FACT = (
    f"query($id: String!, $region: String!) {{ fact(id: $id, region: $region) {{ {SOURCE} quotes {{ text }} }} }}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Something is looked at and told; nothing changes."""

    at: Callable[[Journey], Awaitable[None]]
    when: Callable[[Setting], bool] = always

    async def take(self, journey: Journey) -> None:
        """Look, and tell."""
        await self.at(journey)


async def clocks(journey: Journey) -> None:
    """Tell every clock that is new, is done, or is void since clocks were last told."""
    found = (await journey.ask(WARD, _CLOCKS, id=journey.episode))["episode"]["clocks"]
    running = {one["kind"]: one for one in found}
    for kind, one in running.items():
        before = journey.clocks.get(kind)
        if one != before:
            known = before is not None and before["explanation"] == one["explanation"]
            journey.line(f"Frist: {telling.clock(one, journey.words, known=known)}")
    for kind in journey.clocks.keys() - running.keys():
        journey.line(f"Fristen gäller inte längre: {journey.words['ClockKind', kind]}.")
    journey.clocks = running


async def payment(journey: Journey) -> None:
    """Tell the payment liability by the statute, and by the policy that the region's page tells of, if any.

    Reasons that were told before, and do not decide, are not told again.
    """
    for policy in journey.region["policies"]:
        journey.line(f"Betalningsansvaret ({policy['name']}):")
        for note in policy.get("notes", ()) if policy["id"] not in journey.reasons else ():
            journey.line(f"Om modellen: {note}", TEXT + 2, "– ")
        await _payment(journey, policy["id"])


async def payment_whole(journey: Journey) -> None:
    """Tell the payment liability with every reason."""
    for known in journey.reasons.values():
        known.clear()
    await payment(journey)


async def _payment(journey: Journey, policy: str) -> None:
    found = await journey.ask(WARD, _PAYMENT, id=journey.episode, policy=policy)
    towns = {one["code"]: one["name"] for one in journey.region["municipalities"]}
    known = journey.reasons[policy]
    for mark, text in telling.payment(found["episode"]["paymentLiability"], journey.words, towns, known):
        journey.line(text, TEXT + 2, mark)


async def readiness(journey: Journey) -> None:
    """Tell whether the patient may leave, or what is missing and whom to call."""
    found = (await journey.ask(WARD, _READINESS, id=journey.episode))["episode"]["dischargeReadiness"]
    journey.line("Får patienten gå hem? " + ("Ja." if found["allowed"] else "Inte än:"))
    for one in found["missing"]:
        journey.line(telling.missing(one), TEXT + 2, "– ")


async def waiting(journey: Journey, part: str) -> list[Any]:
    """What waits at a unit in this episode and its plan."""
    found = await journey.ask(part, _WORKLIST, unit=journey.seats[part].unit_id)
    ours = {journey.episode, journey.plan} - {""}
    about = ((one["episode"] or one["plan"] or {}, one) for one in found["unit"]["worklist"]["nodes"])
    found_here = [one for where, one in about if where.get("id") in ours]
    return sorted(found_here, key=lambda one: (one["dueAt"] or _NEVER, one["kind"], _notice_of(one)))


def _notice_of(task: Any) -> str:
    return str((task["notice"] or {}).get("notice", ""))


async def worklists(journey: Journey) -> None:
    """Tell what waits at each unit, what is due first coming first."""
    journey.gap()
    journey.line("Arbetslistorna nu:", 2)
    idle = []
    for part, seat in journey.seats.items():
        tasks = await waiting(journey, part)
        idle += [] if tasks else [seat.unit]
        for one in tasks:
            journey.line(f"{seat.unit}: {telling.task(one, journey.words, journey.now)}", 4, "– ")
    if idle:
        journey.line(f"Ingenting väntar hos {', '.join(idle)}.", 4, "– ")
    journey.gap()


async def history(journey: Journey) -> None:
    """Tell that both notices of discharge-ready, and the withdrawal between them, stand in the history."""
    journey.line("Historiken visar båda underrättelserna, och varför den första inte gäller:")
    for one in await _events(journey, ["DISCHARGE_READY_SENT", "DISCHARGE_READY_WITHDRAWN"]):
        why = f": »{one['reason']}«" if one["reason"] else "."
        journey.line(f"{_at(one)}: {journey.words['EpisodeEventKind', one['kind']]}{why}", TEXT + 2, "– ")


async def phone_log(journey: Journey) -> None:
    """Tell the phone log as it stands in the record."""
    journey.line("Telefonloggen står i vårdtillfällets historik:")
    for one in await _events(journey, ["PHONE_CALL_LOGGED"]):
        about = ", ".join(journey.words["NoticeKind", kind] for kind in one["informed"])
        who = f"{one['by']['staff']['name']} ringde {one['called']['name']} och talade med {one['spokeWith']}"
        journey.line(f"{_at(one)}: {who} om {about}.", TEXT + 2, "– ")


async def _events(journey: Journey, kinds: list[str]) -> list[Any]:
    found = await journey.ask(WARD, _HISTORY, id=journey.episode, kinds=kinds)
    events: list[Any] = found["episode"]["history"]["nodes"]
    return events


def _at(event: Any) -> str:
    return telling.moment(telling.local(event["at"]))


def reads(chapter: str) -> Look:
    """What the region's sources say about this. A fact may be followed by the number of its passage: V44:4."""

    async def at(journey: Journey) -> None:
        pages = (journey.region["dischargeProcessRules"] or {"pages": ()})["pages"]
        said = {one["key"]: telling.read_out(one, page["source"]) for page in pages for one in page["statements"]}
        for key in journey.setting.quotes.get(chapter, ()):
            journey.line(f"Källan säger: {said.get(key) or await _passage(journey, *key.split(':'))}", 2)

    return Look(at=at, when=lambda setting: chapter in setting.quotes)


async def _passage(journey: Journey, fact: str, number: str = "1") -> str:
    found = (await journey.api.ask(_FACT, id=fact, region=journey.setting.code))["fact"]
    return prose.quoted(found["source"] | {"quote": found["quotes"][int(number) - 1]["text"]})


async def receipt_meaning(journey: Journey) -> None:
    """Tell what it means to acknowledge, where the region says it."""
    meaning = (journey.region["dischargeProcessRules"] or {"receipt": None})["receipt"]
    if meaning:
        told = f"Vad en kvittens betyder här ({meaning['supplement']}, med våra ord): {meaning['meaning']}"
        journey.line(f"{told} Om något är oklart: {meaning['ifUnclear']}")


async def consent_carried(journey: Journey) -> None:
    """Tell that no rule warns of a missing consent before the admission notice is sent."""
    query = """query($id: ID!) { episode(id: $id) { availableActions { event warnings { rule } } } }"""
    found = await journey.ask(WARD, query, id=journey.episode)
    [notice] = [one for one in found["episode"]["availableActions"] if one["event"] == "ADMISSION_NOTICE_SENT"]
    if notice["warnings"]:
        raise Astray("En regel varnar för att samtycke saknas, fast vårdbegäran finns.")
    journey.line("Ingen regel varnar för att samtycke saknas: vårdbegäran och samtycket finns.")


async def way_in(journey: Journey) -> None:
    """Tell how the municipality is reached by phone."""
    query = f"query($id: ID!) {{ unit(by: {{id: $id}}) {{ reach {{ {REACH} }} }} }}"
    reach = (await journey.ask(WARD, query, id=journey.seats[TOWN].unit_id))["unit"]["reach"]
    journey.line(f"Kommunen per telefon: {prose.call(reach)}")


@dataclass(frozen=True, slots=True)
class Receipts:
    """A unit takes part of everything that it has been sent and acknowledges it."""

    who: str
    when: Callable[[Setting], bool] = always

    async def take(self, journey: Journey) -> None:
        """Acknowledge what the unit's worklist says is unread, notice by notice, and tell it in one line."""
        unread = [one["notice"] for one in await waiting(journey, self.who) if one["kind"] == "ACKNOWLEDGE_NOTICE"]
        if not unread:
            return
        journey.wait(minutes(5))
        for notice in unread:
            await _acknowledge(journey, self.who, notice["id"])
        kinds = Counter(journey.words["NoticeKind", notice["notice"]] for notice in unread)
        told = ", ".join(kind if number == 1 else f"{kind} ({number} stycken)" for kind, number in kinds.items())
        seat = journey.seats[self.who]
        journey.happened(f"{seat.name}, {seat.unit}, kvitterar: {told}.")


async def _acknowledge(journey: Journey, who: str, notice: str) -> None:
    found = await journey.api.act("acknowledgeNotice", journey.seats[who], {"noticeId": notice})
    journey.now = telling.local(found["event"]["at"])


async def track(journey: Journey) -> None:
    """Tell the track that the planning basis led to, and what the region's page says of it."""
    found = await journey.ask(WARD, "query($id: ID!) { episode(id: $id) { track } }", id=journey.episode)
    tracks = {one["code"]: one for one in journey.region["dischargeProcessRules"]["tracks"]}
    one = tracks[found["episode"]["track"]]
    journey.line(f"Underlaget leder till {one['name']}. {one['meaning']} ({one['supplement']}, med våra ord)")


async def checklist(journey: Journey) -> None:
    """Tell the checklist of hemgångsklar as the ward filled it in."""
    query = """query($id: ID!) { episode(id: $id) { history(kinds: [READY_FOR_HOME_MARKED]) { nodes {
      checklist { title comment } } } } }"""
    found = await journey.ask(WARD, query, id=journey.episode)
    journey.line("Punkterna är påhittade: källan säger inte hur de lyder.")
    for one in found["episode"]["history"]["nodes"][-1]["checklist"]:
        journey.line(f"{one['title']}: {one['comment']}", TEXT + 2, "– ")
