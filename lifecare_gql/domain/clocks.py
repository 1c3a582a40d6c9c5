"""The time limits of the discharge process, explained. Late is a flag with figures, never a refusal.

Hours are elapsed time; days are calendar days in Sweden. Moments come out in UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pydantic import Field

from lifecare_gql.domain import law
from lifecare_gql.domain.calendar import (
    STOCKHOLM,
    calendar_days_after,
    day_bounds,
    day_off,
    elapsed_hours_after,
    stockholm_day,
    sunday_rule,
)
from lifecare_gql.domain.episode_facts import EpisodeFacts
from lifecare_gql.domain.episode_words import ClockKind, NoticeKind, PlanningBasisStart
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.process_rules import PlanningBasisTime, ProcessRules
from lifecare_gql.domain.sources import Supplement
from lifecare_gql.domain.texts import Said, said, together
from lifecare_gql.domain.values import value

ADMISSION_NOTICE_HOURS = 24
SIP_CALL_DAYS = 3


@value
class Clock:
    """A time limit (frist): from when, until when, done when, and how late."""

    kind: ClockKind = Field(description="Which time limit it is.")
    basis_at: dt.datetime = Field(description="The moment that it is counted from, in UTC (utgångspunkt).")
    due_at: dt.datetime | None = Field(
        default=None, description="The moment it runs out, in UTC; null when the limit is a whole day (senast)."
    )
    due_on: dt.date | None = Field(
        default=None, description="The last day, in Sweden; null when the limit is a moment (sista dag)."
    )
    due_on_by_sunday_rule: dt.date | None = Field(
        default=None, description="The last day when a day off moves it (söndagsregeln); null where it has no say."
    )
    done_at: dt.datetime | None = Field(default=None, description="When it was done, in UTC; null when it is not.")
    late_by_minutes: int | None = Field(
        default=None, description="Elapsed minutes past `due_at`, rounded up; null when it is not late."
    )
    late_by_days: int | None = Field(
        default=None,
        description="Calendar days past the last day that is allowed, söndagsregeln included; null when not late.",
    )
    law: LegalReference | None = Field(default=None, description="The section of law that sets it (lagrum).")
    rule: str | None = Field(default=None, description="Code of the region's rule that sets it; null for the law.")
    supplement: Supplement | None = Field(default=None, description="The public page that the rule rests on.")
    explanation: Said = Field(description="How it was counted.")

    @property
    def late(self) -> bool:
        """Whether it was done too late, or is not done although the time has run out."""
        return self.late_by_minutes is not None or self.late_by_days is not None


def clocks(facts: EpisodeFacts, rules: ProcessRules | None = None) -> tuple[Clock, ...]:
    """The clocks that have started, also those that are done; `rules` is what the ward's region adds."""
    return tuple(_started(facts, rules))


def _started(facts: EpisodeFacts, rules: ProcessRules | None) -> Iterator[Clock]:
    notice = facts.sent(NoticeKind.ADMISSION_NOTICE)
    if facts.admitted_at is not None and (facts.need_assessed_at or notice):
        sent_at = notice.sent_at if notice else None
        yield admission_notice_clock(facts.admitted_at, facts.need_assessed_at, sent_at, facts.now)
    basis = rules and rules.planning_basis and _planning_basis_from(facts, rules.planning_basis)
    if rules and rules.planning_basis and basis:
        supplement = rules.supplement(rules.planning_basis.supplement)
        yield planning_basis_clock(rules.planning_basis, supplement, basis, facts.planning_basis_at, facts.now)
    if facts.discharge_ready_at is not None and facts.plan_needed:
        yield sip_call_clock(facts.discharge_ready_at, facts.sip_called_at, facts.now)
    if facts.discharged_at is not None:
        yield information_transfer_clock(facts.discharged_at, facts.information_transferred_at, facts.now)


def admission_notice_clock(
    admitted_at: dt.datetime, assessed_at: dt.datetime | None, sent_at: dt.datetime | None, now: dt.datetime
) -> Clock:
    """24 elapsed hours from the admission, or from the assessment of need if that came later (2 kap. 3 §)."""
    basis = max(admitted_at, assessed_at or admitted_at)
    due_at = elapsed_hours_after(basis, ADMISSION_NOTICE_HOURS)
    start = said("inskrivningen" if basis == admitted_at else "den senare bedömningen av behovet")
    return Clock(
        kind=ClockKind.ADMISSION_NOTICE,
        basis_at=basis.astimezone(dt.UTC),
        due_at=due_at,
        done_at=_utc(sent_at),
        late_by_minutes=_minutes_late(due_at, sent_at or now),
        law=law.ADMISSION_NOTICE_TIME,
        explanation=together(
            said(
                "{hours} timmar från {start} {basis}: senast {due}.",
                hours=ADMISSION_NOTICE_HOURS,
                start=start,
                basis=_moment(basis),
                due=_moment(due_at),
            ),
            _shifted(basis, due_at),
        ),
    )


def information_transfer_clock(
    discharged_at: dt.datetime, transferred_at: dt.datetime | None, now: dt.datetime
) -> Clock:
    """The same Swedish day as the discharge (3 kap. 2 §)."""
    day = stockholm_day(discharged_at)
    done = transferred_at or now
    return Clock(
        kind=ClockKind.INFORMATION_TRANSFER,
        basis_at=discharged_at.astimezone(dt.UTC),
        due_at=day_bounds(day)[1],
        due_on=day,
        done_at=_utc(transferred_at),
        late_by_days=_days_late(day, done),
        law=law.INFORMATION_TRANSFER,
        explanation=said(
            "Patienten skrevs ut {left}: informationen ska överföras senast samma dag, före midnatt den {day}.",
            left=_moment(discharged_at),
            day=str(day),
        ),
    )


def sip_call_clock(ready_sent_at: dt.datetime, called_at: dt.datetime | None, now: dt.datetime) -> Clock:
    """Three calendar days after the notice of discharge-ready (4 kap. 3 §); söndagsregeln gives the latest day."""
    given_on = stockholm_day(ready_sent_at)
    strict = calendar_days_after(given_on, SIP_CALL_DAYS)
    allowed = sunday_rule(strict)
    moved = said(
        "Den dagen är {name}: enligt söndagsregeln räcker {day}.", name=day_off(strict) or "", day=str(allowed)
    )
    return Clock(
        kind=ClockKind.SIP_CALL,
        basis_at=ready_sent_at.astimezone(dt.UTC),
        due_on=strict,
        due_on_by_sunday_rule=allowed,
        done_at=_utc(called_at),
        late_by_days=_days_late(allowed, called_at or now),
        law=law.SIP_CALL,
        explanation=together(
            said(
                "{days} dagar efter underrättelsen {given}: senast {last}.",
                days=SIP_CALL_DAYS,
                given=str(given_on),
                last=str(strict),
            ),
            moved if allowed != strict else None,
        ),
    )


def planning_basis_clock(
    rule: PlanningBasisTime,
    supplement: Supplement,
    basis: dt.datetime,
    sent_at: dt.datetime | None,
    now: dt.datetime,
) -> Clock:
    """The region's hours for the planning basis, as elapsed time."""
    due_at = elapsed_hours_after(basis, rule.hours)
    return Clock(
        kind=ClockKind.PLANNING_BASIS,
        basis_at=basis.astimezone(dt.UTC),
        due_at=due_at,
        done_at=_utc(sent_at),
        late_by_minutes=_minutes_late(due_at, sent_at or now),
        rule=rule.rule,
        supplement=supplement,
        explanation=together(
            said(
                "{hours} timmar {start} {basis}: senast {due}.",
                hours=rule.hours,
                start=rule.counted_from.term,
                basis=_moment(basis),
                due=_moment(due_at),
            ),
            _shifted(basis, due_at),
        ),
    )


def _planning_basis_from(facts: EpisodeFacts, rule: PlanningBasisTime) -> dt.datetime | None:
    notice = facts.sent(NoticeKind.ADMISSION_NOTICE)
    if notice is None:
        return None
    return facts.admitted_at if rule.counted_from is PlanningBasisStart.ADMISSION else notice.sent_at


def _minutes_late(due_at: dt.datetime, done_at: dt.datetime) -> int | None:
    late = done_at.astimezone(dt.UTC) - due_at
    return -(-late // dt.timedelta(minutes=1)) if late > dt.timedelta(0) else None


def _days_late(last: dt.date, done_at: dt.datetime) -> int | None:
    days = (stockholm_day(done_at) - last).days
    return days if days > 0 else None


def _shifted(basis: dt.datetime, due_at: dt.datetime) -> str | None:
    """A note when the clocks changed in between, because the hour on the wall then looks wrong."""
    shifted = basis.astimezone(STOCKHOLM).utcoffset() != due_at.astimezone(STOCKHOLM).utcoffset()
    return said("Klockan ställs om däremellan; det är förfluten tid som räknas.") if shifted else None


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"


def _utc(at: dt.datetime | None) -> dt.datetime | None:
    return None if at is None else at.astimezone(dt.UTC)
