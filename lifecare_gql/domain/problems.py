"""What is wrong with a plugin, in words that say what to do about it."""

from __future__ import annotations

from pydantic import Field

from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Word


class ProblemSeverity(Word):
    """What a problem costs."""

    LEFT_OUT = (
        "LEFT_OUT",
        "utelämnad",
        "What the plugin says is not used: its region, or its addition, is missing.",
    )
    FAILING = (
        "FAILING",
        "felande",
        "It fails while the server runs: what it should have said is missing from those answers.",
    )
    WARNING = "WARNING", "varning", "All of it is used, but something must be done before a later version."


@value
class Problem:
    """Something that a plugin's owner must mend (problem)."""

    key: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$", description="What kind of problem it is, e.g. hook-hangs.")
    severity: ProblemSeverity = Field(default=ProblemSeverity.LEFT_OUT, description="What it costs.")
    plugin: str | None = Field(default=None, description="The plugin; null when it is the deployment's settings.")
    what: str = Field(description="What is wrong, in English.")
    remedy: str | None = Field(default=None, description="The ways out, in English; null when what says it.")

    def told(self) -> str:
        """One line, and one more with the ways out."""
        line = f"{self.plugin}: {self.what}" if self.plugin else self.what
        return f"{line}\n    ways out: {self.remedy}" if self.remedy else line
