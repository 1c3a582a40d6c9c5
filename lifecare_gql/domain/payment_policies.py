"""How payment liability is counted: the statute's way with its open points, averages by agreement, and amounts.

Everything here is read from data with sources. A parameter that no source states is null, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set

from pydantic import Field, model_validator

from lifecare_gql.domain.payment_words import CountedDays, CountedPersons
from lifecare_gql.domain.routines import Assumption
from lifecare_gql.domain.sources import PublicSource, Unsaid
from lifecare_gql.domain.values import value


@value
class YearAmount:
    """What a day costs the municipality in one year (belopp per vårddygn, 5:6)."""

    year: int = Field(ge=2018, description="The calendar year that the day lies in.")
    kronor: int = Field(gt=0, description="Whole kronor (SEK) a day.")
    source: PublicSource = Field(description="Where the amount stands.")


@value
class StatutoryPolicy:
    """The statute's own way of counting (5 kap. 4 §), with a decision on each point that the text leaves open.

    Each parameter is an assumption with the same key, which a deployment may decide otherwise.
    """

    id: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$", description="Stable id, e.g. statutory.")
    name: str = Field(description="Its name, in Swedish (namn).")
    version: str = Field(description="Another one whenever a parameter or a reading of the policy changes.")
    exactly_noon_is_after_noon: bool = Field(
        description="(i) Whether a notice sent at exactly 12.00 is sent after 12.00 (efter klockan 12.00)."
    )
    discharge_day_charged: bool = Field(
        description="(ii) Whether the discharge day is charged (utskrivningsdagen)."
    )
    late_admission_notice_releases: bool = Field(
        description="(iii) Whether an admission notice sent after more than 24 hours removes liability"
        " (sent inskrivningsmeddelande)."
    )
    day_off_moves_start: bool = Field(
        description="(iv) Whether a start on a day off moves to the next working day (söndagsregeln)."
    )


@value
class AveragePolicy:
    """Liability by a municipality's monthly average instead of by each person (genomsnittsmodell, 4 kap. 5 §)."""

    id: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$", description="Stable id, e.g. statutory.")
    name: str = Field(description="Its name, in Swedish (namn).")
    version: str = Field(description="Another one whenever a parameter or a reading of the policy changes.")
    sources: tuple[PublicSource, ...] = Field(min_length=1, description="The public pages that describe it.")
    counted_persons: CountedPersons | None = Field(
        default=None, description="Which discharged persons count (vilka som räknas); null when not stated."
    )
    counted_days: CountedDays | None = Field(
        default=None, description="How the days are counted (hur dagar räknas); null when not stated."
    )
    day_zero_counted: bool | None = Field(
        default=None,
        description="Whether those discharged on the day of the notice count, with no days (dag 0);"
        " null when not stated.",
    )
    rolling_months: int | None = Field(
        default=None, ge=1, le=12, description="Months taken together (rullande månader); null when not stated."
    )
    level: float | None = Field(
        default=None,
        ge=0,
        description="The average in days above which liability arises (nivå); null when not stated.",
    )
    unsaid: tuple[Unsaid, ...] = Field(default=(), description="Why a parameter is null.")
    notes: tuple[str, ...] = Field(default=(), description="Readings of ours and gaps of the source, in Swedish.")

    @model_validator(mode="after")
    def _explained(self) -> AveragePolicy:
        parameters = ("counted_persons", "counted_days", "day_zero_counted", "rolling_months", "level")
        empty = {name for name in parameters if getattr(self, name) is None}
        told = {one.field for one in self.unsaid}
        if empty != told:
            raise ValueError(
                f"unsaid must give the reason for just what is null: {', '.join(sorted(empty ^ told))}"
            )
        return self


@value
class PaymentPolicies:
    """The payment policies that one region's parties have agreed on."""

    region: str = Field(description="Code of the region.")
    policies: tuple[AveragePolicy, ...] = Field(min_length=1, description="The policies; ids begin with the code.")


Policy = StatutoryPolicy | AveragePolicy


@value
class PaymentBook:
    """Every policy that can be chosen, the amounts, and what was assumed."""

    assumptions: tuple[Assumption, ...] = Field(description="The open points of the statute (öppna punkter).")
    statutory: StatutoryPolicy = Field(description="The default.")
    averages: tuple[AveragePolicy, ...] = Field(default=(), description="The averages that can be chosen.")
    amounts: tuple[YearAmount, ...] = Field(description="The amounts that have a source, a year each.")

    @model_validator(mode="after")
    def _once(self) -> PaymentBook:
        for what in ([policy.id for policy in self.policies], [one.year for one in self.amounts]):
            for name, times in Counter[str | int](what).items():
                if times > 1:
                    raise ValueError(f"{name} is there {times} times")
        return self

    @property
    def policies(self) -> tuple[Policy, ...]:
        """All of them, the default first."""
        return (self.statutory, *self.averages)

    def policy(self, policy_id: str) -> Policy | None:
        """One policy, or None."""
        return next((one for one in self.policies if one.id == policy_id), None)

    def amount(self, year: int) -> YearAmount | None:
        """The year's amount; None when no source states it."""
        return next((one for one in self.amounts if one.year == year), None)

    def kronor(self, year: int) -> int | None:
        """Whole kronor a day in the year; None when no source states it."""
        amount = self.amount(year)
        return amount.kronor if amount else None

    def assumed(self, keys: Set[str | None]) -> Iterator[Assumption]:
        """The assumptions of those keys, in order."""
        return (one for one in self.assumptions if one.key in keys)
