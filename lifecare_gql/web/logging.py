"""The server's log: one line for each request and websocket, and of a failure where it arose, never what it held.

A URL, a query, a body, a header, a parameter and the text of an exception may carry a person's data: the
database quotes the whole row that it refuses. None of them is ever logged.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lifecare_gql.schema import references
from lifecare_gql.schema.failures import MASKED, where
from lifecare_gql.settings import LogForm
from lifecare_gql.web.refusals import refusal

log = logging.getLogger("lifecare_gql.requests")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
Told = Callable[[str, int, float], None]
"""Hears of each answer: the known route or `other`, the status, and how many seconds it took."""
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def _nobody(route: str, status: int, seconds: float) -> None:
    """Nobody counts the answers."""


class DiscreetFormatter(logging.Formatter):
    """Says of an exception what kind it is and where it arose, and of a message the first line.

    The further lines of asyncio's messages repeat the exception.
    """

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # what another handler's formatter may have left there
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = record.message.partition("\n")[0]
        return super().formatMessage(record)

    def formatException(self, ei: ExcInfo) -> str:
        error = ei[1]
        return "" if error is None else f"{type(error).__name__} at {where(error)}"


class JsonFormatter(DiscreetFormatter):
    """The same as one JSON object in a line: time (UTC), level, logger, message, request; an exception as error.

    `request` is the reference that the caller was told, or null outside any request.
    """

    def format(self, record: logging.LogRecord) -> str:
        request = references.current()
        told = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage().partition("\n")[0],
            "request": request.hex if request else None,
        }
        error = self.formatException(record.exc_info) if record.exc_info else ""
        return json.dumps(told | ({"error": error} if error else {}), ensure_ascii=False)


def configure(form: LogForm = LogForm.TEXT) -> None:
    """Send the process's log, uvicorn's too, to standard error in the discreet form."""
    handler = logging.StreamHandler()
    text = DiscreetFormatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    handler.setFormatter(JsonFormatter() if form is LogForm.JSON else text)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    hush()


def hush() -> None:
    """Keep the libraries from telling what goes over the wire: at lower levels they log frames and addresses."""
    for name in ("uvicorn.error", "websockets", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)


class RequestLog:
    """ASGI middleware. Method and path are logged only when they are known: a stranger's may carry a number.

    What nobody has caught ends here: with a reference for the caller, and the same reference in the log.
    """

    def __init__(self, app: ASGIApp, paths: frozenset[str], told: Told = _nobody) -> None:
        self._app = app
        self._paths = paths
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        began, status, request = time.perf_counter(), 0, references.begin().hex

        async def noting(message: Message) -> None:
            nonlocal status
            status = _status(message) or status
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request.encode())]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except ClientDisconnect:
            pass
        except Exception as error:
            log.error("code=INTERNAL cause=%s reference=%s at=%s", type(error).__name__, request, where(error))
            if scope["type"] == "websocket":
                with suppress(RuntimeError):  # it is closed already
                    await noting({"type": "websocket.close", "code": 1011})
            elif status == 0:
                await refusal(500, MASKED, reference=request)(scope, receive, noting)
        finally:
            path = scope["path"] if scope["path"] in self._paths else "other"
            took = time.perf_counter() - began
            log.info("%s %s %s %.1f ms", _method(scope), path, status, took * 1000)
            self._told(path, status or 0, took)
            references.end()


def _status(message: Message) -> int | None:
    """The status of an answer, or the code with which a websocket is closed from our side."""
    if message["type"] == "http.response.start":
        return int(message["status"])
    return int(message["code"]) if message["type"] == "websocket.close" else None


def _method(scope: Scope) -> str:
    if scope["type"] == "websocket":
        return "WEBSOCKET"
    return scope["method"] if scope["method"] in _METHODS else "other"
