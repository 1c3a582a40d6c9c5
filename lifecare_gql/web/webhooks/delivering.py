"""Deliver to webhooks: in order for each, at least once, under one id; what does not arrive is tried again.

The outbox is what is delivered from. A webhook's place is moved when a message has arrived, or stands in the table
of deliveries; so whatever happens between, nothing is passed over.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from enum import StrEnum
from random import Random

from lifecare_gql.actions.cursors import cursor
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.webhook_secrets import message_id, signed_headers, webhook_secret
from lifecare_gql.actions.webhook_telling import SUBJECTS, may_be_told, session_of_unit
from lifecare_gql.domain.change_words import ChangeTopic, ResyncReason
from lifecare_gql.domain.webhook_words import WebhookDeliveryState, WebhookEventKind
from lifecare_gql.domain.webhooks import WebhookPolicy, host_of, pause_after
from lifecare_gql.regions import Regions
from lifecare_gql.schema.changes import EVENTS, Resync
from lifecare_gql.schema.ids import public_id
from lifecare_gql.schema.scalars import print_instant
from lifecare_gql.storage import rows, webhook_queue
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.outbox import Entry, since, tails
from lifecare_gql.storage.webhook_queue import Held, Message, Noted
from lifecare_gql.web.webhooks.sending import Answer, Sender

log = logging.getLogger("lifecare_gql.webhooks")

AT_ONCE = 20
"""Webhooks that a process delivers to side by side. Our assumption."""
LOOK_AGAIN_SECONDS = 5.0
"""Whatever was not heard of is found by then."""
TOGETHER_SECONDS = 0.1
"""What is heard of in this time is looked for together, however much happens."""
BATCH = 64
_GONE = 410
_State = WebhookDeliveryState


class Outcome(StrEnum):
    """What became of a message, or of an attempt."""

    DELIVERED = "delivered"
    FAILED = "failed"
    DEAD = "dead"
    GONE = "gone"
    WITHHELD = "withheld"


_WAITS = (Outcome.FAILED, Outcome.DEAD, Outcome.GONE)
"""After them it is looked anew whether, and when, there is more to do."""

Heard = Callable[[Outcome, float], None]
"""Hears what became of it, and how many seconds after it had happened."""


def _nobody(outcome: Outcome, seconds: float) -> None:
    """Nobody counts."""


class Deliverer:
    """One for each process. `clock` tells the moment, in UTC; `random` spreads the retries."""

    def __init__(
        self,
        db: Database,
        regions: Regions,
        secret: bytes,
        clock: Callable[[], dt.datetime],
        policy: WebhookPolicy,
        *,
        sender: Sender | None = None,
        heard: Heard = _nobody,
        random: Random | None = None,
    ) -> None:
        self._db, self._regions, self._secret, self._clock = db, regions, secret, clock
        self._policy, self._heard, self._random = policy, heard, random or Random()
        self._sender = sender or Sender(policy)
        self._woken = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """There may be something to do."""
        self._woken.set()

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[None]:
        """Deliver as long as this is open."""
        running = asyncio.create_task(self._run(), name="webhooks")
        try:
            yield
        finally:
            for task in (running, *self._tasks):
                task.cancel()
            await asyncio.gather(running, *self._tasks, return_exceptions=True)

    async def once(self) -> Counter[Outcome]:
        """Deliver all that is due now; what became of it."""
        counted: Counter[Outcome] = Counter()
        while held := await self._claim(AT_ONCE):
            for each in await asyncio.gather(*(self._serve(one) for one in held)):
                counted += each
        return counted

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                for held in await self._claim(AT_ONCE - len(self._tasks)):
                    task = asyncio.create_task(self._patiently(held), name="webhook")
                    self._tasks.add(task)
                    task.add_done_callback(self._done)
            except Exception as error:  # whatever it is: what waits must not wait for ever
                log.warning("%s while looking for what to deliver", type(error).__name__)
                await asyncio.sleep(1)
            await asyncio.sleep(TOGETHER_SECONDS)
            with suppress(TimeoutError):  # not `wait_for`, which before Python 3.12 may lose a cancellation
                async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                    await self._woken.wait()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.wake()

    async def _patiently(self, held: Held) -> None:
        """Serve one; what breaks off is taken up again at once when this process stops, else after the lease."""
        try:
            await self._serve(held)
        except asyncio.CancelledError:
            await webhook_queue.release(self._db, held, self._clock())
            raise
        except Exception as error:
            log.warning("%s while delivering to %s", type(error).__name__, host_of(held.url))

    async def _claim(self, limit: int) -> list[Held]:
        if limit < 1:
            return []
        return await webhook_queue.claim(self._db, self._clock(), self._lease(), limit)

    def _lease(self) -> dt.datetime:
        """Longer than an attempt can take."""
        return self._clock() + dt.timedelta(seconds=2 * self._policy.seconds + 5)

    async def _serve(self, held: Held) -> Counter[Outcome]:
        """Deliver until there is nothing more, or it must be waited."""
        counted: Counter[Outcome] = Counter()
        stopped = None
        async with aclosing(self._messages(held)) as messages:
            async for message in messages:
                now = self._clock()
                session = await session_of_unit(self._db, self._regions, self._secret, held.unit_id, now)
                if session is None:
                    stopped = (WebhookEventKind.ENDED, "Enheten är inte längre i bruk.")
                    break
                outcome = await self._deliver(session, held, message)
                if outcome is None:
                    return counted
                counted[outcome] += 1
                if outcome in _WAITS or held.stopped:
                    break
        await webhook_queue.release(self._db, held, self._clock(), stopped)
        return counted

    async def _deliver(self, session: Session, held: Held, message: Message) -> Outcome | None:
        """Try it once and note what came of it; None when the webhook has become somebody else's meanwhile."""
        seen = message.topic is None or (
            message.subject_id is not None
            and await may_be_told(session, held.id, message.topic, message.subject_id)
        )
        answer = await self._attempt(session, held, message) if seen else None
        noted = self._noted(message, answer)
        if answer is None and not message.kept:
            held.positions = message.positions  # written with what is next
        elif not await webhook_queue.note(self._db, held, message, noted, self._lease()):
            return None
        outcome = _outcome(noted)
        self._tell(held, message, answer, outcome)
        return outcome

    async def _attempt(self, session: Session, held: Held, message: Message) -> Answer:
        now = self._clock()
        rotating = held.previous_secret_until is not None and now < held.previous_secret_until
        versions = [held.secret_version, *([held.secret_version - 1] if rotating else [])]
        body = payload(session, held, message)
        secrets = [webhook_secret(self._secret, held.id, version) for version in versions]
        return await self._sender.send(held.url, signed_headers(secrets, message.id, now, body), body.encode())

    def _noted(self, message: Message, answer: Answer | None) -> Noted:
        now = self._clock()
        if answer is None:
            return Noted(at=now, state=_State.WITHHELD, status=None, due_at=now, tried=False)
        said = {"at": now, "status": answer.status}
        if answer.status is not None and 200 <= answer.status < 300:
            return Noted(**said, state=_State.DELIVERED, due_at=now)  # type: ignore[arg-type]
        if answer.status == _GONE:
            stop = (WebhookEventKind.ENDED, "Mottagaren svarade 410 Gone.")
            return Noted(**said, state=_State.DEAD, due_at=now, stop=stop)  # type: ignore[arg-type]
        pause = pause_after(message.attempts + 1, self._random)
        if pause is None:
            letters = self._policy.dead_letters
            return Noted(**said, state=_State.DEAD, due_at=now, dead_letters=letters)  # type: ignore[arg-type]
        return Noted(**said, state=_State.PENDING, due_at=now + pause)  # type: ignore[arg-type]

    def _tell(self, held: Held, message: Message, answer: Answer | None, outcome: Outcome) -> None:
        self._heard(outcome, max(0.0, (self._clock() - message.at).total_seconds()))
        if outcome is not Outcome.DELIVERED and answer is not None:
            why = answer.why or answer.status
            log.warning("host=%s %s: %s attempt=%d", host_of(held.url), outcome, why, message.attempts + 1)

    async def _messages(self, held: Held) -> AsyncGenerator[Message, None]:
        """What is to be told, in order: what waits, then what stands after its place."""
        while (waits := await webhook_queue.waiting(self._db, held)) is not None:
            yield waits
        while True:
            place = dict(zip(held.streams, held.positions, strict=True))
            found = await since(self._db.select, self._db.dialect, place, BATCH)
            broken = [name for name in held.streams if not found[name].whole]
            if broken:
                gap = await self._gap(held, found[broken[0]].last < place[broken[0]])
                if gap is None:
                    return
                yield gap
                continue
            entries = [(name, one) for name in held.streams for one in found[name].entries]
            if not entries:
                return
            for name, entry in entries:
                place[name] = entry.position
                after = (place[held.streams[0]], place[held.streams[1]])
                if entry.news.topic in held.topics:
                    yield self._message(held, name, entry, after)
                else:
                    held.positions = after

    def _message(self, held: Held, stream: str, entry: Entry, after: tuple[int, int]) -> Message:
        return Message(
            id=message_id(self._secret, held.id, stream, entry.position),
            at=entry.news.at,
            positions=after,
            topic=ChangeTopic[entry.news.topic],
            subject_id=entry.news.subject_id,
        )

    async def _gap(self, held: Held, unknown: bool) -> Message | None:
        """That what lies between cannot be told. It is kept first, so that every attempt tells the same place."""
        reason = ResyncReason.UNKNOWN if unknown else ResyncReason.TOO_OLD
        ends = await tails(self._db.select, self._db.dialect, held.streams)
        after = (ends[held.streams[0]], ends[held.streams[1]])
        named = message_id(self._secret, held.id, reason, *held.positions, *after)
        message = Message(id=named, at=self._clock(), positions=after, resync=reason, kept=True)
        return message if await webhook_queue.keep_gap(self._db, held, message, self._clock()) else None


def payload(session: Session, held: Held, message: Message) -> str:
    """The body: that something changed, its id, the unit's, and the place after it. Nothing of what it holds."""
    place = dict(zip(held.streams, message.positions, strict=True))
    data = {"unit": public_id(rows.Unit, held.unit_id), "after": cursor(session, place)}
    if message.topic is None:
        name = Resync.__name__
        data["reason"] = str(message.resync.value if message.resync else "")
    else:
        assert message.subject_id is not None
        name = EVENTS[message.topic].__name__
        data["id"] = public_id(SUBJECTS[message.topic], message.subject_id)
    said = {"type": name, "timestamp": print_instant(message.at), "data": data}
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


def _outcome(noted: Noted) -> Outcome:
    if noted.stop is not None:
        return Outcome.GONE
    return {
        _State.DELIVERED: Outcome.DELIVERED,
        _State.PENDING: Outcome.FAILED,
        _State.DEAD: Outcome.DEAD,
        _State.WITHHELD: Outcome.WITHHELD,
    }[noted.state]
