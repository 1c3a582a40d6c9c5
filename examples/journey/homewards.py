"""The journey from the plan to its end: the plan (SIP), the safety gate, the discharge, and what comes after.

The steps are the same in every region, but where a `when` says otherwise. What is said in free text is made up.
"""

from __future__ import annotations

from examples.journey import looking, plan_looks
from examples.journey.acting import Step
from examples.journey.chapters import CLOCKS, EVERYBODY_READS, PAYMENT, WORKLISTS, Chapter
from examples.journey.looking import Look, Receipts, reads
from examples.journey.regions import CENTRE, HOME, TOWN, WARD, has_home
from examples.journey.saying import call_to_meeting, checklist, moment_ahead, phone_call, plan
from examples.journey.travelling import at, minutes

CALL = Chapter(
    "Behov av SIP, samtycke och kallelse",
    (
        reads("plan"),
        Step(
            who=CENTRE,
            does="identifyPlanNeed",
            tell="ser att det behövs en SIP och säger det till dem som deltar",
            says=lambda journey: {
                "patientId": journey.patient["id"],
                "text": "Både region och kommun ska ge insatser. Den fasta vårdkontakten kallar.",
            },
        ),
        Step(
            who=CENTRE,
            does="callToPlan",
            tell="försöker kalla till SIP-möte",
            says=call_to_meeting(10),
            refused=frozenset({"CONSENT_REQUIRED"}),
        ),
        Step(
            who=CENTRE,
            does="recordConsent",
            tell="frågar {patient} och noterar ett muntligt samtycke till att en plan görs",
            says=lambda journey: {
                "kind": "PLAN",
                "scopeId": journey.plan,
                "state": "GIVEN",
                "form": "ORAL",
                "about": "Att en samordnad individuell plan upprättas, och vilka som deltar i den.",
            },
            after=minutes(30),
        ),
        Step(
            who=CENTRE,
            does="callToPlan",
            tell="kallar till SIP-möte nästa vardag klockan 10",
            says=call_to_meeting(10),
        ),
        WORKLISTS,
        Receipts(TOWN),
        Receipts(HOME, when=has_home),
        Step(
            who=TOWN,
            does="answerPlanCall",
            tell="avböjer kallelsen",
            says={"accept": False, "reason": "Tiden krockar med ett annat SIP-möte. Eftermiddagen går bra."},
        ),
        Step(
            who=CENTRE,
            does="callToPlan",
            tell="kallar på nytt, till klockan 15 samma dag",
            says=call_to_meeting(15),
        ),
        Step(who=TOWN, does="answerPlanCall", tell="accepterar kallelsen", says={"accept": True}),
        Step(who=HOME, does="answerPlanCall", tell="accepterar kallelsen", says={"accept": True}, when=has_home),
        Look(at=plan_looks.meeting),
        CLOCKS,
        WORKLISTS,
    ),
)
MEETING = Chapter(
    "SIP-mötet",
    (
        Step(
            who=CENTRE,
            does="establishPlan",
            tell="försöker upprätta planen efter mötet, men två saker glömdes",
            says=plan(whole=False),
            refused=frozenset({"MISSING_PLAN_ITEM"}),
            after=at(15, 50, days=1),
        ),
        Step(
            who=CENTRE,
            does="establishPlan",
            tell="fyller i dem och upprättar planen; den följs upp om sex veckor",
            says=plan(whole=True),
        ),
        Look(at=plan_looks.content),
        reads("copy"),
        Step(
            who=CENTRE,
            does="offerPlanCopy",
            tell="erbjuder {patient} en kopia av planen, och {patient} tar den",
            says={"accepted": True},
        ),
        WORKLISTS,
    ),
)
HOMEGOING = Chapter(
    "Hemgång",
    (
        reads("home"),
        Step(
            who=WARD,
            does="markReadyForHome",
            tell="går igenom hemgångsklar",
            says=checklist,
            after=at(8, 30),
            when=lambda setting: setting.ready_for_home,
        ),
        Look(at=looking.checklist, when=lambda setting: bool(setting.checklist)),
        reads("receive"),
        Step(
            who=TOWN,
            does="confirmCanReceive",
            tell="meddelar att kommunen kan ta emot från klockan 14",
            says=lambda journey: {"receivesFrom": moment_ahead(journey, 0, 14).isoformat()},
            after=at(9, 30),
        ),
        Step(
            who=CENTRE,
            does="confirmCanReceive",
            tell="meddelar att öppenvården kan ta emot",
            says=lambda journey: {"receivesFrom": moment_ahead(journey, 0, 14).isoformat()},
        ),
        PAYMENT,
        Receipts(WARD),
        Step(
            who=WARD,
            does="sendDischargeNotice",
            tell="skickar utskrivningsmeddelandet till alla som deltar",
            says={"text": "Färdigbehandlad. Går med rollator. Nya läkemedel, se listan i journalen."},
            after=at(11),
        ),
        WORKLISTS,
        Receipts(CENTRE),
        Receipts(HOME, when=has_home),
        Step(
            who=WARD,
            does="dischargePatient",
            tell="försöker skriva ut {patient}, fast kommunen inte har kvitterat",
            refused=frozenset({"RECEIPT_NOT_CONFIRMED"}),
        ),
        reads("phone"),
        Step(
            who=WARD,
            does="logPhoneCall",
            tell="når kommunen per telefon, går igenom utskrivningsmeddelandet och noterar samtalet",
            says=phone_call(TOWN, "DISCHARGE_NOTICE", "Utskrivningsmeddelandet uppläst och bekräftat."),
        ),
        Look(at=looking.readiness),
        Step(
            who=WARD,
            does="informPatient",
            tell="lämnar skriftlig patientinformation till {patient}",
            says={
                "text": "Du har vårdats hos oss och är nu färdigbehandlad.",
                "medicines": "Din läkemedelslista har vi gått igenom tillsammans. Du har den på papper.",
                "whatNext": "Hemsjukvården kommer i morgon. Läkare gör hembesök inom en vecka.",
            },
        ),
        Step(who=WARD, does="dischargePatient", tell="skriver ut {patient}, som går hem", after=at(14, 15)),
        CLOCKS,
        Look(at=looking.phone_log),
        Look(at=looking.payment_whole),
        WORKLISTS,
    ),
)
CLOSING = Chapter(
    "Vårdtillfället avslutas",
    (
        Step(
            who=WARD,
            does="closeEpisode",
            tell="försöker avsluta vårdtillfället, fast allt inte är kvitterat",
            refused=frozenset({"UNACKNOWLEDGED_REMAIN"}),
        ),
        *EVERYBODY_READS,
        Step(who=WARD, does="closeEpisode", tell="avslutar vårdtillfället: allt är kvitterat", after=at(9)),
        WORKLISTS,
    ),
)
AFTERWARDS = Chapter(
    "Planen lever vidare: uppföljning, revidering, avslut",
    (
        Step(
            who=TOWN,
            does="followUpPlan",
            tell="följer upp planen med {patient} och dem som deltar",
            says={"text": "Klarar sig bra hemma, men vågar inte gå ut själv."},
            after=at(9, days=39),
        ),
        Step(
            who=TOWN,
            does="revisePlan",
            tell="reviderar planen: gångträning läggs till",
            says=lambda journey: plan(whole=True, more=True)(journey) | {"reason": "Målet är inte nått."},
        ),
        Step(
            who=CENTRE,
            does="offerPlanCopy",
            tell="erbjuder {patient} en kopia av den nya planen, och {patient} tar den",
            says={"accepted": True},
        ),
        WORKLISTS,
        Step(
            who=TOWN,
            does="followUpPlan",
            tell="följer upp planen en sista gång",
            says={"text": "Går till brevlådan själv varje dag."},
            after=at(9, days=41),
        ),
        Step(
            who=TOWN,
            does="closePlan",
            tell="avslutar planen",
            says={"reason": "Målen är nådda. Hemtjänst och hemsjukvård fortsätter utan plan."},
        ),
        Look(at=plan_looks.versions),
        WORKLISTS,
    ),
)
