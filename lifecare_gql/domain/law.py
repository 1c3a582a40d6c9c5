"""The sections of law that rules rest on, each with what it says in our own words.

Lag (2017:612) was read in its consolidated text, last changed by SFS 2025:449. The full texts of hälso- och
sjukvårdslagen (2017:30) and socialtjänstlagen (2025:400) were not available to us: what they say of the plan is
told after public accounts of them, and should be held against the statutes before it is relied on. So is what is
said of patientdatalagen (2008:355).

Nothing here is a quotation, and nothing here is legal advice: the region's and the municipality's lawyers decide
the application.
"""

from __future__ import annotations

from pydantic import Field, field_validator

from lifecare_gql.domain.texts import Said, said
from lifecare_gql.domain.values import value


@value
class LegalReference:
    """A section of law (lagrum)."""

    law: str = Field(description="The law with its number (lag, SFS-nummer).")
    section: str = Field(description="Chapter and section (kapitel och paragraf), e.g. 5 kap. 4 §.")
    says: Said = Field(description="What the section says, in our own words: never a quotation (återgivning).")

    @field_validator("says", mode="before")
    @classmethod
    def _ours(cls, told: object) -> object:
        return said(told) if isinstance(told, str) else told


def _discharge_act(section: str, says: str) -> LegalReference:
    law = "lag (2017:612) om samverkan vid utskrivning från sluten hälso- och sjukvård"
    return LegalReference(law=law, section=section, says=says)


ADMISSION_NOTICE = _discharge_act(
    "2 kap. 1 §",
    "Bedöms patienten behöva insatser efter utskrivningen ska den slutna vården underrätta de berörda enheterna"
    " genom ett inskrivningsmeddelande. Behövs kommunalt finansierad hälso- och sjukvård ska det skickas även till"
    " den regionfinansierade öppna vården.",
)
ADMISSION_NOTICE_CONTENT = _discharge_act(
    "2 kap. 2 §",
    "Inskrivningsmeddelandet ska ange namn, personnummer, folkbokföringsadress och när patienten beräknas"
    " skrivas ut.",
)
ADMISSION_NOTICE_TIME = _discharge_act(
    "2 kap. 3 §",
    "Inskrivningsmeddelandet ska skickas inom 24 timmar från inskrivningen eller, om behovet bedöms senare,"
    " från den bedömningen.",
)
CHANGED_DISCHARGE_TIME = _discharge_act(
    "2 kap. 4 §",
    "Ändras den beräknade tidpunkten för utskrivning ska de berörda enheterna underrättas så snart det går.",
)
FIXED_CARE_CONTACT = _discharge_act(
    "2 kap. 5 §",
    "Verksamhetschefen vid en enhet i den regionfinansierade öppna vården som har tagit emot ett"
    " inskrivningsmeddelande ska utse en fast vårdkontakt innan patienten skrivs ut.",
)
PLANNING = _discharge_act(
    "2 kap. 6 §",
    "Den som har fått ett inskrivningsmeddelande ska börja planera de insatser som behövs för att patienten tryggt"
    " och säkert ska kunna lämna den slutna vården.",
)
DISCHARGE_READY = _discharge_act(
    "3 kap. 1 §",
    "När den behandlande läkaren har bedömt att patienten är utskrivningsklar ska den slutna vården så snart som"
    " möjligt underrätta berörda enheter, om sekretess eller tystnadsplikt inte hindrar det.",
)
INFORMATION_TRANSFER = _discharge_act(
    "3 kap. 2 §",
    "Den information som behövs för att ge patienten socialtjänst eller hälso- och sjukvård ska överföras till"
    " berörda enheter senast samma dag som patienten skrivs ut, om sekretess eller tystnadsplikt inte hindrar.",
)
PATIENT_INFORMATION = _discharge_act(
    "3 kap. 3 §", "Vilken information patienten och närstående ska få vid utskrivning står i 3 kap. patientlagen."
)
JOINT_PLANNING = _discharge_act(
    "4 kap. 1 §",
    "Behövs insatser från både region och kommun ska en samordnad individuell planering göras. I samband med öppen"
    " psykiatrisk tvångsvård eller öppen rättspsykiatrisk vård görs i stället en samordnad vårdplan.",
)
PLAN_CONSENT = _discharge_act("4 kap. 2 §", "Planen får göras om patienten samtycker till den.")
SIP_CALL = _discharge_act(
    "4 kap. 3 §",
    "Den fasta vårdkontakten i den regionfinansierade öppna vården kallar till samordnad individuell planering,"
    " senast tre dagar efter underrättelsen om att patienten är utskrivningsklar.",
)
AGREEMENT = _discharge_act(
    "4 kap. 5 §",
    "Region och kommun får avtala om en annan tidpunkt för betalningsansvaret eller ett annat belopp.",
)
PAYER = _discharge_act(
    "5 kap. 2 §",
    "Betalar gör kommunen där patienten är folkbokförd. Har en kommun beslutat om boende i en annan kommun"
    " betalar den som beslutade.",
)
PRECONDITIONS = _discharge_act(
    "5 kap. 3 §",
    "Betalningsansvar förutsätter ett inskrivningsmeddelande och en underrättelse om utskrivningsklar och, när en"
    " samordnad individuell planering ska göras, att den fasta vårdkontakten har kallat till den.",
)
LIABILITY_STARTS = _discharge_act(
    "5 kap. 4 §",
    "Betalningsansvaret inträder tre dagar efter att underrättelsen skickades, fyra om den skickades efter"
    " klockan 12.00.",
)
OUTPATIENT_CARE = _discharge_act(
    "5 kap. 5 §",
    "Kommunen betalar inte om patienten inte kan lämna sjukhuset för att den öppna vårdens insatser saknas eller"
    " det är oklart om de finns.",
)
AMOUNT = _discharge_act(
    "5 kap. 6 §",
    "Beloppet är vad ett vårddygn i sluten vård kostar i genomsnitt i landet och räknas om varje år.",
)
ACCESS_EXTRACT = LegalReference(
    law="patientdatalagen (2008:355)",
    section="8 kap. 5 §",
    says="En patient som begär det ska få veta vilken elektronisk åtkomst som har förekommit till uppgifter om"
    " patienten.",
)
INDIVIDUAL_PLAN = LegalReference(
    law="hälso- och sjukvårdslagen (2017:30)",
    section="16 kap. 4 §",
    says="Behövs insatser från både region och kommun ska de göra en individuell plan tillsammans, utan dröjsmål,"
    " om den enskilde samtycker, och om möjligt med den enskilde. Av planen ska framgå vilka insatser som behövs,"
    " vilka insatser respektive huvudman ansvarar för, vilka åtgärder någon annan vidtar och vem av region och"
    " kommun som har huvudansvaret.",
)
SOCIAL_SERVICES_PLAN = LegalReference(
    law="socialtjänstlagen (2025:400)",
    section="10 kap. 8–9 §§",
    says="Behövs insatser från både kommun och region ska de göra en individuell plan tillsammans, utan dröjsmål,"
    " om den enskilde samtycker, och om möjligt med den enskilde. Samma sak gäller regionen enligt hälso- och"
    " sjukvårdslagen 16 kap. 4 §.",
)
SUNDAY_RULE = LegalReference(
    law="lag (1930:173) om beräkning av lagstadgad tid",
    section="2 §",
    says="Det som ska göras senast en lördag, söndag, annan helgdag, midsommarafton, julafton eller nyårsafton"
    " får göras nästa vardag.",
)

BLOCK = LegalReference(
    law="patientdatalag (2008:355)",
    section="4 kap. 4 §",
    says="Motsätter sig patienten det får uppgifter som dokumenterats hos en vårdenhet eller i en vårdprocess inte"
    " göras tillgängliga för andra: de ska genast spärras. Att det finns spärrade uppgifter får framgå."
    " Vårdnadshavare har inte rätt att spärra barnets uppgifter.",
)
