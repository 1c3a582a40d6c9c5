"""Filled sheets and a call for the tests of the documents. All persons, units and numbers are made up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from lifecare_gql.documents.calendars import MeetingCall
from lifecare_gql.documents.sheets import (
    ContactLine,
    GivenConsent,
    PatientInformationSheet,
    PlanSheet,
    SheetPatient,
    TakenOver,
    TextSection,
)
from lifecare_gql.domain.identity import parse_identity
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.plan_facts import Meeting, PlanContent, PlanGoal, PlanIntervention, PlanParticipant
from lifecare_gql.domain.plan_words import CallAnswer, MeetingForm
from lifecare_gql.domain.words import ConsentForm, Principal, UnitKind
from tests.domain.drafts import NOW, unit

CENTRE = unit("Vårdcentralen Eken", UnitKind.HEALTH_CENTRE, "halland", phone=PhoneNumber.swedish("0980-31 92 01"))
HOME_CARE = unit(
    "Varbergs hemsjukvård Norr",
    UnitKind.MUNICIPAL_HEALTH_CARE,
    "halland",
    phone=PhoneNumber.swedish("0980-31 92 11"),
)
AUTHORITY = unit("Varbergs biståndsenhet", UnitKind.NEEDS_ASSESSMENT, "halland")
WARD = unit("Vårdavdelning Tallen", UnitKind.INPATIENT_WARD, "halland", phone=PhoneNumber.swedish("0980-31 92 21"))

PATIENT = SheetPatient(
    name="Tolvan Testperson",
    identity=parse_identity("193202142380", dt.date(2026, 11, 23)),
    address="Provgatan 12\n432 99 Provstad",
)
MEETING = Meeting(
    starts_at=NOW + dt.timedelta(days=7),
    ends_at=NOW + dt.timedelta(days=7, hours=1),
    form=MeetingForm.ON_SITE,
    place="Vårdcentralen Eken, samtalsrum 2",
)
CONTENT = PlanContent(
    goals=(
        PlanGoal(text="Jag vill kunna gå till brevlådan själv igen.", in_own_words=True),
        PlanGoal(text="Såret på vänster underben ska läka.", in_own_words=False),
    ),
    interventions=(
        PlanIntervention(
            what="Hembesök varje vecka: blodtryck, vikt och genomgång av läkemedel.",
            principal=Principal.REGION,
            unit_id=CENTRE.id,
            responsible="Disa Demogren, distriktssköterska",
            starts_on=dt.date(2026, 12, 1),
        ),
        PlanIntervention(what="Träning av gång och balans i hemmet.", principal=Principal.REGION),
        PlanIntervention(
            what="Omläggning av såret tre gånger i veckan.",
            principal=Principal.MUNICIPALITY,
            unit_id=HOME_CARE.id,
            responsible="Anna Exempelsson, sjuksköterska",
            starts_on=dt.date(2026, 11, 27),
        ),
        PlanIntervention(
            what="Hjälp med dusch och inköp en gång i veckan.",
            principal=Principal.MUNICIPALITY,
            unit_id=AUTHORITY.id,
            responsible="biståndshandläggare",
        ),
    ),
    measures_by_others="Dottern sköter ekonomin och följer med till tandläkaren.",
    main_responsibility=Principal.MUNICIPALITY,
    patients_view="Det viktigaste för mig är att samma personer kommer.\nJag vill inte flytta.",
    present=("Tolvan Testperson", "dottern", "distriktssköterska", "biståndshandläggare"),
)
PLAN = PlanSheet(
    patient=PATIENT,
    made_at=NOW + dt.timedelta(days=7, hours=2),
    printed_by=CENTRE,
    version=2,
    content=CONTENT,
    established_at=NOW + dt.timedelta(days=7, hours=1),
    units=(CENTRE, HOME_CARE, AUTHORITY),
    participants=(
        PlanParticipant(unit=CENTRE),
        PlanParticipant(unit=HOME_CARE, answer=CallAnswer.ACCEPTED, invited=True),
        PlanParticipant(unit=AUTHORITY, answer=CallAnswer.PENDING, invited=True),
    ),
    consent=GivenConsent(at=NOW, form=ConsentForm.ORAL),
    meeting=MEETING,
    follow_up_on=dt.date(2027, 3, 1),
    contacts=(
        ContactLine(purpose="Din fasta vårdkontakt", who="Disa Demogren, distriktssköterska", unit=CENTRE),
        ContactLine(purpose="Frågor om såret", unit=HOME_CARE, phone=PhoneNumber.swedish("0980-31 92 12")),
    ),
)
INFORMATION = PatientInformationSheet(
    patient=PATIENT,
    made_at=NOW + dt.timedelta(hours=3),
    ward=WARD,
    discharged_at=NOW + dt.timedelta(hours=4),
    done="Du kom till oss för att du hade svårt att andas. Hjärtat orkade inte pumpa som det ska.\n"
    "Du fick vätskedrivande läkemedel och har gått ner fyra kilo i vikt.",
    medicines="Furosemid 40 mg: en tablett varje morgon (ny).\n"
    "Metoprolol 50 mg: en tablett varje morgon (som förut).\n"
    "Sluta med: ibuprofen.",
    what_next="Väg dig varje morgon. Ring vårdcentralen om du går upp två kilo på tre dagar.\n"
    "Distriktssköterskan kommer hem till dig inom en vecka.",
    fixed_care_contact=ContactLine(
        purpose="Din fasta vårdkontakt", who="Disa Demogren, distriktssköterska", unit=CENTRE
    ),
    contacts=(
        ContactLine(purpose="Frågor om tiden på sjukhuset", unit=WARD),
        ContactLine(purpose="Frågor om hemtjänst", unit=AUTHORITY),
    ),
    taken_over=(TakenOver(unit=HOME_CARE, what="Omläggning av såret.\nHjälp med läkemedel varje morgon."),),
    sections=(TextSection(heading="Mat och dryck", text="Drick högst en och en halv liter om dagen."),),
)
CALL = MeetingCall(
    plan_id="5b0e6c5e-0f3a-4f2e-9a53-0b1f2d3c4e5f",
    meeting=MEETING,
    number=0,
    called_at=NOW,
    caller=CENTRE,
    invited=(HOME_CARE, AUTHORITY),
)

HOSTILE = "</style></title><script>alert(1)</script><img src=x onerror=alert(1)>\"';}@import 'x'{{ 7*7 }}&lt;"
HOSTILE_PLAN = replace(
    PLAN,
    patient=SheetPatient(name=HOSTILE, identity=PATIENT.identity, address=HOSTILE),
    printed_by=replace(CENTRE, name=HOSTILE),
    meeting=replace(MEETING, place=HOSTILE),
    contacts=(ContactLine(purpose=HOSTILE, who=HOSTILE),),
    content=PlanContent(
        goals=(PlanGoal(text=HOSTILE, in_own_words=True),),
        interventions=(PlanIntervention(what=HOSTILE, principal=Principal.REGION, responsible=HOSTILE),),
        measures_by_others=HOSTILE,
        patients_view=HOSTILE,
        present=(HOSTILE,),
    ),
)
HOSTILE_INFORMATION = replace(
    INFORMATION,
    patient=SheetPatient(name=HOSTILE, identity=PATIENT.identity),
    ward=replace(WARD, name=HOSTILE),
    done=HOSTILE,
    medicines=HOSTILE,
    what_next=HOSTILE,
    taken_over=(TakenOver(unit=replace(WARD, name=HOSTILE), what=HOSTILE),),
    sections=(TextSection(heading=HOSTILE, text=HOSTILE),),
)


def meeting(start: dt.datetime, hours: float = 1, **changes: Any) -> Meeting:
    """The meeting at another time, or otherwise changed."""
    length = dt.timedelta(hours=hours)
    return replace(MEETING, starts_at=start, ends_at=(start.astimezone(dt.UTC) + length), **changes)
