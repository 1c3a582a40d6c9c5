"""Print an outage kit as a PDF file, in a process of its own.

A unit with a hundred patients takes a core for most of a minute and some hundred megabytes, which neither the
event loop nor the server's memory should bear. One file is made at a time.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE

from lifecare_gql.documents.kit_pages import PdfUnavailable, kit_pages, why_no_pdf
from lifecare_gql.documents.kit_sheets import KitSheet

_PRINT = """
import sys
from lifecare_gql.documents.kit_pages import kit_pdf
sys.stdout.buffer.write(kit_pdf(sys.stdin.buffer.read().decode()))
"""
_PRINTER = asyncio.Lock()


async def demand_pdf() -> None:
    """PdfUnavailable, which says what to install, where no PDF file can be made."""
    if missing := await asyncio.to_thread(why_no_pdf):
        raise PdfUnavailable(missing)


async def printed_kit(sheet: KitSheet) -> bytes:
    """The kit as a PDF file; PdfUnavailable where none can be made. The process ends with whoever waits for it."""
    await demand_pdf()
    html = await asyncio.to_thread(lambda: "".join(kit_pages(sheet)).encode())
    async with _PRINTER:
        # What it says of a failure could hold a person's data: nobody reads it.
        printing = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _PRINT, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
        )
        try:
            pdf, _ = await printing.communicate(html)
        finally:
            if printing.returncode is None:
                printing.kill()
    if printing.returncode:
        raise RuntimeError("the process that prints a kit has failed")
    return pdf
