"""What each region would say to the same draft, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    rules: tuple[str, ...] = Field(description="The routines that give the answer; empty when none does.")


@value
class Difference:
    """A question that the regions answer differently."""

    question: Said = Field(description="The question.")
    positions: tuple[Position, ...] = Field(description="Each region's answer.")


@value
class Comparison:
    """The same draft in every enabled region."""

    outcomes: tuple[RegionOutcome, ...] = Field(description="One per region, in the order of their codes.")
    differences: tuple[Difference, ...] = Field(description="Where they differ; empty when all say the same.")


def compare(draft: MessageDraft, regions: Mapping[str, Region]) -> Comparison:
    """Judge the draft as if every unit in it lay in each region in turn.

    A draft without recipients goes where a routine routes it; where none does, it is taken to be sent to the
    health centre where the patient is listed, so that regions are compared on the same message.
    """
    outcomes: list[RegionOutcome] = []
    answers: dict[str, Answers] = {}
    for code in sorted(regions):
        moved = _moved(draft, code)
        routing = route(replace(moved, recipients=()), regions)
        verdict = review(moved if routing else _addressed(moved), regions)
        outcomes.append(RegionOutcome(region=code, region_name=regions[code].info.name, verdict=verdict))
        # A routine that routes the message says where it goes even when the sender has chosen somewhere else.
        answers[code] = _answers(verdict, routing)
    return Comparison(outcomes=tuple(outcomes), differences=tuple(_differences(answers)))


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


Answer = tuple[str, tuple[str, ...]]
"""What is answered, and the routines that give the answer."""

Answers = Mapping[str, Answer]
"""By question."""


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


def _differences(answers: Mapping[str, Answers]) -> Iterator[Difference]:
    for question in next(iter(answers.values()), {}):
        said = {region: given[question] for region, given in answers.items()}
        if len({answer for answer, _ in said.values()}) > 1:
            positions = (
                Position(region=region, answer=answer, rules=rules) for region, (answer, rules) in said.items()
            )
            yield Difference(question=question, positions=tuple(positions))
