"""What the benchmark's database holds: 200 units, 20 000 patients, 200 000 messages, 10 000 plans, all by rule.

Everything has the id that its kind and number give it, so that whoever asks need not look anything up.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import ClassVar
from uuid import UUID

UNITS, PATIENTS = 200, 20_000
FREQUENT, SELDOM = 25, 5
"""Messages about a patient: a quarter of the patients has many, the others few; 10 on average."""

PLANS = 2
"""Of each patient with many messages."""

LISTENERS, SCOPES = 200, 10

TEXT_LENGTH = 300
REGION, TOPIC = "stockholm", "QUESTION"
"""Where a question between two units meets no objection and gets no deadline."""

LONG_AGO = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
FIRST_SENT = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
_STRIDE = 7919  # a prime, so that neighbours in time are about different patients
_WORDS = ("patienten", "behöver", "hjälp", "hemma", "med", "läkemedel", "och", "återkoppling", "före", "besöket")


@dataclass(frozen=True)
class World:
    """The numbers, and who has to do with whom. Half of the units are municipal, half are health centres."""

    scale: float = 1.0
    seed: int = 1
    region: ClassVar[str] = REGION

    @cached_property
    def units(self) -> int:
        return max(4, 2 * round(UNITS * self.scale / 2))

    @cached_property
    def patients(self) -> int:
        return max(40, 4 * round(PATIENTS * self.scale / 4))

    @cached_property
    def frequent(self) -> int:
        """So many patients, the first ones, have many messages."""
        return self.patients // 4

    @cached_property
    def messages(self) -> int:
        return FREQUENT * self.frequent + SELDOM * (self.patients - self.frequent)

    @cached_property
    def texts(self) -> list[str]:
        """Texts of the right length, which the messages take in turn."""
        chance = random.Random(self.seed)
        return [" ".join(chance.choices(_WORDS, k=TEXT_LENGTH))[: TEXT_LENGTH - 1] + "." for _ in range(100)]

    def id(self, kind: str, number: int) -> UUID:
        """The id of the thing of that kind and number."""
        return _id(self.seed, kind, number)

    def public_id(self, kind: str, number: int) -> str:
        """The same as callers write it."""
        return f"{kind}_{self.id(kind, number).hex}"

    def staff(self, unit: int) -> tuple[str, str]:
        """HSA-ids of the one who works at the unit, and of the assignment."""
        return f"SE0000000000-S{unit}", f"SE0000000000-A{unit}"

    def author(self, unit: int) -> UUID:
        """The assignment's id of the one who works at the unit."""
        return self.id(self.staff(unit)[1], unit)

    def listener(self, number: int) -> tuple[str, str]:
        """The same of somebody who only listens: so many at one unit, then as many at ten others in turn."""
        return f"SE0000000000-LS{number}", f"SE0000000000-LA{number}"

    def listens_at(self, number: int) -> int:
        """The unit of the one who listens."""
        half = self.units // 2
        return half if number < LISTENERS else half + (1 + number % SCOPES) % half

    def kind(self, unit: int) -> str:
        """What the unit is."""
        return "MUNICIPAL_HEALTH_CARE" if unit < self.units // 2 else "HEALTH_CENTRE"

    def municipality(self, unit: int) -> str | None:
        """The code of the municipality that the unit belongs to."""
        return None

    def identity(self, patient: int) -> tuple[str, str]:
        """The patient's number, and of what kind it is said to be: a placeholder that is obviously none."""
        return f"bench{patient:07d}", "NATIONAL_RESERVE_NUMBER"

    def parties(self, patient: int) -> tuple[int, int, int]:
        """The units that take part: where enrolled, where listed, and one that gets every fifth message too."""
        half = self.units // 2
        municipal = patient % half
        centre = (patient // half + municipal) % half
        return municipal, half + centre, half + (centre + 1) % half

    def about(self, message: int) -> tuple[int, int]:
        """Whom the message is about, and which of that patient's messages it is."""
        rest = message - FREQUENT * self.frequent
        if rest < 0:
            return divmod(message, FREQUENT)
        patient, turn = divmod(rest, SELDOM)
        return self.frequent + patient, turn

    def route(self, message: int) -> tuple[int, list[int]]:
        """Who sent it to whom: the two units write in turn."""
        patient, turn = self.about(message)
        municipal, centre, third = self.parties(patient)
        sender, recipient = (municipal, centre) if turn % 2 == 0 else (centre, municipal)
        return sender, [recipient, third] if turn % 5 == 4 else [recipient]

    def sent_at(self, message: int) -> dt.datetime:
        """When it was sent; no two at the same time."""
        return FIRST_SENT + dt.timedelta(minutes=message * _STRIDE % self.messages)


@lru_cache(maxsize=100_000)
def _id(seed: int, kind: str, number: int) -> UUID:
    return UUID(bytes=blake2b(f"{seed} {kind} {number}".encode(), digest_size=16).digest(), version=4)
