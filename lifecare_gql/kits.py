"""Outage kits as files, made by a scheduled command, opened without a server.

Each unit's kit is a folder of its own: ``kit.json``, ``kit.sig``, ``kit.html`` and, when asked for, ``kit.pdf``;
beside the folders lies the public key ``key.pem``. A file is written beside its place and then put there, so a
command that is killed leaves the old file whole. Memory holds one unit's kit at a time.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from lifecare_gql.actions.facts import party
from lifecare_gql.actions.kit_printing import demand_pdf, printed_kit
from lifecare_gql.actions.outage_kits import outage_kit, signing_key
from lifecare_gql.actions.session import Caller, Session
from lifecare_gql.documents.kit_pages import kit_pages
from lifecare_gql.documents.kit_sheets import KitSheet
from lifecare_gql.documents.kits import kit_etag, kit_json
from lifecare_gql.documents.signatures import load_public_key, public_pem, signed, verify
from lifecare_gql.errors import ConfigurationError
from lifecare_gql.regions import Regions
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.reading.reader import Reader, Row
from lifecare_gql.storage.reading.rows import Rows, Shape
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.viewer import Viewer

_SYSTEM = "SYSTEM"
"""Stands in the access log where no person asked: the scheduled command did."""

_THE_COMMAND = Viewer(unit_id=UUID(int=0))
_UNIT = Shape.of(rows.Unit, "hsa_id", "name", "kind", "region_code", "municipality_code", "phone", "active")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A unit's kit that was written: where, how many patients' matters, and how many persons are left out."""

    unit: str
    folder: Path
    episodes: int
    messages: int
    withheld: int
    done: int
    of: int


async def make_kits(
    db: Database,
    regions: Regions,
    secret: bytes,
    now: dt.datetime,
    out: Path,
    where: Where,
    *,
    pdf: bool = False,
) -> AsyncIterator[Made]:
    """Write the kit of each active unit that meets the condition, and tell of each when it is there.

    PdfUnavailable, which says what to install, when `pdf` is wanted and cannot be made; nothing is written then.
    """
    if pdf:
        await demand_pdf()
    reader = Reader(db.select, db.dialect, _THE_COMMAND)
    wanted = Rows(model=rows.Unit, where=Where(f"{{t}}.active and {where.sql}", where.params))
    units = (await reader.page(wanted, _UNIT)).rows
    _begin(out, secret)
    for at, unit in enumerate(units, start=1):
        session = Session(
            db=db, regions=regions, caller=_caller(unit), now=now, secret=secret, operation="outage-kit"
        )
        sheet = await outage_kit(session)
        folder = out / unit.hsa_id
        write_kit(folder, sheet, secret, await printed_kit(sheet) if pdf else None)
        yield Made(
            unit=unit.name,
            folder=folder,
            episodes=len(sheet.episodes),
            messages=len(sheet.messages),
            withheld=sheet.withheld_count,
            done=at,
            of=len(units),
        )


def _begin(out: Path, secret: bytes) -> None:
    out.mkdir(parents=True, exist_ok=True)
    _put(out / "key.pem", [public_pem(signing_key(secret)).encode()])


def _caller(unit: Row) -> Caller:
    return Caller(
        assignment_id=UUID(int=0),
        assignment_hsa_id=_SYSTEM,
        staff_hsa_id=_SYSTEM,
        name=_SYSTEM,
        title="",
        licensed=False,
        unit_id=unit.id,
        unit=party(unit),
    )


def write_kit(folder: Path, sheet: KitSheet, secret: bytes, pdf: bytes | None = None) -> None:
    """Write the kit. While it is exchanged the signatures of the old and the new one stand side by side.

    So whichever of them is there when the command is killed can be checked. No older PDF file stays beside it.
    """
    payload, signatures = kit_json(sheet), folder / "kit.sig"
    new = f"{signed(payload, signing_key(secret)).signature}\n".encode()
    folder.mkdir(parents=True, exist_ok=True)
    _put(folder / "kit.html", (piece.encode() for piece in kit_pages(sheet)))
    if pdf is None:
        (folder / "kit.pdf").unlink(missing_ok=True)
    else:
        _put(folder / "kit.pdf", [pdf])
    _put(signatures, [new, signatures.read_bytes() if signatures.exists() else b""])
    _put(folder / "kit.json", [payload])
    _put(signatures, [new])


def check_kit(folder: Path, key: Path) -> str:
    """The kit's entity tag; ConfigurationError when it is not whole, or a byte was changed."""
    payload, public = (folder / "kit.json").read_bytes(), load_public_key(key.read_text("ascii"))
    signatures = (folder / "kit.sig").read_text("ascii").split()
    if not any(verify(payload, one, public) for one in signatures):
        raise ConfigurationError(f"{folder / 'kit.json'} is not what was signed: do not use it.")
    return kit_etag(payload)


def _put(path: Path, pieces: Iterable[bytes]) -> None:
    """Write beside the place, then put it there at once; only its owner can read it: it is about patients."""
    beside = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
