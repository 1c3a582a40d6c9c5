"""What each region would say to the same draft, and where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pydantic import Field

from lifecare_gql.domain.drafts import MessageDraft, Party
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.reviewing import review, route
from lifecare_gql.domain.texts import Said, said
from lifecare_gql.domain.values import value
from lifecare_gql.domain.verdicts import Expectation, Routing, Verdict


@value
class RegionOutcome:
    """What one region says to the draft."""

    region: str = Field(description="Code of the region.")
    region_name: str = Field(description="Its name.")
    verdict: Verdict = Field(description="What its routines and the core say.")


@value
class Position:
    """Where one region stands in a question."""

    region: str = Field(description="Code of the region.")
    answer: Said = Field(description="Its answer.")
    rules: tuple[str, ...] = Field(description="The rules or facts that give the answer; empty when none does.")


@value
class Difference:
    """A question that the regions answer differently."""

    question: Said = Field(description="The question.")
    positions: tuple[Position, ...] = Field(description="Each region's answer.")


@value
class UnansweredRegion:
    """A region that could not be asked now; the others are answered for (svarar inte)."""

    region: str = Field(description="Code of the region.")
    region_name: str = Field(description="Its name.")
    plugin: str = Field(description="The plugin that did not answer.")
    hook: str = Field(description="The hook that brought what was asked (krok).")
    failing: str = Field(description="In which way it did not answer, e.g. hangs (fel).")


@value
class Comparison:
    """The same draft in every enabled region."""

    outcomes: tuple[RegionOutcome, ...] = Field(description="One per region, in the order of their codes.")
    differences: tuple[Difference, ...] = Field(description="Where they differ; empty when all say the same.")
    unanswered: tuple[UnansweredRegion, ...] = Field(
        default=(), description="The regions that could not be asked now (svarar inte)."
    )


@value
class ComparedQuestion:
    """A question, and every region's answer (jämförd fråga)."""

    question: Said = Field(description="The question.")
    differs: bool = Field(description="Whether the regions answer differently (skiljer sig).")
    positions: tuple[Position, ...] = Field(description="Each region's answer.")


@value
class RegionComparison:
    """The same questions to every enabled region (jämförelse)."""

    questions: tuple[ComparedQuestion, ...] = Field(description="The questions, in order (frågor).")
    unanswered: tuple[UnansweredRegion, ...] = Field(
        default=(), description="The regions that could not be asked now (svarar inte)."
    )


Answer = tuple[str, tuple[str, ...]]
"""What is answered, and the routines that give the answer."""

Answers = Mapping[str, Answer]
"""By question."""


def compare(draft: MessageDraft, regions: Mapping[str, Region]) -> Comparison:
    """Judge the draft as if every unit in it lay in each region in turn."""
    return compared([judged(draft, regions[code]) for code in sorted(regions)])


def judged(draft: MessageDraft, region: Region) -> tuple[RegionOutcome, Answers]:
    """What one region says to the draft, as if every unit in it lay there, and its answers to the questions.

    A draft without recipients goes where a routine routes it; where none does, it is taken to be sent to the
    health centre where the patient is listed, so that regions are compared on the same message.
    """
    regions = {region.code: region}
    moved = _moved(draft, region.code)
    routing = route(replace(moved, recipients=()), regions)
    verdict = review(moved if routing else _addressed(moved), regions)
    outcome = RegionOutcome(region=region.code, region_name=region.info.name, verdict=verdict)
    # A routine that routes the message says where it goes even when the sender has chosen somewhere else.
    return outcome, _answers(verdict, routing)


def compared(
    found: Sequence[tuple[RegionOutcome, Answers]], unanswered: Iterable[UnansweredRegion] = ()
) -> Comparison:
    """The outcomes side by side, and where they differ."""
    answers = {outcome.region: given for outcome, given in found}
    return Comparison(
        outcomes=tuple(outcome for outcome, _ in found),
        differences=tuple(
            Difference(question=one.question, positions=one.positions) for one in questions(answers) if one.differs
        ),
        unanswered=tuple(unanswered),
    )


def questions(answers: Mapping[str, Answers]) -> Iterator[ComparedQuestion]:
    """The questions with the answers of each region, by its code; all regions answer the same questions."""
    for question in next(iter(answers.values()), {}):
        said = {region: given[question] for region, given in answers.items()}
        positions = (
            Position(region=region, answer=answer, rules=rules) for region, (answer, rules) in said.items()
        )
        differs = len({answer for answer, _ in said.values()}) > 1
        yield ComparedQuestion(question=question, differs=differs, positions=tuple(positions))


def _moved(draft: MessageDraft, region: str) -> MessageDraft:
    def move(party: Party) -> Party:
        return replace(party, region=region)

    listed = draft.subject.listed_at
    return replace(
        draft,
        sender=move(draft.sender),
        recipients=tuple(map(move, draft.recipients)),
        subject=replace(draft.subject, listed_at=move(listed) if listed else None),
    )


def _addressed(draft: MessageDraft) -> MessageDraft:
    listed = draft.subject.listed_at
    return draft if draft.recipients or listed is None else replace(draft, recipients=(listed,))


def _answers(verdict: Verdict, routing: Routing | None) -> Answers:
    return {
        said("Får meddelandet skickas?"): _may_it_be_sent(verdict),
        said("Vart går det?"): _where_does_it_go(routing),
        said("Måste det besvaras?"): _must_it_be_answered(verdict.expectation),
        said("När ska det vara besvarat?"): _by_when(verdict.expectation),
    }


def _may_it_be_sent(verdict: Verdict) -> Answer:
    rules = tuple(dict.fromkeys(one.rule for one in verdict.objections if one.rule is not None))
    return (said("ja" if verdict.allowed else "nej"), rules)


def _where_does_it_go(routing: Routing | None) -> Answer:
    if routing is None:
        return (said("dit avsändaren väljer"), ())
    return (said("till den vårdcentral patienten är listad på"), (routing.rule,))


def _must_it_be_answered(expected: Expectation) -> Answer:
    rules = tuple(duty.rule for duty in expected.duties if duty.kind.demands_reply)
    return (said("ja" if expected.answer_required else "nej"), rules)


def _by_when(expected: Expectation) -> Answer:
    if expected.deadline is None or expected.deadline_rule is None:
        return (said("ingen svarstid anges"), ())
    return (said("senast {day}", day=expected.deadline.due_on.isoformat()), (expected.deadline_rule,))
