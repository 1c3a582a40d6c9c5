"""All 21 regions: the four, and 17 that the scaffold writes and a few lines of invented data complete."""

from __future__ import annotations

from pathlib import Path

from lifecare_gql.scaffold import write_region
from tests.regions.test_add_a_region import BLOCKS, PAGE

OTHERS = {
    "blekinge": "10",
    "dalarna": "20",
    "gavleborg": "21",
    "gotland": "09",
    "jamtland": "23",
    "jonkoping": "06",
    "kalmar": "08",
    "kronoberg": "07",
    "norrbotten": "25",
    "skane": "12",
    "sodermanland": "04",
    "uppsala": "03",
    "varmland": "17",
    "vasterbotten": "24",
    "vastmanland": "19",
    "vastragotaland": "14",
    "ostergotland": "05",
}
"""The code and SCB's county code of each region that has no plugin of ours."""


def write_many(folder: Path) -> list[Path]:
    """The 17 plugins in the folder, each as if installed in a place of its own: what to put on the path."""
    return [_write(folder, code, county, number) for number, (code, county) in enumerate(OTHERS.items())]


def _write(folder: Path, code: str, county: str, number: int) -> Path:
    """The scaffold's files, filled in with the invented data of docs/add-a-region.md."""
    write_region(code, f"Region {code.capitalize()}", folder)
    home, package = folder / code, f"lifecare_gql_{code}"
    for gone in ("contacts.toml", "outage.toml"):
        home.joinpath(package, "data", gone).unlink()
    for language, purpose, text in BLOCKS.findall(PAGE):
        if language in ("toml", "text", "md"):
            file = folder / purpose.removeprefix("plugins/").replace("gotland", code)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_of(code, county, f"X{chr(65 + number // 5)}{chr(65 + number % 5)}", text), "utf-8")
    told = home / f"{package}-0.1.0.dist-info"
    told.mkdir()
    told.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1.0\n", "utf-8")
    told.joinpath("entry_points.txt").write_text(f"[lifecare_gql]\n{code} = {package}.plugin\n", "utf-8")
    return home


def _of(code: str, county: str, prefix: str, text: str) -> str:
    """The page's data, said of another region; rules and municipality get codes of their own."""
    swaps = {"gotland": code, "GOT-": f"{prefix}-", '"09"': f'"{county}"', '"0980"': f'"{county}80"'}
    for one, other in swaps.items():
        text = text.replace(one, other)
    return text
