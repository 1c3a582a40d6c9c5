"""Draw what somebody might ask for in a care episode: anything in the vocabulary, with good input and bad."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from uuid import UUID

from lifecare_gql.actions import episode_acts, episode_openings
from lifecare_gql.actions.episode_acts import EpisodeOrder, Standing
from lifecare_gql.actions.episode_openings import OpeningOrder
from lifecare_gql.actions.results import Outcome
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.episode_facts import EpisodeFacts
from lifecare_gql.domain.episodes import available_actions
from lifecare_gql.domain.reviewing import MAX_TEXT_LENGTH
from tests import world
from tests.api.stage import (
    ABOUT_A_NOTICE,
    CENTRE,
    NURSES,
    OPENINGS,
    OTHER_CENTRE,
    OTHER_WARD,
    RECIPIENTS,
    TOWN,
    UNITS,
    WARD,
    E,
    Stage,
    saying,
)
from tests.world import uid

WEIGHTS = dict(zip(UNITS, (6, 3, 3, 2, 1, 1, 1), strict=True))
RARE = (E.ABORTED, E.CLOSED, E.NO_NEED_ASSESSED, E.MISDIRECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One request as somebody makes it."""

    unit: str
    order: EpisodeOrder | OpeningOrder
    key: str
    milliseconds: int

    async def sent(self, session: Session) -> Outcome:
        if isinstance(self.order, OpeningOrder):
            return await episode_openings.open_episode(session, self.order, self.key)
        return await episode_acts.act(session, self.order, self.key)


class Chance:
    """Draws requests about one patient's episode as it was last read."""

    def __init__(self, seed: str, stage: Stage, patient: str) -> None:
        self.roll = Random(seed)
        self.stage, self.patient = stage, patient
        self.keys: list[str] = []

    def often(self, share: float) -> bool:
        return self.roll.random() < share

    def two(self, stands: Standing) -> tuple[Draw, Draw]:
        """Two requests at the same time: by anybody, sometimes the same one twice, sometimes with the same key."""
        one, other = self.request(stands), self.request(stands)
        if self.often(0.1):
            return one, replace(one, milliseconds=other.milliseconds)
        if self.often(0.1):  # two colleagues do the same thing
            return one, replace(one, milliseconds=other.milliseconds, key=other.key)
        if self.often(0.1):  # one key for two things
            return one, replace(self.request(stands, one.unit), key=one.key)
        return one, other

    def request(self, stands: Standing, unit: str | None = None) -> Draw:
        """A request by the unit, or by anybody."""
        unit = unit or self._unit(stands.facts)
        kind = self._kind(unit, stands.facts)
        return Draw(unit=unit, order=self._order(unit, kind, stands), key=self._key(), milliseconds=self._late())

    def _unit(self, facts: EpisodeFacts) -> str:
        """Mostly one that takes part."""
        here = [name for name in UNITS if facts.participant(self.stage.callers[name].unit.id)]
        among = here if here and self.often(0.85) else UNITS
        return self.roll.choices(among, [WEIGHTS[one] for one in among])[0]

    def _late(self) -> int:
        return self.roll.randrange(5)

    def _key(self) -> str:
        if not self.keys or not self.often(0.05):
            self.keys.append(f"{self.patient}-{self.stage.db.dialect}-{self.roll.getrandbits(64):x}")
        return self.roll.choice(self.keys[-20:]) if self.often(0.05) else self.keys[-1]

    def _kind(self, unit: str, facts: EpisodeFacts) -> E:
        party = self.stage.callers[unit].unit
        offered = [one.event for one in available_actions(facts, party, self.stage.regions) if one.allowed]
        kind = self.roll.choice(offered if offered and self.often(0.75) else list(E))
        return self.roll.choice(list(E)) if kind in RARE and self.often(0.7) else kind

    def _order(self, unit: str, kind: E, stands: Standing) -> EpisodeOrder | OpeningOrder:
        now = self.stage.now
        said = saying(kind, now, self._recipients(unit, kind, stands.facts), **self._changes(unit, kind, stands))
        if kind in OPENINGS:
            if self.often(0.5):
                return OpeningOrder(kind=kind, patient_id=stands.patient_id, saying=said)
            return OpeningOrder(kind=kind, identifier=world.number(self.patient), saying=said)
        if kind in ABOUT_A_NOTICE:
            return EpisodeOrder(kind=kind, notice_id=UUID(said.fields["about"]), saying=said)
        version = self._version(len(stands.history))
        return EpisodeOrder(kind=kind, episode_id=stands.episode_id, expected_version=version, saying=said)

    def _version(self, current: int) -> int | None:
        return self.roll.choice((current, current, current - 1)) if self.often(0.2) else None

    def _recipients(self, unit: str, kind: E, facts: EpisodeFacts) -> Sequence[str]:
        if kind not in RECIPIENTS:
            return ()
        if self.often(0.2):
            return self.roll.sample((*UNITS, "nedlagd", "no such unit"), self.roll.randrange(3))
        here = [name for name, caller in self.stage.callers.items() if facts.participant(caller.unit.id)]
        others = [name for name in here if name != unit]
        good: dict[E, Sequence[str]] = {
            E.CARE_REQUESTED: (WARD, OTHER_WARD),
            E.ADMISSION_NOTICE_SENT: (CENTRE, TOWN, NURSES, OTHER_CENTRE),
            E.FORWARDED: (NURSES, TOWN),
            E.PARTICIPANT_ADDED: [name for name in UNITS if name not in here],
        }
        among = good.get(kind, others)
        return self.roll.sample(among, min(len(among), self.roll.randint(1, 3)))

    def _changes(self, unit: str, kind: E, stands: Standing) -> dict[str, Any]:
        """What is said otherwise than it should be, and which notice or unit is meant."""
        changes: dict[str, Any] = {}
        if kind in ABOUT_A_NOTICE:
            changes["about"] = self._notice(unit, stands)
        if kind is E.PHONE_CALL_LOGGED:
            changes["called"] = self.roll.choice(UNITS)
        if kind in (E.SECRECY_ASSESSED, E.COMPULSORY_CARE_ASSESSED):
            changes["holds"] = self.often(0.3)
        wrong = {name: self._wrong(name) for name in saying(kind, self.stage.now, ()).fields if self.often(0.08)}
        return {**changes, **wrong}

    def _notice(self, unit: str, stands: Standing) -> str:
        mine = [one.id for one in stands.facts.to(self.stage.callers[unit].unit.id)]
        if mine and self.often(0.85):
            return self.roll.choice(mine[-4:])
        return self.roll.choice([*(event.id for event in stands.history), str(uid("no such notice"))])

    def _wrong(self, name: str) -> Any:
        now = self.stage.now
        values: dict[str, Sequence[Any]] = {
            "text": ("", " \n", "x" * (MAX_TEXT_LENGTH + 1), "rad\u2028två"),
            "reason": ("", " ", "x" * (MAX_TEXT_LENGTH + 1)),
            "named": ("", "x" * 1000),
            "spoke_with": ("", "x" * 1000),
            "holds": (None,),
            "expected_discharge": (None, now.date() - dt.timedelta(days=1), dt.date(1900, 1, 1)),
            "occurred_at": (None, now + dt.timedelta(days=1), now - dt.timedelta(days=400)),
            "receives_from": (None, now - dt.timedelta(days=1)),
            "track": ("no such track", "x" * 1000),
            "checklist": ((),),
            "informed": (frozenset(),),
        }
        return self.roll.choice(values[name])
