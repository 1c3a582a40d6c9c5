"""What the journey leaves on paper: the plan, the information to the patient, the invitation to the meeting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from examples.journey.regions import CENTRE, WARD
from examples.journey.travelling import Journey

_PLAN = """query($id: ID!) { plan(id: $id) { document { html } invitation { filename text } } }"""
_EPISODE = "query($id: ID!) { episode(id: $id) { patientInformation { html } } }"


async def papers(journey: Journey) -> dict[str, str]:
    """The papers by their file names."""
    plan = (await journey.ask(CENTRE, _PLAN, id=journey.plan))["plan"]
    episode = (await journey.ask(WARD, _EPISODE, id=journey.episode))["episode"]
    return {
        "sip.html": plan["document"]["html"],
        "patientinformation.html": episode["patientInformation"]["html"],
        plan["invitation"]["filename"]: plan["invitation"]["text"],
    }


def write(papers: Mapping[str, str], folder: Path) -> Iterator[Path]:
    """Write the papers to the folder, which is made if need be; where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in papers.items():
        path = folder / name
        path.write_text(text, encoding="utf-8", newline="")
        yield path
