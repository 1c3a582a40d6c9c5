"""The bare server with one field of one answer changed: what the comparison must notice."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette

from bench import bare


async def _another_name(desk: bare.Desk, variables: dict[str, Any]) -> dict[str, Any]:
    data = await bare.unit(desk, variables)
    data["unit"]["name"] += "."
    return data


async def _unlogged(desk: bare.Desk, variables: dict[str, Any]) -> dict[str, Any]:
    desk.connection = _WithoutLog(desk.connection)
    return await bare.patient(desk, variables)


class _WithoutLog:
    """A connection that loses what is written to the access log."""

    def __init__(self, connection: Any) -> None:
        self.execute, self.fetch = connection.execute, connection.fetch

    async def executemany(self, statement: str, rows: Any) -> None:
        assert "insert into access_log" in statement


def renamed() -> Starlette:
    """The bare server, with a dot behind a unit's name."""
    bare.OPERATIONS["Unit"] = _another_name
    return bare.create_app()


def unlogged() -> Starlette:
    """The bare server, which shows a patient and does not log it."""
    bare.OPERATIONS["Patient"] = _unlogged
    return bare.create_app()
