"""Values that nobody should send, and documents and messages that are made to hurt."""

from __future__ import annotations

import json
from typing import Any

from tests.web.hostile import NO_ID, nested, query, variables

MARK = "zq9x"
"""Stands in each text: an answer that holds it repeats what was sent."""

TEXTS: tuple[str, ...] = tuple(
    text.replace("§", MARK)
    for text in (
        "§\0",
        "§\ud800",
        "\udfff§",
        "§\u202etxet\u202c",
        "\u200b§\u200d",
        "\ufeff§",
        "§\u2028\u2029",
        "§\r\nSet-Cookie: a=b",
        "§" + "a" * 200_000,
        "§" + "e\u0301\u0302" * 1000,
        "§👩‍👩‍👧‍👦🇸🇪",
        "§%s%n%x{0}{__class__}{a.b}",
        "§{{7*7}}${7*7}<%= 7 %>#{7}",
        "§' or '1'='1'; drop table patient;--",
        '§"; delete from access_log; --',
        "§%' union select identifier from patient --",
        "§\\' \\\\ \\",
        "§../../../../etc/passwd",
        "§<script>alert(1)</script><img src=x onerror=alert(1)>",
        "§|cat /etc/passwd`id`$(id)",
        "=§+cmd|' /C calc'!A0",
        "§19900101-2385",
        "§199001012385 och 6110332393",
        "§１９９００１０１２３８５",
        "§١٩٩٠٠١٠١٢٣٨٥",
        "§²³¼",
        "§NaN Infinity -Infinity 1e400",
        "§" + "9" * 5000,
        "",
        " ",
        "\t\n",
        "null",
        "__proto__",
        "constructor",
        "true",
        "-0",
        "0x10",
        "1_000",
        "2026-02-30",
        "0000-00-00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:60Z",
        "2026-11-23T10:00:00+99:99",
        "2026-11-23T10:00:00",
        "24:00",
        "۲۰۲۶-۱۱-۲۳",
        f"patient_{NO_ID}",
        f"PATIENT_{NO_ID}",
        f"unit_{'f' * 33}",
        f"episode_{'g' * 32}",
        f"message_{NO_ID}\n",
        f"_{NO_ID}",
        "patient_" + "０" * 32,
        "urn:uuid:6d9c2f5e-0000-4000-8000-000000000000",
        "UGF0aWVudDox",
        "SE0000000000-" + "A" * 100,
        "halland\0",
        "+46" + "7" * 60,
    )
)
NUMBERS: tuple[Any, ...] = (
    0,
    -1,
    101,
    2**31 - 1,
    2**31,
    -(2**31) - 1,
    2**53 + 1,
    2**63,
    -(2**64),
    10**300,
    1.5,
    1e308,
    -0.0,
    True,
    "1",
    "１",
)
OTHERS: tuple[Any, ...] = (
    None,
    [],
    [[[]]],
    {},
    {"a": {"b": [1]}},
    {MARK: MARK},
    0,
    -1.5,
    False,
    MARK,
    [None],
    [MARK] * 300,
    {"__typename": "Query"},
)

_MANY = 400
ATTACKS: dict[str, bytes] = {
    "conflicting fields": query("{" + " ".join(f"a: node(id: {at}) {{ id }}" for at in range(_MANY)) + "}"),
    "the same field": query("{" + "__typename " * _MANY + "}"),
    "conflicts in fragments": query(
        "{"
        + "...A ...B " * 100
        + "} fragment A on Query { a: __typename } fragment B on Query { a: viewer { name } }"
    ),
    "a chain of fragments": query(
        "{ ...f0 } " + " ".join(f"fragment f{at} on Query {{ ...f{at + 1} }}" for at in range(200))
    ),
    "a ring of fragments": query(
        "{ ...f0 } " + " ".join(f"fragment f{at} on Query {{ ...f{(at + 1) % 200} }}" for at in range(200))
    ),
    "unknown fragments": query("{" + " ".join(f"...f{at}" for at in range(_MANY)) + "}"),
    "unused fragments": query(
        "{ __typename } " + " ".join(f"fragment f{at} on Query {{ __typename }}" for at in range(200))
    ),
    "a flood of directives": query("{ __typename " + "@include(if: true) " * _MANY + "}"),
    "a flood of unknown directives": query("{ __typename " + "@a" * 900 + "}"),
    "directives on variables": query(
        "query (" + " ".join(f"$v{at}: Int @a" for at in range(300)) + ") { __typename }"
    ),
    "many variables": query("query (" + " ".join(f"$v{at}: Int" for at in range(_MANY)) + ") { __typename }"),
    "many operations": query(" ".join(f"query Q{at} {{ __typename }}" for at in range(390)), operationName="Q1"),
    "many operations of one name": query("query Q { __typename } " * 300, operationName="Q"),
    "a deep default": query("query ($a: [Int] = " + nested("[", "]", 300, "1") + ") { __typename }"),
    "a deep variable": variables(
        "query ($a: MessageInput) { __typename }", a=json.loads(nested("[", "]", 60, "1"))
    ),
    "a wide variable": variables("query ($a: [ID!]!) { nodes(ids: $a) { id } }", a=["x"] * 30_000),
    "many unknown variables": variables("{ __typename }", **{f"v{at}": at for at in range(10_000)}),
    "many unknown fields": query("{" + " ".join(f"u{at}" for at in range(_MANY)) + "}"),
    "types all the way": query(
        "query (" + " ".join(f"$v{at}: [[[[Int]]]]" for at in range(100)) + ") { __typename }"
    ),
    "inline fragments all the way": query(nested("{ ... on Query ", "}", 190, "{ __typename }")),
    "bare inline fragments": query(nested("{ ... ", "}", 190, "{ __typename }")),
    "a long name": query("{ " + "a" * 30_000 + " }"),
    "a long alias": query("{ " + "a" * 30_000 + ": __typename }"),
    "a long comment": query("{ __typename } #" + "a" * 31_000),
    "a long operation name": query("{ __typename }", operationName="a" * 100_000),
    "block strings": query('{ region(code: """' + '\\"""' * 2000 + '""") { code } }'),
    "escapes": query('{ region(code: "' + "\\u{10FFFF}" * 2000 + '") { code } }'),
    "half a pair, escaped": query('{ region(code: "\\ud800") { code } }'),
    "introspection of introspection": query("{ __schema { types { fields { type { fields { name } } } } } }"),
    "a long type": query("query ($a: " + "A" * 30_000 + ") { __typename }"),
    "a long extension": query("{ __typename }", extensions={"a": "b" * 100_000}),
    "numbers": query("{ units(first: 1e999) { nodes { id } } }"),
    "a long number": query("{ units(first: " + "1" * 900 + ") { nodes { id } } }"),
    "dry runs": query("{" + " ".join(f"a{at}: rateLimit(dryRun: true) {{ cost }}" for at in range(29)) + "}"),
    "a dry run of nothing": query("{ rateLimit(dryRun: true) @skip(if: true) { cost } }"),
    "subscription": query("subscription { a b c }"),
    "type system": query("type Query { a: Int } extend schema { query: Query }"),
}
FRAMES: dict[str, bytes | str] = {
    "a bomb": json.dumps({"type": "subscribe", "id": "1", "payload": {"query": "{" * 5000}}),
    "nested": '{"type":"ping","payload":' + '{"a":' * 100 + "1" + "}" * 100 + "}",
    "a list of messages": "[" + '{"type":"ping"},' * 100 + '{"type":"ping"}]',
    "a mark as type": json.dumps({"type": MARK}),
    "a mark as id": json.dumps({"type": "subscribe", "id": MARK * 100, "payload": {"query": MARK}}),
    "prototype": '{"type":"subscribe","__proto__":{"id":"1"},"payload":{"query":"{__typename}"}}',
    "twice the same key": '{"type":"ping","type":"subscribe"}',
    "deep variables": '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":'
    + '{"a":' * 80
    + "1"
    + "}" * 82,
    "a binary frame": b"\x00\xff" * 100,
}
