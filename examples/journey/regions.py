"""What differs between the regions on the same journey, as data. All names of units and persons are the demo's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

WARD, CENTRE, TOWN, HOME = "ward", "centre", "town", "home"
"""The parts in the journey: the ward, the health centre, the municipality's receiving unit, and its home care."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One region's journey. `units` says who plays each part; HOME only where the municipality forwards to it.

    `quotes` are facts or statements of the region's pages that are read out, by the matter they belong to; `warns`
    the region's rules that warn, by the mutation.
    `checklist` holds points of hemgångsklar with the ward's comments; their wording is ours, no source gives one.
    """

    code: str
    name: str
    units: Mapping[str, str]
    patient: str
    opening: str
    quotes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    care_request: bool = False
    ready_for_home: bool = False
    checklist: tuple[tuple[str, str], ...] = ()
    track: str | None = None


HALLAND = Setting(
    code="halland",
    name="Halland",
    units={
        WARD: "Vårdavdelning Tallen (demo)",
        CENTRE: "Vårdcentralen Eken (demo)",
        TOWN: "Varbergs hemsjukvård Norr (demo)",
    },
    patient="Rigmor",
    opening="Rigmor har fallit hemma och kommer in med en höftfraktur.",
    quotes={"basis": ("HP1", "HP3"), "moved": ("HP2",), "home": ("HP4",)},
    warns={"changeExpectedDischarge": frozenset({"HAL-HP2"})},
    ready_for_home=True,
    checklist=(
        ("Läkemedel för de första dagarna", "Skickas med i dosett för tre dagar."),
        ("Hjälpmedel", "Rollator är utprovad och följer med."),
        ("Hemresa", "Sjukresa är beställd till klockan 14."),
    ),
    track="RED",
)
OREBRO = Setting(
    code="orebro",
    name="Örebro län",
    units={
        WARD: "Vårdavdelning Granen (demo)",
        CENTRE: "Vårdcentralen Björken (demo)",
        TOWN: "Örebro biståndsenhet (demo)",
        HOME: "Örebro hemsjukvård Väster (demo)",
    },
    patient="Ragnar",
    opening="Distriktssköterskan ser att Ragnar inte klarar sig hemma: han är svag och har feber.",
    quotes={"request": ("OP2",), "forward": ("OP3",)},
    care_request=True,
    ready_for_home=True,
)
STOCKHOLM = Setting(
    code="stockholm",
    name="Stockholm",
    units={
        WARD: "Geriatriska kliniken Idegranen (demo)",
        CENTRE: "Husläkarmottagningen Lönnen (demo)",
        TOWN: "Södertälje biståndsenhet (demo)",
    },
    patient="Ruben",
    opening="Ruben kommer in från hemmet med hjärtsvikt och har svårt att klara sig själv.",
)
VASTERNORRLAND = Setting(
    code="vasternorrland",
    name="Västernorrland",
    units={
        WARD: "Vårdavdelning Asken (demo)",
        CENTRE: "Hälsocentralen Rönnen (demo)",
        TOWN: "Sundsvalls biståndsenhet (demo)",
        HOME: "Sundsvalls hemsjukvård Stenstan (demo)",
    },
    patient="Rakel",
    opening="Rakel kommer in med lunginflammation och är för svag för att gå själv.",
    quotes={
        "forward": ("V57",),
        "plan": ("V44:4",),
        "receive": ("V38",),
        "phone": ("V28:2",),
        "copy": ("V49",),
    },
)
SETTINGS: dict[str, Setting] = {one.code: one for one in (HALLAND, OREBRO, STOCKHOLM, VASTERNORRLAND)}
"""The four journeys, by the region's code."""


def has_home(setting: Setting) -> bool:
    """Whether the municipality's home care takes part."""
    return HOME in setting.units
