"""The naive server: strawberry's own executor, without a cache, over the bare server's functions.

Its types have their fields' names as they are told, and find them in what those functions return.
"""

from __future__ import annotations

from enum import Enum
from operator import getitem

import strawberry
from starlette.applications import Starlette
from strawberry.schema.config import StrawberryConfig

from bench import bare, usual
from bench.bare import Desk, Json

ID, Info = strawberry.ID, strawberry.Info


@strawberry.input
class Key:
    id: ID


@strawberry.input
class MessageInput:
    patientId: ID
    recipientUnitIds: list[ID]
    topic: str
    purpose: str
    urgency: str
    text: str


@strawberry.type
class Topic:
    code: str


@strawberry.type
class Organisation:
    id: ID
    name: str


@strawberry.type
class PageInfo:
    hasNextPage: bool
    endCursor: ID | None


@strawberry.type
class Goal:
    text: str
    inOwnWords: bool


@strawberry.type
class Content:
    goals: list[Goal]


@strawberry.type
class Event:
    version: int
    content: Content


@strawberry.type
class Events:
    nodes: list[Event]


@strawberry.enum
class EventKind(Enum):
    ESTABLISHED = "ESTABLISHED"


@strawberry.type
class Messages:
    nodes: list[Message]
    pageInfo: PageInfo


@strawberry.type
class Unit:
    id: ID
    hsaId: str
    name: str
    kind: str
    active: bool
    organisation: Organisation

    @strawberry.field
    async def inbox(self, info: Info, first: int, after: ID | None = None) -> Messages:
        return await usual.inbox(self, info, first, after)


@strawberry.type
class Receipt:
    state: str
    acknowledgedAt: str | None
    unit: Unit


@strawberry.type
class Receipts:
    nodes: list[Receipt]


@strawberry.type
class Participant:
    answer: str
    unit: Unit


@strawberry.type
class Participants:
    nodes: list[Participant]


@strawberry.type
class Plan:
    id: ID
    state: str
    openedAt: str
    participants: Participants

    @strawberry.field
    def history(self, kinds: list[EventKind]) -> Events:
        return getitem(self, "history")


@strawberry.type
class Plans:
    nodes: list[Plan]


@strawberry.type
class Patient:
    id: ID
    identifier: str
    givenName: str
    familyName: str

    @strawberry.field
    def messages(self, first: int) -> Messages:
        return getitem(self, "messages")

    @strawberry.field
    def plans(self, first: int) -> Plans:
        return getitem(self, "plans")


@strawberry.type
class Message:
    id: ID
    topic: Topic
    urgency: str
    state: str
    version: int
    sentAt: str
    replyDueAt: str | None
    overdue: bool
    text: str
    patient: Patient
    sender: Unit
    receipts: Receipts


@strawberry.type
class Warning:
    code: str


@strawberry.type
class MessageSent:
    replayed: bool
    sent: Message
    warnings: list[Warning]


@strawberry.type
class Viewer:
    unit: Unit


@strawberry.type
class Query:
    @strawberry.field
    def viewer(self, info: Info) -> Viewer:
        return usual.viewer(self, info)

    @strawberry.field
    async def unit(self, info: Info, by: Key) -> Unit | None:
        return await usual.unit(self, info, vars(by))

    @strawberry.field
    async def patient(self, info: Info, by: Key) -> Patient | None:
        return await usual.patient(self, info, vars(by))


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def sendMessage(self, info: Info, input: MessageInput, idempotencyKey: str) -> MessageSent:
        return await usual.send(self, info, input=vars(input), idempotencyKey=idempotencyKey)


def create_app() -> Starlette:
    """Strawberry as its documentation sets it up."""
    config = StrawberryConfig(auto_camel_case=False, default_resolver=getitem)
    schema = strawberry.Schema(Query, Mutation, config=config)

    async def execute(desk: Desk, asked: Json) -> Json:
        told = await schema.execute(
            asked["query"], asked["variables"], desk, operation_name=asked["operationName"]
        )
        assert told.errors is None, told.errors
        data: Json = told.data
        return data

    return bare.create_app(execute)
