"""Requests that nobody should send, by name: what is sent, and the status and code that answer it."""

from __future__ import annotations

import json
from typing import Any

from tests.world import pid

NO_ID = "0" * 32


def query(text: str, **more: Any) -> bytes:
    """The body of a GraphQL request."""
    return json.dumps({"query": text, **more}).encode()


def variables(text: str, **given: Any) -> bytes:
    """The body of a GraphQL request with variables."""
    return query(text, variables=given)


def bomb(levels: int) -> str:
    """Each fragment spreads the next one twice: two to the power of `levels` fields, in a few hundred bytes."""
    fragments = (f"fragment f{at} on Unit {{ a{at}: name ...f{at + 1} ...f{at + 1} }}" for at in range(levels))
    return f"{{ units {{ nodes {{ ...f0 }} }} }} {' '.join(fragments)} fragment f{levels} on Unit {{ name }}"


def nested(opening: str, closing: str, levels: int, inside: str = "id") -> str:
    return opening * levels + inside + closing * levels


TWO = "query A { __typename } query B { b: __typename }"
PATIENT = "query P($by: PatientKey!) { patient(by: $by) { id } }"
NODES = "query N($ids: [ID!]!) { nodes(ids: $ids) { id } }"
UNITS = "query U($first: Int, $region: String, $begins: String) {\
  units(first: $first, region: $region, nameBegins: $begins) { nodes { id } } }"

NO_REQUEST: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "not UTF-8": b'{"query":"\xff"}',
    "UTF-16": '{"query":"{ __typename }"}'.encode("utf-16"),
    "a string": b'"x"',
    "a number": b"1",
    "null": b"null",
    "true": b"true",
    "a list": b"[]",
    "a batch": b'[{"query":"{ __typename }"}]',
    "nested lists": b"[" * 100_000,
    "nested objects": b'{"a":' * 20_000,
    "NaN": b'{"query":"{ __typename }","variables":{"a":NaN}}',
    "5000 digits": b'{"query":"{ __typename }","variables":{"a":' + b"1" * 5000 + b"}}",
    "no query": b"{}",
    "null query": b'{"query":null}',
    "numeric query": b'{"query":1}',
    "list of variables": b'{"query":"{ __typename }","variables":[]}',
    "list of extensions": b'{"query":"{ __typename }","extensions":[]}',
    "numeric operation name": b'{"query":"query A { __typename }","operationName":1}',
    "half a surrogate pair": b'{"query":"{ __typename }","variables":{"a":"\\ud800"}}',
    "NUL": b'{"query":"{ __typename }","variables":{"a":["\\u0000"]}}',
    "NUL as a key": b'{"query":"{ __typename }","variables":{"\\u0000":1}}',
}

INVALID_DOCUMENT: dict[str, bytes] = {
    "syntax": query("{ units( "),
    "empty": query(""),
    "two operations": query(TWO),
    "two operations, null name": query(TWO, operationName=None),
    "two operations, empty name": query(TWO, operationName=""),
    "unknown operation": query(TWO, operationName="C"),
    "only a fragment": query("fragment F on Unit { id }"),
    "a type": query("type A { b: Int }"),
    "unknown field": query("{ unitz { nodes { id } } }"),
    "unknown argument": query("{ units(frist: 1) { nodes { id } } }"),
    "unknown type": query("query ($x: Unot) { units { nodes { id } } }"),
    "unknown condition": query('{ node(id: "x") { ... on Untit { id } } }'),
    "unknown enum value": query("{ units(kind: HEALTH_CENTER) { nodes { id } } }"),
    "unknown directive": query("{ __typename @inclde(if: true) }"),
    "unknown input field": query(
        'mutation { openCase(input: {patientID: "a", title: "b"}, idempotencyKey: "k") { __typename } }'
    ),
    "unused variable": query("query ($x: Int) { __typename }"),
    "fragment cycle": query(
        "{ units { nodes { ...A } } } fragment A on Unit { ...B } fragment B on Unit { ...A }"
    ),
    "too many tokens": query("{" + " __typename" * 2001 + "}"),
    "nested fields": query(nested("{ a", "}", 900, "")),
    "nested lists": query("{ units(kind:" + nested("[", "]", 900, "") + ") { nodes { id } } }"),
    "nested types": query("query ($x:" + nested("[", "]", 900, "Int") + ") { __typename }"),
    "nested objects": query("{ compareRegions(draft:" + nested("{a:", "}", 400, "1") + ") { __typename } }"),
    "nested introspection": query(
        "{ __schema { types " + nested("{ fields { type ", "} }", 4, "{ name }") + "} }"
    ),
    "NUL in a literal": query('{ region(code: "\\u0000") { code } }'),
    "5000 digits": query("{ units(first: " + "1" * 5000 + ") { nodes { id } } }"),
    "an impossible day": query('{ viewer { unit { inboxReading(on: "2026-13-01") { day } } } }'),
    "first before its time": query('{ viewer { unit { inboxReading(on: "0001-01-01") { day } } } }'),
    "the last day of all": query('{ viewer { unit { inboxReading(on: "9999-12-31") { day } } } }'),
    "differing arguments": query(
        "{ viewer { unit { inbox(first: 1) { nodes { id } } inbox(first: 2) { nodes { id } } } } }"
    ),
}

INVALID_SYNTAX = {
    "syntax",
    "empty",
    "too many tokens",
    "nested fields",
    "nested lists",
    "nested types",
    "nested objects",
}

_HEAVY = "{ forums(first: 100) { nodes { unit "
TOO_COMPLEX: dict[str, tuple[str, bytes]] = {
    "fragment bomb": ("aliases", query(bomb(25))),
    "long fragment bomb": ("aliases", query(bomb(60))),
    "deep": (
        "depth",
        query("{ patients { nodes " + nested("{ messages { nodes { patient ", "} } }", 8, "{ id }") + "} }"),
    ),
    "aliases": ("aliases", query("{" + " ".join(f"a{at}: __typename" for at in range(31)) + "}")),
    "aliased introspection": (
        "aliases",
        query("{" + " ".join(f"a{at}: __schema {{ types {{ name }} }}" for at in range(4)) + "}"),
    ),
    "pages of pages": (
        "nodes",
        query("{ units(first: 100) { nodes " + nested(_HEAVY, "} } }", 3, "{ id }") + "} }"),
    ),
    "pages of pages by variable": (
        "nodes",
        variables(
            "query ($n: Int!) { units(first: $n) { nodes { forums(first: $n) { nodes { unit {"
            " forums(first: $n) { nodes { id } } } } } } } }",
            n=100,
        ),
    ),
    "paid for by a negative page": (
        "nodes",
        query(
            "{ units(first: -9999999) { nodes { id name } } patients(first: 100) { nodes"
            " { messages(first: 100) { nodes { receipts(first: 100) { nodes { id } } } } } } }"
        ),
    ),
    "many selections": ("selections", query("{" + "units { nodes { id } } " * 200 + "}")),
}

UNIT = "query ($id: ID!) { unit(by: {id: $id}) { id } }"
BAD_INPUT: dict[str, tuple[str, bytes]] = {
    # what is sent, and what the caller is told to do
    "first 0": ("1 to 100", variables(UNITS, first=0)),
    "first 101": ("1 to 100", variables(UNITS, first=101)),
    "first -1": ("1 to 100", variables(UNITS, first=-1)),
    "first as text": ("Int cannot represent", variables(UNITS, first="a")),
    "last 101": ("1 to 100", query("{ units(last: 101) { nodes { id } } }")),
    "first and last": ("either first or last", query("{ units(first: 1, last: 1) { nodes { id } } }")),
    "no cursor": ("copy ids", query('{ units(after: "x") { nodes { id } } }')),
    "another kind's cursor": ("`unit_`", query(f'{{ units(after: "message_{NO_ID}") {{ nodes {{ id }} }} }}')),
    "no id": ("copy ids", variables(UNIT, id="x")),
    "empty id": ("copy ids", variables(UNIT, id="")),
    "numeric id": ("copy ids", variables(UNIT, id=5)),
    "id in capitals": ("copy ids", variables(UNIT, id=pid("unit", "eken").upper())),
    "id with hyphens": ("copy ids", variables(UNIT, id="unit_6d9c2f5e-0000-4000-8000-000000000000")),
    "another kind's id": ("`unit_`", variables(UNIT, id=pid("patient", "alva"))),
    "a table's id": ("copy ids", query(f'{{ node(id: "relation_{NO_ID}") {{ id }} }}')),
    "101 ids": ("at most 100", variables(NODES, ids=[f"unit_{NO_ID}"] * 101)),
    "no ids": ("to be provided", variables(NODES)),
    "an object for ids": ("ID cannot represent", variables(NODES, ids={"a": "b"})),
    "two keys": ("exactly one key", variables(PATIENT, by={"id": "x", "identifier": "y"})),
    "no key": ("exactly one key", variables(PATIENT, by={})),
    "a null key": ("must be non-null", variables(PATIENT, by={"id": None})),
    "no identity": ("identifier:", variables(PATIENT, by={"identifier": "12"})),
    "a long name": ("longer than 200", variables(UNITS, begins="a" * 100_000)),
    "the end of time": (
        "the years 1900 to 2199",
        variables(
            "query ($d: ImaginedMessageInput!) { compareRegions(draft: $d) { outcomes { region } } }",
            d={"topic": "QUESTION", "sentAt": "9999-12-31T23:59:59Z"},
        ),
    ),
    "merged below nodes and edges": (
        "give one an alias",
        query(
            "{ viewer { unit { inbox { nodes { receipts(first: 1) { nodes { id } } }"
            " edges { node { receipts(first: 2) { nodes { id } } } } } } } }"
        ),
    ),
}
