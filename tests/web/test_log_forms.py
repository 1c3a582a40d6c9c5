"""The log as lines for a machine, and the one name that a request has everywhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from lifecare_gql.schema import references
from lifecare_gql.settings import LogForm, from_environment
from lifecare_gql.web.logging import JsonFormatter
from tests import world
from tests.api.test_sending import message
from tests.conftest import Api, run
from tests.house.test_log import SECRET_TEXT, failed
from tests.web.hostile import PATIENT

INBOX = "{ viewer { unit { inbox { nodes { id } } } } }"


class Lines(logging.Handler):
    """What is logged, as JSON."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """The program's log, from now on."""
    handler, log = Lines(), logging.getLogger("lifecare_gql")
    log.addHandler(handler)
    yield handler.lines
    log.removeHandler(handler)


async def test_every_line_of_a_request_has_the_reference_that_the_caller_is_told(
    api: Api, lines: list[str]
) -> None:
    await run(api, "alter table message rename to lost")
    body = {"query": INBOX}
    answer = await api.http.post("/graphql", json=body, headers=api.headers("varberg"))

    reference = answer.json()["errors"][0]["extensions"]["reference"]
    told = [json.loads(line) for line in lines]
    assert answer.headers["x-request-id"] == reference
    assert [(one["level"], one["logger"]) for one in told] == [
        ("ERROR", "lifecare_gql.errors"),
        ("INFO", "lifecare_gql.requests"),
    ]
    assert {one["request"] for one in told} == {reference}
    assert f"reference={reference}" in told[0]["message"]
    assert all(set(one) == {"time", "level", "logger", "message", "request"} for one in told)


async def test_the_access_log_has_it_too(api: Api) -> None:
    number = world.number("alva")
    body = {"query": PATIENT, "variables": {"by": {"identifier": number}}}
    answer = await api.http.post("/graphql", json=body, headers=api.headers("varberg"))

    [(logged,)] = await run(api, "select distinct request_id from access_log")
    assert str(logged).replace("-", "") == answer.headers["x-request-id"]


async def test_two_requests_have_two_names_whatever_they_call_themselves(api: Api) -> None:
    mine = {"x-request-id": world.number("alva")}
    told = [(await api.http.get("/livez", headers=mine)).headers["x-request-id"] for _ in range(2)]

    assert len({*told, *mine.values()}) == 3
    assert references.current() is None


async def test_nothing_of_a_person_is_in_a_line(api: Api, lines: list[str]) -> None:
    await api.do("sendMessage:MessageInput", "varberg", **message("alva", "eken"))
    await api.post(PATIENT, "varberg", by={"identifier": world.number("alva")})

    assert lines
    text = "\n".join(lines)
    assert not [one for one in (world.number("alva"), "Kan ni ringa", "Alva", "Testberg") if one in text]


def test_of_an_exception_a_line_tells_where_it_arose_and_not_what_it_held() -> None:
    told = json.loads(JsonFormatter().format(failed()))

    assert (told["level"], told["message"]) == ("ERROR", "Task exception was never retrieved")
    assert told["error"].startswith("ValueError at test_log.py:")
    assert told["request"] is None
    assert SECRET_TEXT not in json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize("form", LogForm)
def test_a_setting_chooses_the_form(form: LogForm) -> None:
    assert from_environment({"LIFECARE_LOG": form}).log is form
