"""The printed pages for the patient: the plan (SIP), the information at discharge, the extract of the access log.

A page is one HTML text for screen and A4 paper. It needs no script, no network and no other file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from lifecare_gql.documents import swedish
from lifecare_gql.documents.printing import TEMPLATES
from lifecare_gql.documents.sheets import AccessExtractSheet, ContactLine, PatientInformationSheet, PlanSheet
from lifecare_gql.documents.tables import csv_text
from lifecare_gql.domain import law
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.plan_facts import PlanIntervention
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Principal

Sheet = PlanSheet | PatientInformationSheet | AccessExtractSheet


@value
class PrintedPage:
    """A document to read on screen or print on A4 (utskrift)."""

    title: str = Field(description="What it is, in Swedish; without the patient's name or number (titel).")
    html: str = Field(description="The whole page as HTML, complete in itself: no script, nothing to fetch.")


def plan_page(sheet: PlanSheet) -> PrintedPage:
    """The coordinated individual plan, as the copy that the patient is offered (V49).

    ``ValueError`` if a moment is not aware.
    """
    return _page(
        "plan.html",
        "Samordnad individuell plan (SIP)",
        sheet,
        groups=tuple(_groups(sheet.content.interventions)),
        units={unit.id: unit for unit in sheet.units},
    )


def patient_information_page(sheet: PatientInformationSheet) -> PrintedPage:
    """The information to the patient at discharge (lag 2017:612 3 kap. 3 §; V30).

    ``ValueError`` if a moment is not aware.
    """
    return _page("patient_information.html", "Patientinformation vid utskrivning", sheet)


def access_extract_page(sheet: AccessExtractSheet) -> PrintedPage:
    """Who has had access to what is known of the patient (loggutdrag, patientdatalagen 8 kap. 5 §).

    ``ValueError`` if a moment is not aware.
    """
    return _page("access_extract.html", "Loggutdrag", sheet)


def access_extract_csv(sheet: AccessExtractSheet) -> str:
    """The same lines as a table that a spreadsheet opens (`tables.csv_text`); times are those of Sweden."""
    shown = _Shown(sheet.withheld)
    header = ("Tidpunkt", "Enhet", "Vad som gjordes", *(("Personal",) if sheet.names_staff else ()))
    lines = (
        (swedish.timestamp(one.at), shown.unit(one.unit), one.what, *((one.staff,) if sheet.names_staff else ()))
        for one in sheet.lines
    )
    return csv_text(header, lines, byte_order_mark=True)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a page may say of where units are: nothing when that is withheld."""

    withheld: bool

    def unit(self, unit: Party | None) -> str:
        """The unit's name or, withheld, its kind: the first of the kind's Swedish terms."""
        if unit is None:
            return ""
        if not self.withheld:
            return unit.name
        term = unit.kind.swedish.partition(",")[0]
        return term[0].upper() + term[1:]

    def phone(self, contact: ContactLine) -> PhoneNumber | None:
        """The number to call; an area code tells the place, so it is withheld with it."""
        if self.withheld:
            return None
        return contact.phone or (contact.unit.phone if contact.unit else None)

    def place(self, text: str) -> str:
        """An address or a meeting's place."""
        return "" if self.withheld else text


def _page(template: str, title: str, sheet: Sheet, **more: Any) -> PrintedPage:
    # The title is the file's name when printed to PDF and stands in the browser's history: hence no patient in it.
    shown = _Shown(sheet.withheld)
    html = TEMPLATES.get_template(template).render(title=title, sheet=sheet, shown=shown, law=law, **more)
    return PrintedPage(title=title, html=html)


def _groups(all_of_them: tuple[PlanIntervention, ...]) -> Iterator[tuple[Principal, list[PlanIntervention]]]:
    """The interventions by who is responsible; region and municipality also when they have none (HSL 16:4)."""
    for principal in Principal:
        group = [one for one in all_of_them if one.principal is principal]
        if group or principal is not Principal.PRIVATE:
            yield principal, group
