"""The outage kit of a unit, made of its record, through the API and as files, on both databases."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from lifecare_gql.documents.signatures import load_public_key, verify
from lifecare_gql.errors import ConfigurationError
from lifecare_gql.kits import check_kit
from tests.api.process import CENTRE, WARD, admitted, notice_of
from tests.api.test_access import log
from tests.api.test_sending import message
from tests.conftest import Api, run
from tests.world import SECRET, pid, uid

KIT = """query K($id: ID!) { unit(by: {id: $id}) { outageKit {
  version madeAt validUntil etag withheldCount json html signature publicKey } } }"""
NUMBERS = (  # V55, V58 and V7, as the document prints them but for the stray space of Sollefteå
    "0611-800 00",
    "060-16 31 00",
    "0690-25 01 00",
    "0660-880 00",
    "060-19 10 00",
    "0612-800 00",
    "0611-34 80 00",
    "0620-",
    "0660 890 70",
)


async def kit_of(api: Api, unit: str, asked_by: str = "") -> Any:
    return (await api(KIT, asked_by or unit, id=pid("unit", unit)))["unit"]["outageKit"]


async def test_a_kit_holds_what_is_open_whom_to_call_and_the_regions_own_routine(api: Api) -> None:
    episode = await admitted(api)
    await notice_of(api, episode, "sundsvall", CENTRE)

    kit = await kit_of(api, "sundsvall")

    [found] = json.loads(kit["json"])["episodes"]
    assert found["patient"]["name"] == "Alva Testberg"
    assert {one["unit"]["name"] for one in found["participants"]} == {"Avdelning", "Eken"}
    assert "08-465 004 10" in kit["html"]
    for told in (*NUMBERS, "Alva Testberg", "EJ BESLUTAD", "Planeringsunderlag"):
        assert told in kit["html"], told
    assert verify(kit["json"].encode(), kit["signature"], load_public_key(kit["publicKey"]))
    assert not verify(
        kit["json"].replace("Alva", "Elva").encode(), kit["signature"], load_public_key(kit["publicKey"])
    )
    reads = [one["patient"] for one in await log(api) if one["act"] == "READ" and one["operation"] == "K"]
    assert reads == [str(uid("patient alva"))]


async def test_a_region_without_a_routine_says_so_and_lends_none(api: Api) -> None:
    kit = await kit_of(api, WARD)
    assert "Ingen publicerad avbrottsrutin" in kit["html"]
    assert not any(number in kit["html"] for number in NUMBERS if number != "0620-")


async def test_nothing_of_a_protected_person_is_in_it(api: Api) -> None:
    episode = await admitted(api)
    await notice_of(api, episode, "varberg", CENTRE)
    await api.do("sendMessage:MessageInput", "varberg", **message("alva", CENTRE))
    before = await kit_of(api, CENTRE)
    assert "Testberg" in before["html"]

    await run(api, f"update patient set protection = 'CONFIDENTIALITY_MARK' where id = '{uid('patient alva')}'")
    after = await kit_of(api, CENTRE)

    assert (before["withheldCount"], after["withheldCount"]) == (0, 1)
    for told in ("Alva", "Testberg", "19900101", "2385", "Testgatan"):
        assert told not in after["html"] + after["json"], told
    assert "1 person med skyddade personuppgifter är utelämnade" in after["html"] or "utelämnad" in after["html"]


async def test_the_tag_changes_with_the_content_and_not_with_the_time(api: Api) -> None:
    first = await kit_of(api, CENTRE)
    api.clock.now = api.clock.now.replace(hour=11)
    again = await kit_of(api, CENTRE)
    await notice_of(api, await admitted(api), "varberg", CENTRE)
    other = await kit_of(api, CENTRE)

    assert first["etag"] == again["etag"] != other["etag"]
    assert first["version"] < again["version"]


async def test_another_units_kit_is_nobodys(api: Api) -> None:
    assert await kit_of(api, CENTRE, "linden") is None
    assert [one["subject"] for one in await log(api) if one["act"] == "DENIED"] == ["Unit.outageKit"]


async def started(api: Api, out: Path, *options: str, **variables: str) -> asyncio.subprocess.Process:
    """The scheduled command, as a process of its own, for a whole region."""
    chosen = options or ("--region", "halland")
    command = (sys.executable, "-m", "lifecare_gql", "outage-kit", *chosen, "--out", str(out))
    environment = os.environ | {"LIFECARE_DATABASE_URL": api.url, "LIFECARE_SECRET": SECRET} | variables
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=pipe)


def folders(out: Path) -> list[Path]:
    return sorted(one for one in out.iterdir() if one.is_dir())


async def test_kits_as_files_open_without_a_server_and_tell_of_a_changed_byte(api: Api, tmp_path: Path) -> None:
    await notice_of(api, await admitted(api), "varberg", CENTRE)

    told, _ = await (await started(api, tmp_path)).communicate()

    assert [line.split()[0] for line in told.decode().splitlines()[:-1]] == [f"{at}/5" for at in range(1, 6)]
    made = folders(tmp_path)
    assert len(made) == 5
    for one in made:
        assert check_kit(one, tmp_path / "key.pem").startswith('W/"')
        assert (one / "kit.html").read_text("utf-8").lower().startswith("<!doctype html>")
        assert (one / "kit.json").stat().st_mode & 0o077 == 0
    payload = bytearray((made[0] / "kit.json").read_bytes())
    payload[len(payload) // 2] ^= 1
    (made[0] / "kit.json").write_bytes(payload)
    with pytest.raises(ConfigurationError, match="not what was signed"):
        check_kit(made[0], tmp_path / "key.pem")
    systems = [one for one in await log(api) if one["staff"] == "SYSTEM"]
    assert {one["patient"] for one in systems} == {str(uid("patient alva"))}


async def test_a_pdf_file_is_written_when_asked_for_and_never_outlives_its_kit(api: Api, tmp_path: Path) -> None:
    with_pdf, without = ("--municipality", "1383", "--pdf"), ("--municipality", "1383")
    await (await started(api, tmp_path, *with_pdf)).communicate()
    for folder in folders(tmp_path):
        assert (folder / "kit.pdf").read_bytes().startswith(b"%PDF-")
        assert (folder / "kit.pdf").stat().st_mode & 0o077 == 0

    await (await started(api, tmp_path, *without)).communicate()
    assert len(folders(tmp_path)) == 2
    assert not [folder for folder in folders(tmp_path) if (folder / "kit.pdf").exists()]


async def test_without_the_extra_the_command_says_what_to_install_and_writes_nothing(
    api: Api, tmp_path: Path
) -> None:
    (tmp_path / "weasyprint.py").write_text(
        "raise ImportError", "utf-8"
    )  # stands before the one that is installed
    path = os.pathsep.join([str(tmp_path), *sys.path])

    command = await started(api, tmp_path / "kits", "--region", "halland", "--pdf", PYTHONPATH=path)
    told, complaint = await command.communicate()

    assert (command.returncode, told) == (1, b"")
    assert complaint.decode().startswith("PDF needs the extra pdf: pip install 'lifecare-gql[pdf]'.")
    assert not (tmp_path / "kits").exists()


async def test_a_command_killed_at_any_moment_leaves_kits_that_can_be_checked(api: Api, tmp_path: Path) -> None:
    await notice_of(api, await admitted(api), "varberg", CENTRE)
    await (await started(api, tmp_path)).communicate()

    for lines in range(1, 4):  # killed after so many units: the next one is just being written
        process = await started(api, tmp_path)
        assert process.stdout is not None
        for _ in range(lines):
            await process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        await process.communicate()
        assert len(folders(tmp_path)) == 5
        for folder in folders(tmp_path):
            check_kit(folder, tmp_path / "key.pem")
