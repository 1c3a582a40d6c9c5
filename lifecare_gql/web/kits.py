"""The outage kit (underlag vid driftstopp) of the caller's own unit over HTTP: to be kept, and cheap to refresh.

``/outage-kit.json`` is the very bytes that are signed, with the signature beside them; ``/outage-kit.html`` is
the page to print, ``/outage-kit.pdf`` the same as a file, where the extra ``pdf`` is installed.
``/outage-kit/key.pem`` is the public key to check with; it needs no token.

The entity tag is of the content, so whoever has the latest one (If-None-Match) gets 304, and nothing is rendered
or sent. Kit-Made-At, Kit-Valid-Until and Kit-Version come with either answer: with 304 they say that the copy
holds for longer than it says itself. The signature is of the bytes that it comes with, and never comes with 304,
whose headers a client puts in place of those that it kept (RFC 9111, section 3.2).

Only the client may keep a kit, and must ask before it is used again: no shared cache, one answer for each token.
304 is logged like 200, for each patient: it says that nothing has changed for any of them, and the record was read
to say so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from lifecare_gql.actions.kit_printing import demand_pdf, printed_kit
from lifecare_gql.actions.outage_kits import outage_kit, signing_key
from lifecare_gql.documents.kit_pages import PdfUnavailable, kit_pages
from lifecare_gql.documents.kit_sheets import KitSheet
from lifecare_gql.documents.kits import kit_etag, kit_json, utc
from lifecare_gql.documents.signatures import public_pem, signed
from lifecare_gql.errors import BadInput
from lifecare_gql.schema.failures import told_of
from lifecare_gql.web.entrance import TURNED_AWAY, Entrance, turned_away
from lifecare_gql.web.refusals import refusal

KIT_URL = "/outage-kit"
OPERATION = "outage-kit"
"""What the access log calls it, however the kit is asked for."""

_OF_THE_CALLER = {
    "cache-control": "private, no-cache",
    "vary": "Authorization",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
# The page says the same of itself; only a header can forbid that another page frames it.
_PAGE = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
}


@dataclass(frozen=True, slots=True)
class _Made:
    """A kit as of now, with its JSON and the tag of its content."""

    sheet: KitSheet
    payload: bytes
    etag: str

    @classmethod
    def of(cls, sheet: KitSheet) -> _Made:
        payload = kit_json(sheet)
        return cls(sheet, payload, kit_etag(payload))

    def headers(self) -> dict[str, str]:
        """What is said of the kit, whether it is sent or not."""
        return {
            **_OF_THE_CALLER,
            "etag": self.etag,
            "kit-made-at": utc(self.sheet.made_at),
            "kit-valid-until": utc(self.sheet.valid_until),
            "kit-version": str(self.sheet.version),
        }


_Show = Callable[[Request, _Made], Awaitable[Response]]


def kit_routes(entrance: Entrance, secret: bytes) -> list[BaseRoute]:
    """GET and HEAD of the kit in its three forms, and of the public key."""
    kits, pem = _Kits(entrance, secret), public_pem(signing_key(secret))

    async def key(request: Request) -> Response:
        return Response(pem, media_type="application/x-pem-file", headers={"cache-control": "no-cache"})

    return [
        Route(f"{KIT_URL}.json", kits.as_json),
        Route(f"{KIT_URL}.html", kits.as_page),
        Route(f"{KIT_URL}.pdf", kits.as_pdf),
        Route(f"{KIT_URL}/key.pem", key),
    ]


class _Kits:
    """Answers with the kit of whoever asks."""

    def __init__(self, entrance: Entrance, secret: bytes) -> None:
        self._entrance, self._key = entrance, signing_key(secret)

    async def as_json(self, request: Request) -> Response:
        return await self._answer(request, self._json)

    async def as_page(self, request: Request) -> Response:
        return await self._answer(request, _page)

    async def as_pdf(self, request: Request) -> Response:
        """501 with what to install, before anything is read, where no PDF can be made."""
        try:
            await demand_pdf()
        except PdfUnavailable as error:
            return refusal(501, str(error), code="PDF_UNAVAILABLE")
        return await self._answer(request, _pdf)

    async def _answer(self, request: Request, show: _Show) -> Response:
        try:
            session = await self._entrance.of(request)
            session.operation = OPERATION
            sheet = await outage_kit(session)
        except TURNED_AWAY as error:
            return turned_away(error)
        except BadInput as error:
            return refusal(404, told_of(error))
        made = await asyncio.to_thread(_Made.of, sheet)
        has_it = _matches(request.headers.getlist("if-none-match"), made.etag)
        response = Response(status_code=304) if has_it else await show(request, made)
        response.headers.update(made.headers())
        return response

    async def _json(self, request: Request, made: _Made) -> Response:
        kit = signed(made.payload, self._key)
        headers = {"kit-signature": kit.signature, "kit-key-id": kit.key_id}
        return Response(kit.payload, media_type="application/json", headers=headers)


async def _page(request: Request, made: _Made) -> Response:
    pieces = kit_pages(made.sheet) if request.method == "GET" else ()
    return StreamingResponse(pieces, media_type="text/html", headers=_PAGE)


async def _pdf(request: Request, made: _Made) -> Response:
    pieces = [await printed_kit(made.sheet)] if request.method == "GET" else []
    return StreamingResponse(pieces, media_type="application/pdf")


def _matches(told: Iterable[str], etag: str) -> bool:
    """Whether one of the tags is this one, by weak comparison (RFC 9110, section 13.1.2)."""
    tags = {one.strip().removeprefix("W/") for line in told for one in line.split(",")}
    return bool({"*", etag.removeprefix("W/")} & tags)
