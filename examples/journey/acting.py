"""A step of the journey: somebody does something, and it goes as expected, or the journey ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from examples.journey import telling
from examples.journey.asking import FORMS, Astray
from examples.journey.regions import Setting
from examples.journey.travelling import TEXT, Journey, Until, minutes

Said: TypeAlias = Mapping[str, Any]
_SHORTLY = minutes(10)
Says: TypeAlias = Callable[[Journey], Said]


def always(_: Setting) -> bool:
    """It happens in every region."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Somebody does something. `tell` is what, beginning with a verb; {patient} is the patient's name.

    `refused` are the codes of the objections that it must meet; the region's data says which of its rules warn.
    Any other outcome is no part of the journey, and ends it. `after` says how long is waited before it.
    """

    who: str
    does: str
    tell: str
    says: Says | Said = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    after: Until = _SHORTLY
    when: Callable[[Setting], bool] = always

    async def take(self, journey: Journey) -> None:
        """Do it, check that it went as expected, and tell it."""
        journey.wait(self.after)
        said = self.says(journey) if callable(self.says) else self.says
        found = await self._do(journey, said)
        self._check(journey, found)
        if not self.refused:
            _remember(journey, self.does, said, found)
        seat, tell = journey.seats[self.who], self.tell.format(patient=journey.patient["givenName"])
        journey.happened(f"{seat.name}, {seat.unit}, {tell}{_words_of(said)}", done=not self.refused)
        _tell_objections(journey, self.does, found)

    def _check(self, journey: Journey, found: Any) -> None:
        met = frozenset(one["code"] for one in found.get("objections", ()))
        if met != self.refused or bool(met) != ("message" in found):
            raise Astray(f"{self.does}: {found.get('message') or 'Det gick, fast det inte borde.'}")
        warned = frozenset(one["rule"] for one in found.get("warnings", ()))
        if warned != journey.setting.warns.get(self.does, frozenset()):
            raise Astray(f"{self.does}: andra varningar än väntat: {', '.join(sorted(warned)) or 'inga'}.")

    async def _do(self, journey: Journey, said: Said) -> Any:
        to = FORMS[self.does].to
        about = {to: journey.plan if to == "planId" else journey.episode} if to else {}
        return await journey.api.act(self.does, journey.seats[self.who], about | dict(said))


def _words_of(said: Said) -> str:
    words = said.get("text") or said.get("named") or said.get("reason") or ""
    return f": »{words}«" if words else "."


def _remember(journey: Journey, act: str, said: Said, found: Any) -> None:
    event = found.get("event") or found.get("entry")
    journey.now = telling.local(event["at"])
    journey.notices[act] = event["id"]
    journey.expected = said.get("expectedDischarge", journey.expected)
    journey.episode = (found.get("episode") or {}).get("id", journey.episode)
    journey.plan = (found.get("plan") or {}).get("id", journey.plan)


def _tell_objections(journey: Journey, act: str, found: Any) -> None:
    hinders, warns = found.get("objections", []), found.get("warnings", [])
    if hinders:
        journey.refusals.append((act, tuple(one["code"] for one in hinders)))
        many = "en sak hindrar" if len(hinders) == 1 else f"{len(hinders)} saker hindrar, alla sägs på en gång"
        journey.line(f"Det går inte: {many}. Inget är gjort.")
    if warns:
        journey.warnings.append((act, tuple(one["rule"] for one in warns)))
        journey.line("Det går, men systemet varnar:")
    for mark, text in telling.objections([*hinders, *warns], journey.laws):
        journey.line(text, TEXT + 2, mark)
