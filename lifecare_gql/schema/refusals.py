"""How an act is answered: by what it made, or by a typed refusal that says everything at once."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import strawberry

from lifecare_gql.actions import results
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.texts import said, together
from lifecare_gql.schema import values as values
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.messages import Message
from lifecare_gql.schema.patients import Case
from lifecare_gql.schema.reading import fetch_one
from lifecare_gql.schema.units import Forum
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import one


@strawberry.interface(description="Why something was not done. Nothing was changed.")
class Refusal:
    """Every refusal has a sentence that can be shown as it is."""

    message: str = strawberry.field(description="What happened and what to do.")


@strawberry.type(description="The routines, or the core's own demands, hinder it: every objection at once.")
class RefusedByRoutines(Refusal):
    """Made of `results.Refused`."""

    objections: list[Objection] = strawberry.field(description="Everything that hinders it.")
    warnings: list[Objection] = strawberry.field(description="What would have been warned of besides.")


@strawberry.type(description="Something in the input does not exist, or may not be seen: the two look the same.")
class NotFound(Refusal):
    """Made of `results.Missing`."""

    paths: list[list[str]] = strawberry.field(description="Where in the input, e.g. [input, patientId].")


@strawberry.type(description="The idempotency key has been used by your unit for another request.")
class IdempotencyKeyReused(Refusal):
    """Made of `results.KeyReused`."""

    key: str = strawberry.field(description="The key.")


@strawberry.type(description="What somebody did to a record since you saw it.")
class Change:
    """Made of `results.Change`."""

    version: int = strawberry.field(description="The version it led to.")
    kind: str = strawberry.field(
        description="What was done: a value of MessageEventKind, EpisodeEventKind or PlanEventKind."
    )
    what: str = strawberry.field(description="What was done.")
    at: dt.datetime = strawberry.field(description="When.")
    by_name: str = strawberry.field(description="By whom.")
    by_title: str = strawberry.field(description="With which title (befattning).")
    unit_name: str = strawberry.field(description="At which unit.")


@strawberry.type(description="Somebody has changed the record since you saw it: read it again.")
class StaleVersion(Refusal):
    """Made of `results.Stale`."""

    expected_version: int = strawberry.field(description="The version you had seen.")
    current_version: int = strawberry.field(description="The version it has now.")
    changes: list[Change] = strawberry.field(description="Who did what since, in order.")


@strawberry.interface(description="It was done, now or by an earlier request with the same idempotency key.")
class Success:
    """Every success can be a replay."""

    done: strawberry.Private[results.Done]

    @strawberry.field(description="Whether an earlier request with the same key did it; this one changed nothing.")
    def replayed(self) -> bool:
        return self.done.replayed


async def _made(info: Info, model: type[rows.Record], done: results.Done) -> Any:
    return await fetch_one(info, one(model, done.row_id))


@strawberry.type(description="The message was sent.")
class MessageSent(Success):
    """Made of `results.Done` with the new message's id."""

    @strawberry.field(description="The message as it is now.")
    async def sent(self, info: Info) -> Message:
        return await _made(info, rows.Message, self.done)

    @strawberry.field(description="What does not hinder it but should be known.")
    def warnings(self) -> list[Objection]:
        return list(self.done.warnings)


@strawberry.type(description="The message was changed.")
class MessageChanged(Success):
    """Made of `results.Done` with the message's id."""

    @strawberry.field(description="The message as it is now.")
    async def changed(self, info: Info) -> Message:
        return await _made(info, rows.Message, self.done)


@strawberry.type(description="The case was opened.")
class CaseOpened(Success):
    """Made of `results.Done` with the case's id."""

    @strawberry.field(description="The case.")
    async def opened(self, info: Info) -> Case:
        return await _made(info, rows.Case, self.done)


@strawberry.type(description="The forum was registered.")
class ForumRegistered(Success):
    """Made of `results.Done` with the forum's id."""

    @strawberry.field(description="The forum.")
    async def forum(self, info: Info) -> Forum:
        return await _made(info, rows.Forum, self.done)


@strawberry.type(description="The reading of the inbox was recorded.")
class InboxReadingRecorded(Success):
    """Made of `results.Done`."""

    @strawberry.field(description="When the request was handled.")
    def at(self, info: Info) -> dt.datetime:
        return info.context.session.now


def answer(outcome: results.Outcome, success: type[Success]) -> Any:
    """The member of the result union that says what became of it."""
    match outcome:
        case results.Done():
            return success(done=outcome)
        case results.Refused(objections, warnings):
            return RefusedByRoutines(
                message=together(said("Inget är gjort."), *(one.reason for one in objections)),
                objections=list(objections),
                warnings=list(warnings),
            )
        case results.Missing(paths):
            told = said(
                "Något i begäran finns inte, eller så har din enhet inte tillgång till det. Inget är gjort."
            )
            return NotFound(message=told, paths=[list(path) for path in paths])
        case results.KeyReused(key):
            told = said("Nyckeln hör till en annan begäran från din enhet. Använd en ny nyckel. Inget är gjort.")
            return IdempotencyKeyReused(message=told, key=key)
        case results.Stale(expected, current, changes):
            told = said("Någon har gjort en ändring sedan du läste. Läs igen. Inget är gjort.")
            return StaleVersion(
                message=told,
                expected_version=expected,
                current_version=current,
                changes=[
                    Change(
                        version=change.version,
                        kind=change.kind.value,
                        what=change.kind.term,
                        at=change.at,
                        by_name=change.by_name,
                        by_title=change.by_title,
                        unit_name=change.unit_name,
                    )
                    for change in changes
                ],
            )


SendMessageResult = Annotated[
    MessageSent | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("SendMessageResult", description="What became of sending a message."),
]
ReplyResult = Annotated[
    MessageSent | RefusedByRoutines | NotFound | IdempotencyKeyReused | StaleVersion,
    strawberry.union("ReplyResult", description="What became of replying to a message."),
]
MessageActResult = Annotated[
    MessageChanged | RefusedByRoutines | NotFound | IdempotencyKeyReused | StaleVersion,
    strawberry.union("MessageActResult", description="What became of an act on a message."),
]
OpenCaseResult = Annotated[
    CaseOpened | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("OpenCaseResult", description="What became of opening a case."),
]
RegisterForumResult = Annotated[
    ForumRegistered | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("RegisterForumResult", description="What became of registering a forum."),
]
RecordInboxReadingResult = Annotated[
    InboxReadingRecorded | IdempotencyKeyReused,
    strawberry.union("RecordInboxReadingResult", description="What became of recording a reading."),
]
