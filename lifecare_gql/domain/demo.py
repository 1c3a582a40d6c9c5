"""A region's demo: fictitious units and staff, test persons, and what they did.

Everything has a key, a short word that is stable: ids and HSA-ids are made of it. A key of another region is
written with that region's code, ``orebro/nora-hemsjukvard``. Moments are told as how long ago they were when
the demo is loaded, as ISO 8601 durations (``P3DT2H``). Care episodes and plans: `demo_process`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import Field, model_validator

from lifecare_gql.domain.access_words import Role
from lifecare_gql.domain.demo_keys import Ago, Key, Named, Reference, check_order
from lifecare_gql.domain.demo_process import DemoEpisode, DemoPlan
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import ConsentForm, MessageEventKind, Principal, Protection, Purpose, UnitKind

_TEST_PERSON = r"^((19|20)[0-9]{6}23[89][0-9]|18[0-9]{6}98[01][0-9]|98240301AA06)$"
"""Skatteverket's series of test persons, and the reserve number that HL7 Sweden publishes as its example."""

_NOWHERE = r", 123 45 Provstad$"
"""Every address of the demo lies in a town that does not exist."""


@value
class DemoOrganisation:
    """A care provider or municipality (vårdgivare, kommun)."""

    key: Key = Field(description="Its key.")
    name: str = Field(description="Its name: the organisation is real, its units are not.")
    principal: Principal = Field(description="Who is responsible for the care (huvudman).")
    municipality: str | None = Field(default=None, description="The municipality that it is (kommunkod).")
    administration: str | None = Field(
        default=None, description="Its key in the region's list of local administrations (S20)."
    )


@value
class DemoUnit:
    """A fictitious unit (enhet). Its name says that it is a demo."""

    key: Key = Field(description="Its key.")
    name: str = Field(pattern=r" \(demo\)$", description="Its name, which ends with ``(demo)``.")
    kind: UnitKind = Field(description="The kind of unit (enhetstyp).")
    organisation: Reference = Field(description="The organisation it belongs to.")
    municipality: str | None = Field(default=None, description="The municipality it lies in (kommunkod).")
    phone: PhoneNumber | None = Field(default=None, description="A number that PTS reserves for fiction.")
    active: bool = Field(default=True, description="Whether it is registered and in use (H6).")


@value
class DemoAssignment:
    """What ties a person to a unit (medarbetaruppdrag)."""

    key: Key | None = Field(default=None, description="Its key, if it is not the person's.")
    unit: Reference = Field(description="The unit.")
    title: str = Field(description="The title (befattning).")
    licensed: bool = Field(description="Whether the person has a licensed profession (legitimation).")


@value
class DemoStaff:
    """A fictitious person who works in care (personal)."""

    key: Key = Field(description="Key of the person.")
    given_name: str = Field(description="Given name (förnamn).")
    family_name: str = Field(description="Family name (efternamn).")
    assignments: tuple[DemoAssignment, ...] = Field(min_length=1, description="The assignments.")

    def keyed(self) -> Iterator[tuple[str, DemoAssignment]]:
        """The assignments, each with its key."""
        return ((one.key or self.key, one) for one in self.assignments)


@value
class DemoPatient:
    """A test person (testperson) as a patient."""

    key: Key = Field(description="Key of the patient.")
    identifier: str = Field(pattern=_TEST_PERSON, description="A number that belongs to nobody.")
    given_name: str = Field(description="Given name (förnamn).")
    family_name: str = Field(description="Family name (efternamn).")
    municipality: str | None = Field(default=None, description="Municipality of registration (kommunkod).")
    listed_at: Reference | None = Field(default=None, description="The health centre (listad vårdcentral, H10).")
    enrolled_at: Reference | None = Field(default=None, description="Enrolled in municipal health care (H5).")
    known_to: tuple[Reference, ...] = Field(default=(), description="Other units with a case of the patient.")
    died: Ago | None = Field(default=None, description="How long ago the patient died.")
    address: str | None = Field(
        default=None, pattern=_NOWHERE, description="The registered address (folkbokföringsadress)."
    )
    protection: Protection = Field(default=Protection.NONE, description="Protected identity.")


@value
class DemoForum:
    """An established forum between two units (upprättat forum, O4)."""

    key: Key = Field(description="Its key.")
    name: str = Field(description="Its name.")
    unit: Reference = Field(description="One of the units.")
    other_unit: Reference = Field(description="The other one.")


@value
class DemoCase:
    """A case that somebody opened (ärende)."""

    key: Key = Field(description="Its key.")
    patient: Reference = Field(description="The patient.")
    title: str = Field(description="What it is about.")
    by: Reference = Field(description="The assignment of whoever opened it.")
    ago: Ago = Field(description="How long ago.")


@value
class DemoConsent:
    """The individual's consent to one message (samtycke, O9)."""

    form: ConsentForm = Field(description="How it was given.")
    before: Ago = Field(default=dt.timedelta(minutes=10), description="How long before the message.")


@value
class DemoAct:
    """What somebody then did to a message."""

    kind: MessageEventKind = Field(description="What was done; not SENT, which comes first.")
    by: Reference = Field(description="The assignment of whoever did it.")
    ago: Ago = Field(description="How long ago.")
    text: str | None = Field(default=None, description="The text of a reply.")
    reason: str | None = Field(default=None, description="The reason, where one must be given.")
    consent: DemoConsent | None = Field(default=None, description="The consent to a reply.")


@value
class DemoMessage:
    """A message that somebody sent, and all that became of it."""

    key: Key = Field(description="Its key.")
    patient: Reference = Field(description="The patient.")
    case: Reference | None = Field(default=None, description="The case it is tied to.")
    by: Reference = Field(description="The assignment of whoever sent it.")
    to: tuple[Reference, ...] = Field(default=(), description="The recipients; none where a routine routes it.")
    topic: str = Field(description="The topic's code.")
    purpose: Purpose = Field(description="Why it was sent.")
    text: str = Field(description="The text.")
    ago: Ago = Field(description="How long ago.")
    consent: DemoConsent | None = Field(default=None, description="The consent to it.")
    acts: tuple[DemoAct, ...] = Field(default=(), description="What was done to it, in order.")

    @model_validator(mode="after")
    def _in_order(self) -> DemoMessage:
        check_order(self.key, [self.ago, *(act.ago for act in self.acts)])
        if any(act.kind is MessageEventKind.SENT for act in self.acts):
            raise ValueError(f"{self.key}: a message is sent once")
        return self

    def references(self) -> Iterator[Named]:
        """What it names."""
        yield from (("patient", self.patient), ("case", self.case))
        yield from (("unit", key) for key in self.to)
        yield from (("assignment", key) for key in (self.by, *(act.by for act in self.acts)))


@value
class DemoRole:
    """A role beside the care that somebody has (behörighet)."""

    by: Reference = Field(description="The assignment of whoever has it.")
    role: Role = Field(description="The role; a local one is held in the organisation of the unit.")


@value
class DemoReading:
    """That somebody read the unit's inbox (läsa av, H12)."""

    by: Reference = Field(description="The assignment of whoever did it.")
    ago: Ago = Field(description="How long ago.")


@value
class Demo:
    """A region's demo."""

    region: str = Field(description="Code of the region.")
    organisations: tuple[DemoOrganisation, ...] = Field(description="Care providers and municipalities.")
    units: tuple[DemoUnit, ...] = Field(description="The units.")
    staff: tuple[DemoStaff, ...] = Field(description="The staff.")
    patients: tuple[DemoPatient, ...] = Field(default=(), description="The patients.")
    forums: tuple[DemoForum, ...] = Field(default=(), description="The forums.")
    cases: tuple[DemoCase, ...] = Field(default=(), description="The cases.")
    messages: tuple[DemoMessage, ...] = Field(default=(), description="The messages.")
    roles: tuple[DemoRole, ...] = Field(default=(), description="Who has which role beside the care.")
    readings: tuple[DemoReading, ...] = Field(default=(), description="The readings of inboxes.")
    episodes: tuple[DemoEpisode, ...] = Field(default=(), description="The care episodes.")
    plans: tuple[DemoPlan, ...] = Field(default=(), description="The coordinated individual plans.")

    @model_validator(mode="after")
    def _whole(self) -> Demo:
        faults = [*self._doubles(), *self._dangling()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def full(self, reference: str) -> str:
        """The key with its region: ``eken`` is ``halland/eken``."""
        return reference if "/" in reference else f"{self.region}/{reference}"

    def _keys(self) -> dict[str, list[str]]:
        named: dict[str, Iterable[Any]] = {
            "organisation": self.organisations,
            "unit": self.units,
            "staff": self.staff,
            "patient": self.patients,
            "forum": self.forums,
            "case": self.cases,
            "message": self.messages,
            "episode": self.episodes,
            "plan": self.plans,
        }
        keys = {kind: [one.key for one in found] for kind, found in named.items()}
        return keys | {"assignment": [key for person in self.staff for key, _ in person.keyed()]}

    def _doubles(self) -> Iterator[str]:
        for kind, keys in self._keys().items():
            for key, times in Counter(keys).items():
                if times > 1:
                    yield f"the {kind} {key} is there {times} times"

    def _dangling(self) -> Iterator[str]:
        """Keys of this region that are nowhere; those of other regions are looked for when the demo is loaded."""
        known = self._keys()
        for kind, reference in self._references():
            if reference is not None and "/" not in reference and reference not in known[kind]:
                yield f"there is no {kind} {reference}"

    def _references(self) -> Iterator[Named]:
        yield from (("organisation", unit.organisation) for unit in self.units)
        yield from (("unit", one.unit) for person in self.staff for one in person.assignments)
        for patient in self.patients:
            yield from (("unit", key) for key in (patient.listed_at, patient.enrolled_at, *patient.known_to))
        yield from (("unit", key) for forum in self.forums for key in (forum.unit, forum.other_unit))
        for case in self.cases:
            yield from (("patient", case.patient), ("assignment", case.by))
        told: list[DemoMessage | DemoEpisode | DemoPlan] = [*self.messages, *self.episodes, *self.plans]
        yield from (named for one in told for named in one.references())
        yield from (("assignment", reading.by) for reading in self.readings)
        yield from (("assignment", one.by) for one in self.roles)
