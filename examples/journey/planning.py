"""The journey until the patient may go home: admission, planning, discharge-ready.

The steps are the same in every region, but where a `when` says otherwise.

What is said in free text is made up. The times between the steps only pass where the clock can be moved.
"""

from __future__ import annotations

from typing import Any

from examples.journey import looking
from examples.journey.acting import Step
from examples.journey.chapters import CLOCKS, EVERYBODY_READS, PAYMENT, WORKLISTS, Chapter
from examples.journey.looking import Look, Receipts, reads
from examples.journey.regions import CENTRE, HOME, TOWN, WARD, Setting, has_home
from examples.journey.saying import day_ahead, fixed_care_contact, later, phone_call, to
from examples.journey.travelling import Journey, at, minutes


def _care_request(setting: Setting) -> bool:
    return setting.care_request


def _opening(journey: Journey) -> dict[str, Any]:
    return {"patient": {"identifier": journey.patient["identifier"]}}


REQUEST = Chapter(
    "Vårdbegäran",
    (
        reads("request"),
        Step(
            who=CENTRE,
            does="requestCare",
            tell="skickar en vårdbegäran till avdelningen",
            says=lambda journey: {
                "patient": {"id": journey.patient["id"]},
                **to(WARD)(journey),
                "text": "Misstänkt infektion. Bor ensam. Har hemsjukvård en gång i veckan.",
            },
        ),
        Step(
            who=CENTRE,
            does="recordConsent",
            tell="noterar {patient}s eget, muntliga samtycke till att uppgifter delas i Lifecare SP och NPÖ",
            says=lambda journey: {
                "kind": "PROCESS",
                "scopeId": journey.episode,
                "state": "GIVEN",
                "form": "ORAL",
                "about": "Delning i Lifecare SP och NPÖ mellan dem som deltar, för att planera hemgången.",
            },
        ),
        WORKLISTS,
    ),
    when=_care_request,
)
ADMISSION = Chapter(
    "Inskrivning och bedömning",
    (
        Look(at=looking.receipt_meaning),
        Receipts(WARD, when=_care_request),
        Step(
            who=WARD,
            does="admitPatient",
            tell="skriver in {patient}, med numret på id-kortet",
            says=_opening,
        ),
        Step(
            who=WARD,
            does="assessNeed",
            tell="noterar läkarens bedömning: {patient} kan behöva insatser efter utskrivningen",
            says={"needed": True},
        ),
        Look(at=looking.consent_carried, when=_care_request),
        CLOCKS,
        WORKLISTS,
    ),
)
NOTICE = Chapter(
    "Inskrivningsmeddelandet",
    (
        Step(
            who=WARD,
            does="sendAdmissionNotice",
            tell="försöker skicka inskrivningsmeddelandet till kommunen, utan beräknat datum och utan öppenvården",
            says=lambda journey: {"municipalHealthCare": True, **to(TOWN)(journey)},
            refused=frozenset({"MISSING_LEGAL_FIELD", "OUTPATIENT_CARE_MISSING"}),
        ),
        Step(
            who=WARD,
            does="sendAdmissionNotice",
            tell="fyller i datum, lägger till öppenvården och skickar",
            says=lambda journey: {
                "municipalHealthCare": True,
                "expectedDischarge": day_ahead(journey, 5),
                "text": "Beräknas gå hem om fem dagar. Behöver troligen hemsjukvård och hjälp i hemmet.",
                **to(TOWN, CENTRE)(journey),
            },
        ),
        CLOCKS,
        Look(at=looking.way_in),
        WORKLISTS,
    ),
)
ANSWERS = Chapter(
    "Kvittenser, svar och fast vårdkontakt",
    (
        Receipts(TOWN),
        reads("forward"),
        Step(
            who=TOWN,
            does="forwardNotice",
            tell="sänder inskrivningsmeddelandet vidare till kommunens hemsjukvård",
            says=lambda journey: {
                "noticeId": journey.notices["sendAdmissionNotice"],
                "text": "Ni har patienten sedan tidigare.",
                **to(HOME)(journey),
            },
            when=has_home,
        ),
        Receipts(HOME, when=has_home),
        Receipts(CENTRE),
        WORKLISTS,
        Step(
            who=TOWN,
            does="answerAdmissionNotice",
            tell="besvarar inskrivningen med aktuella insatser",
            says={"text": "Trygghetslarm och hemtjänst två gånger om dagen."},
            after=minutes(120),
        ),
        Step(
            who=CENTRE,
            does="answerAdmissionNotice",
            tell="besvarar inskrivningen med aktuella insatser",
            says={"text": "Årskontroll hos läkare. Läkemedel genomgångna i september."},
        ),
        Step(
            who=CENTRE,
            does="appointFixedCareContact",
            tell="meddelar vem som är utsedd till fast vårdkontakt",
            says=fixed_care_contact,
        ),
        *EVERYBODY_READS,
    ),
)
BASIS = Chapter(
    "Planeringsunderlaget",
    (
        reads("basis"),
        Step(
            who=WARD,
            does="sendPlanningBasis",
            tell="skickar planeringsunderlaget",
            says=lambda journey: {
                "text": "Går med rollator och stöd. Behöver hjälp med dusch, mat och läkemedel.",
                "track": journey.setting.track,
            },
            after=at(9),
        ),
        Look(at=looking.track, when=lambda setting: setting.track is not None),
        WORKLISTS,
        Step(
            who=CENTRE,
            does="answerPlanningBasis",
            tell="fyller i öppenvårdens del",
            says={"text": "Hembesök inom en vecka. Läkemedelsgenomgång tillsammans med hemsjukvården."},
            after=minutes(60),
        ),
        Step(
            who=TOWN,
            does="answerPlanningBasis",
            tell="fyller i kommunens del",
            says={"text": "Hemtjänst fyra gånger om dagen den första tiden. Matdistribution."},
        ),
        Step(
            who=HOME,
            does="answerPlanningBasis",
            tell="fyller i hemsjukvårdens del",
            says={"text": "Läkemedel i dosett varje vecka. Arbetsterapeut ser över badrummet."},
            when=has_home,
        ),
        CLOCKS,
        *EVERYBODY_READS,
    ),
)
MOVED = Chapter(
    "Beräknat utskrivningsdatum flyttas",
    (
        reads("moved"),
        Step(
            who=WARD,
            does="changeExpectedDischarge",
            tell="flyttar beräknat utskrivningsdatum två dagar framåt",
            says=lambda journey: {
                "expectedDischarge": later(journey.expected, 2),
                "text": "Behöver två dagar till för att komma upp och gå.",
            },
            after=minutes(60),
        ),
        Step(
            who=WARD,
            does="logPhoneCall",
            tell="ringer kommunen om det nya datumet och noterar samtalet",
            says=phone_call(TOWN, "EXPECTED_DISCHARGE", "Nytt beräknat datum, två dagar senare."),
            when=lambda setting: "changeExpectedDischarge" in setting.warns,
        ),
        WORKLISTS,
        *EVERYBODY_READS,
    ),
)
READY = Chapter(
    "Utskrivningsklar, och återtagen",
    (
        Step(
            who=WARD,
            does="sendDischargeReady",
            tell="underrättar enheterna: läkaren bedömer att {patient} är utskrivningsklar",
            after=at(9),
        ),
        CLOCKS,
        PAYMENT,
        Look(at=looking.readiness),
        WORKLISTS,
        Step(
            who=WARD,
            does="withdrawDischargeReady",
            tell="återtar utskrivningsklar",
            says={"reason": "Ny feber. Läkaren vill behandla färdigt på avdelningen."},
            after=at(13, 20),
        ),
        CLOCKS,
        PAYMENT,
        WORKLISTS,
        *EVERYBODY_READS,
    ),
)
READY_AGAIN = Chapter(
    "Utskrivningsklar igen",
    (
        Step(
            who=WARD,
            does="sendDischargeReady",
            tell="underrättar enheterna på nytt: febern är borta och {patient} är utskrivningsklar",
            after=at(9, days=2),
        ),
        CLOCKS,
        Look(at=looking.payment_whole),
        Look(at=looking.history),
        *EVERYBODY_READS,
        WORKLISTS,
    ),
)
