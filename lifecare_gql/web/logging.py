"""The server's log: one line for each request and websocket, and of a failure where it arose, never what it held.

A URL, a query, a body, a header, a parameter and the text of an exception may carry a person's data: the
database quotes the whole row that it refuses. None of them is ever logged.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from types import TracebackType
from uuid import uuid4

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lifecare_gql.schema.failures import MASKED, where
from lifecare_gql.web.refusals import refusal

log = logging.getLogger("lifecare_gql.requests")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


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


def configure() -> None:
    """Send the process's log, uvicorn's too, to standard error in the discreet form."""
    handler = logging.StreamHandler()
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
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

    def __init__(self, app: ASGIApp, paths: frozenset[str]) -> None:
        self._app = app
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            status = _status(message) or status
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except ClientDisconnect:
            pass
        except Exception as error:
            reference = uuid4().hex
            log.error("code=INTERNAL cause=%s reference=%s at=%s", type(error).__name__, reference, where(error))
            if scope["type"] == "websocket":
                with suppress(RuntimeError):  # it is closed already
                    await noting({"type": "websocket.close", "code": 1011})
            elif status == 0:
                await refusal(500, MASKED, reference=reference)(scope, receive, noting)
        finally:
            path = scope["path"] if scope["path"] in self._paths else "other"
            took = (time.perf_counter() - began) * 1000
            log.info("%s %s %s %.1f ms", _method(scope), path, status, took)


def _status(message: Message) -> int | None:
    """The status of an answer, or the code with which a websocket is closed from our side."""
    if message["type"] == "http.response.start":
        return int(message["status"])
    return int(message["code"]) if message["type"] == "websocket.close" else None


def _method(scope: Scope) -> str:
    if scope["type"] == "websocket":
        return "WEBSOCKET"
    return scope["method"] if scope["method"] in _METHODS else "other"
