"""What the printed pages are made of. Whoever fills a sheet has already asked who may see it.

Every moment is aware; pages show it in Europe/Stockholm. An empty text is printed as not stated, never filled
in. No sheet shows its content in a ``repr``, so none of it can follow an error into a log.

``withheld`` is for protected identities (skyddade personuppgifter): the page then leaves out the address, the
place of a meeting, and the names and numbers of units, which tell where the patient is. Free text is printed as
it was written.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.identity import PersonIdentity
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.plan_facts import Meeting, PlanContent, PlanParticipant
from lifecare_gql.domain.words import ConsentForm


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SheetPatient:
    """Whose page it is. ``address`` is where the page is sent, if it is to be sent (V30)."""

    name: str
    identity: PersonIdentity
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ContactLine:
    """Whom to call: what for, who by name or role, and where. Without ``phone`` the unit's own is shown."""

    purpose: str
    who: str = ""
    unit: Party | None = None
    phone: PhoneNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenConsent:
    """The patient's consent to the plan (samtycke, 4 kap. 2 §): when and how."""

    at: dt.datetime
    form: ConsentForm


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ExtractLine:
    """One access to the patient's data: when, at which unit, what in plain Swedish, and who if that is told."""

    at: dt.datetime
    unit: Party
    what: str
    staff: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AccessExtractSheet:
    """A patient's extract of the access log (loggutdrag), in the log's order.

    ``since`` and ``until`` are what was asked for, None without a limit. ``names_staff``: the lines name them.
    """

    patient: SheetPatient
    made_at: dt.datetime
    lines: tuple[ExtractLine, ...]
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    names_staff: bool = False
    withheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PlanSheet:
    """A coordinated individual plan (SIP) to be printed.

    ``made_at`` and ``printed_by`` are about the page; ``established_at`` is about the plan and None for a draft.
    ``units`` are those that the interventions name by id. ``version`` is the content's.
    """

    patient: SheetPatient
    made_at: dt.datetime
    printed_by: Party
    version: int
    content: PlanContent
    established_at: dt.datetime | None = None
    units: tuple[Party, ...] = ()
    participants: tuple[PlanParticipant, ...] = ()
    consent: GivenConsent | None = None
    meeting: Meeting | None = None
    follow_up_on: dt.date | None = None
    followed_up_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    contacts: tuple[ContactLine, ...] = ()
    withheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TextSection:
    """A heading and what the ward wrote under it, in Swedish."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TakenOver:
    """What a municipal unit takes over at discharge, in Swedish."""

    unit: Party
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PatientInformationSheet:
    """Information to the patient at discharge (patientinformation, lag 2017:612 3 kap. 3 §; V30).

    ``discharged_at`` is None until the patient is discharged; ``expected_discharge`` is shown until then.
    """

    patient: SheetPatient
    made_at: dt.datetime
    ward: Party
    discharged_at: dt.datetime | None = None
    expected_discharge: dt.date | None = None
    done: str = ""
    medicines: str = ""
    what_next: str = ""
    fixed_care_contact: ContactLine | None = None
    contacts: tuple[ContactLine, ...] = ()
    taken_over: tuple[TakenOver, ...] = ()
    sections: tuple[TextSection, ...] = ()
    withheld: bool = False
