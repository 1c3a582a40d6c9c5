"""The guards of the coordinated individual plan (SIP): consent, the call, the meeting, what a plan must show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from lifecare_gql.domain import episode_record_guards as episode
from lifecare_gql.domain import law
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.demands import Failure
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.plan_facts import PlanAct, PlanContent, PlanFacts
from lifecare_gql.domain.plan_words import PlanItem
from lifecare_gql.domain.process_guards import Guard, unless
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.words import Principal

_Code = ObjectionCode
PlanGuard: TypeAlias = Guard[PlanAct, PlanFacts]
"""A guard of the plan."""


def _as_in_the_episode(
    guard: Guard[Any, Any], met: Callable[[PlanAct, PlanFacts, Party], object], *path: str
) -> PlanGuard:
    """The same condition as in the discharge process, looked up in the plan."""
    return Guard(
        name=guard.name,
        code=guard.code,
        reason=guard.reason,
        remedy=guard.remedy,
        law=guard.law,
        check=unless(met, guard.code, *path),
    )


def _consented(_: PlanAct, facts: PlanFacts, __: Party) -> bool:
    return facts.background.consent


def _planned_by_sip(_: PlanAct, facts: PlanFacts, __: Party) -> bool:
    return not facts.background.care_plan_instead


def _may_call(_: PlanAct, facts: PlanFacts, unit: Party) -> bool:
    callers = facts.background.callers
    return callers is None or unit.id in callers


CONSENT = _as_in_the_episode(episode.PLAN_CONSENT, _consented, "input", "planId")
PLAN_NEEDED = _as_in_the_episode(episode.PLANNED_BY_SIP, _planned_by_sip, "input", "patientId")
STILL_NEEDED = _as_in_the_episode(episode.PLANNED_BY_SIP, _planned_by_sip, "input", "planId")
FIXED_CARE_CONTACT = _as_in_the_episode(episode.FIXED_CARE_CONTACT, _may_call, "viewer", "unit")

NO_OTHER_PLAN: PlanGuard = Guard(
    name="the patient has no other open plan",
    code=_Code.PLAN_ALREADY_OPEN,
    reason="Patienten har redan en pågående SIP.",
    remedy="Fortsätt i den SIP som pågår, eller avsluta den först.",
    check=unless(
        lambda _, facts, __: not facts.background.another_open, _Code.PLAN_ALREADY_OPEN, "input", "patientId"
    ),
)
CALL_STANDS: PlanGuard = Guard(
    name="the meeting has not been held",
    code=_Code.WRONG_STATE,
    reason="Mötet som kallelsen gällde har hållits.",
    remedy="Vänta på nästa kallelse.",
    check=unless(
        lambda _, facts, __: facts.call_stands or facts.called_at is None, _Code.WRONG_STATE, "input", "planId"
    ),
)

MEETING: PlanGuard = Guard(
    name="it is said when and how the meeting is held",
    code=_Code.MEETING_MISSING,
    reason="Kallelsen säger inte när och hur mötet hålls.",
    remedy="Ange mötets början och slut, och om det hålls på plats, per video eller per telefon.",
    check=unless(lambda act, *_: act.meeting, _Code.MEETING_MISSING, "input", "meeting"),
    asks=True,
)


def _meeting_times(act: PlanAct, facts: PlanFacts, _: Party) -> Iterator[Failure]:
    if act.meeting is None:
        return
    if act.meeting.starts_at <= facts.now:
        yield _wrong_time("startsAt", said("Mötet har redan börjat."))
    if act.meeting.ends_at <= act.meeting.starts_at:
        yield _wrong_time("endsAt", said("Mötet slutar innan det har börjat."))


def _wrong_time(field: str, detail: str) -> Failure:
    return Failure(_Code.MEETING_TIMES_WRONG, ("input", "meeting", field), detail=detail)


MEETING_TIMES: PlanGuard = Guard(
    name="the meeting lies ahead, and ends after it begins",
    code=_Code.MEETING_TIMES_WRONG,
    reason="Mötestiden går inte.",
    remedy="Ange en tid längre fram, som slutar efter att den har börjat.",
    check=_meeting_times,
    asks=True,
)
CALL = (FIXED_CARE_CONTACT, CONSENT, STILL_NEEDED, MEETING, MEETING_TIMES)

CONTENT: PlanGuard = Guard(
    name="the content of the plan is given",
    code=_Code.CONTENT_MISSING,
    reason="Planens innehåll saknas.",
    remedy="Fyll i planen.",
    check=unless(lambda act, *_: act.content, _Code.CONTENT_MISSING, "input", "content"),
    asks=True,
)

_PRINCIPALS = (Principal.REGION, Principal.MUNICIPALITY)
_FIELDS = {
    PlanItem.INTERVENTIONS: "interventions",
    PlanItem.RESPONSIBILITIES: "interventions",
    PlanItem.MEASURES_BY_OTHERS: "measuresByOthers",
    PlanItem.MAIN_RESPONSIBILITY: "mainResponsibility",
}


def missing_items(content: PlanContent) -> Iterator[PlanItem]:
    """What the law demands and the content does not show. A private provider is no principal: it works for one."""
    needed = content.interventions
    shown = {
        PlanItem.INTERVENTIONS: needed and all(one.what.strip() for one in needed),
        PlanItem.RESPONSIBILITIES: needed and all(one.principal in _PRINCIPALS for one in needed),
        PlanItem.MEASURES_BY_OTHERS: content.measures_by_others.strip(),
        PlanItem.MAIN_RESPONSIBILITY: content.main_responsibility in _PRINCIPALS,
    }
    return (item for item in PlanItem if not shown[item])


def _items_of(content: PlanContent | None) -> Iterator[Failure]:
    for item in missing_items(content) if content else ():
        path = ("input", "content", _FIELDS[item])
        yield Failure(_Code.MISSING_PLAN_ITEM, path, detail=said("Saknas: {what}.", what=item.term))


def _legal_items(check: Callable[[PlanAct, PlanFacts, Party], Iterator[Failure]]) -> PlanGuard:
    return Guard(
        name="the plan shows what the law demands",
        code=_Code.MISSING_PLAN_ITEM,
        reason="Planen saknar något som lagen kräver.",
        remedy="Fyll i det innan planen upprättas.",
        law=law.INDIVIDUAL_PLAN,
        check=check,
        asks=True,
    )


ITEMS = _legal_items(lambda act, facts, _: _items_of(act.content or facts.content or PlanContent()))
"""In what is said now, or else in what was drafted."""
NEW_ITEMS = _legal_items(lambda act, *_: _items_of(act.content))
"""In what is said now; that it is said at all is the guard `CONTENT`."""

COPY_ANSWERED: PlanGuard = Guard(
    name="it is said whether the patient took the copy",
    code=_Code.ANSWER_REQUIRED,
    reason="Det är inte sagt om patienten tog emot kopian.",
    remedy="Svara ja eller nej.",
    fact="V49",
    check=unless(lambda act, *_: act.accepted is not None, _Code.ANSWER_REQUIRED, "input", "accepted"),
    asks=True,
)
FOLLOW_UP_AHEAD: PlanGuard = Guard(
    name="the day of the next follow-up has not passed",
    code=_Code.DATE_PASSED,
    reason="Dagen för uppföljningen har redan passerat.",
    remedy="Ange dagens datum eller ett senare, eller utelämna det.",
    check=unless(
        lambda act, facts, _: act.follow_up_on is None or act.follow_up_on >= stockholm_day(facts.now),
        _Code.DATE_PASSED,
        "input",
        "followUpOn",
    ),
    asks=True,
)
