"""The measured operations: what is asked, by whom, and how many different sets of variables there are.

A page of the API holds 100 rows at most, so an inbox of 500 is five pages, each asked for with the end of the
one before; it is counted as one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.world import LISTENERS, SCOPES, TOPIC, World

Variables = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """One set of variables, and the unit whose nurse asks."""

    unit: int
    variables: Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One line of the table. With a `key`, the variable of that name is new for each request."""

    label: str
    name: str
    text: str
    ask: Callable[[World, int], Ask]
    sets: int = 150
    pages: int = 1
    key: str | None = None

    def payload(self, variables: Variables) -> dict[str, Any]:
        """The body of the request."""
        return {"query": self.text, "operationName": self.name, "variables": variables}


INBOX = """query Inbox($first: Int!, $after: ID) {
  viewer {
    unit {
      id
      name
      inbox(first: $first, after: $after) {
        nodes {
          id
          topic { code }
          urgency
          state
          sentAt
          replyDueAt
          overdue
          text
          patient { id identifier givenName familyName }
          sender { id name }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}"""

PATIENT = """query Patient($id: ID!) {
  patient(by: { id: $id }) {
    id
    identifier
    givenName
    familyName
    messages(first: 20) {
      nodes {
        id
        topic { code }
        state
        sentAt
        text
        sender { id name }
        receipts { nodes { state acknowledgedAt unit { id name } } }
      }
    }
    plans(first: 5) {
      nodes {
        id
        state
        openedAt
        participants { nodes { answer unit { id name } } }
        history(kinds: [ESTABLISHED]) { nodes { version content { goals { text inOwnWords } } } }
      }
    }
  }
}"""

UNIT = """query Unit($id: ID!) {
  unit(by: {id: $id}) { id hsaId name kind active organisation { id name } }
}"""

SEND = """mutation Send($input: MessageInput!, $key: String!) {
  sendMessage(input: $input, idempotencyKey: $key) {
    __typename
    ... on MessageSent {
      replayed
      sent { id state version text sender { id name } receipts { nodes { state unit { id name } } } }
      warnings { code }
    }
  }
}"""


def _inbox(first: int) -> Callable[[World, int], Ask]:
    return lambda world, number: Ask(number % world.units, {"first": first, "after": None})


def _patient(world: World, number: int) -> Ask:
    """One of the patients with many messages and two plans, as the unit sees it where the patient is enrolled."""
    patient = number % world.frequent
    return Ask(world.parties(patient)[0], {"id": world.public_id("patient", patient)})


def _unit(world: World, number: int) -> Ask:
    return Ask(number % world.units, {"id": world.public_id("unit", (number + 1) % world.units)})


def _send(world: World, number: int) -> Ask:
    """A question from the unit where the patient is enrolled to the one where the patient is listed."""
    patient = number % world.patients
    municipal, centre, _ = world.parties(patient)
    order = {
        "patientId": world.public_id("patient", patient),
        "recipientUnitIds": [world.public_id("unit", centre)],
        "topic": TOPIC,
        "purpose": "REQUEST_REPLY",
        "urgency": "ROUTINE",
        "text": world.texts[number % len(world.texts)],
    }
    return Ask(municipal, {"input": order})


def _announce(scopes: int) -> Callable[[World, int], Ask]:
    """A question from the first unit, about the first patient, to the units where the listeners are."""
    turns = range(LISTENERS, LISTENERS + SCOPES) if scopes > 1 else range(1)

    def ask(world: World, number: int) -> Ask:
        units = dict.fromkeys(world.listens_at(turn) for turn in turns)
        asked = _send(world, 0)
        order = {**asked.variables["input"], "recipientUnitIds": [world.public_id("unit", one) for one in units]}
        return Ask(asked.unit, {"input": {**order, "text": f"{number} {order['text']}"}})

    return ask


HEARING = """subscription Hearing {
  changes(topics: [MESSAGE]) {
    ... on MessageChangeEvent {
      kind
      message {
        id
        topic { code }
        state
        sentAt
        text
        patient { id identifier givenName familyName }
        sender { id name }
      }
    }
  }
}"""

FAN_OUT = tuple(
    Operation(label=f"{LISTENERS} subscribers, {said}", name="Send", text=SEND, ask=_announce(scopes), key="key")
    for said, scopes in (("one scope", 1), ("ten scopes", SCOPES))
)
HEARING_AT = (slice(LISTENERS), slice(LISTENERS, 2 * LISTENERS))
"""Which of the listeners each of them tells."""

OPERATIONS = (
    Operation(label="inbox of 50", name="Inbox", text=INBOX, ask=_inbox(50)),
    Operation(label="inbox of 100", name="Inbox", text=INBOX, ask=_inbox(100)),
    Operation(label="inbox of 500, in 5 pages", name="Inbox", text=INBOX, ask=_inbox(100), pages=5),
    Operation(label="patient, messages, plans", name="Patient", text=PATIENT, ask=_patient),
    Operation(label="one unit", name="Unit", text=UNIT, ask=_unit),
    Operation(label="send a message", name="Send", text=SEND, ask=_send, key="key"),
)
GROWS, ROWS_MORE = (0, 2), 450
"""The two whose difference is what the rows between them cost, with four more requests."""
