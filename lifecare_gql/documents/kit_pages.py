"""The outage kit on paper (underlag vid driftstopp): one HTML page, in pieces, for A4 in black and white.

It needs no script, no network and no other file. Every sheet of paper tells the unit, when the kit was made, until
when it is valid, and the standing of the routine (V1); every patient and every form begins on a sheet of its own,
because a sheet may be scanned into one patient's record (V28, V39, V46).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from lifecare_gql.documents import kit_forms
from lifecare_gql.documents.kit_sheets import KitSheet
from lifecare_gql.documents.printing import TEMPLATES
from lifecare_gql.errors import LifecareError

KIT_TITLE = "Underlag vid driftstopp"
"""Without the unit or any patient: it is the file's name when printed to PDF."""

_PIECES_AT_A_TIME = 200


class PdfUnavailable(LifecareError):
    """What makes PDF files is not installed."""


def kit_pages(sheet: KitSheet) -> Iterator[str]:
    """The page in pieces, in order: memory holds one patient at a time, however many there are.

    ``ValueError`` if a moment is not aware.
    """
    calls = kit_forms.call_fields(sheet)
    stream = TEMPLATES.get_template("kit.html").stream(
        title=KIT_TITLE,
        sheet=sheet,
        calls=calls,
        noted=tuple(one for one in calls if not one.kind.is_wide),
        called_by_hand=kit_forms.CALLED,
        signed=kit_forms.SIGNED,
        forms=kit_forms.forms(sheet),
        checklists=kit_forms.checklists(sheet),
        postings=kit_forms.postings(sheet),
        contradictions=kit_forms.contradictions(sheet),
        outage_log=kit_forms.OUTAGE_LOG,
    )
    stream.enable_buffering(_PIECES_AT_A_TIME)
    yield from stream


def why_no_pdf() -> str | None:
    """What to install before `kit_pdf` can be used, in a sentence; None when nothing is missing."""
    try:
        _weasyprint()
    except PdfUnavailable as error:
        return str(error)
    return None


def kit_pdf(html: str) -> bytes:
    """The page as a PDF file. It is made in memory: for one unit's kit, not for a region's.

    PdfUnavailable, which says what to install, without the extra ``pdf`` or the system library that it needs.
    """
    weasyprint = _weasyprint()
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())
    pdf: bytes = weasyprint.HTML(string=html, url_fetcher=nothing).write_pdf()
    return pdf


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError:
        raise PdfUnavailable("PDF needs the extra pdf: pip install 'lifecare-gql[pdf]'.") from None
    except OSError:
        told = "PDF needs the system library Pango, e.g. Debian's package libpango-1.0-0 with libpangoft2-1.0-0."
        raise PdfUnavailable(told) from None
    weasyprint.LOGGER.setLevel(logging.ERROR)  # it warns of each style rule that is meant for screens
    return weasyprint
