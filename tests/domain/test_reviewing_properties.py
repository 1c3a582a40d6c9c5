"""What holds for every draft, whatever the regions' routines say: properties over the whole space of drafts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lifecare_gql.domain.drafts import Consent, Forum, MessageDraft, Subject
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.reviewing import MAX_TEXT_LENGTH, Regions, review
from lifecare_gql.domain.words import Purpose, Severity, UnitKind, Urgency
from tests.domain.drafts import NOW, unit
from tests.regions.plugins import CODES, four_regions

TOPICS = [*four_regions().topics, "GOSSIP"]
KINDS = [
    UnitKind.HEALTH_CENTRE,
    UnitKind.MUNICIPAL_HEALTH_CARE,
    UnitKind.INPATIENT_WARD,
    UnitKind.CHILD_PSYCHIATRY,
]
units = st.builds(
    lambda number, kind, region, active, phone: unit(f"enhet {number}", kind, region, active=active, phone=phone),
    st.integers(0, 3),
    st.sampled_from(KINDS),
    st.sampled_from([*CODES, "gotland"]),
    st.booleans(),
    st.sampled_from([None, PhoneNumber.swedish("031-390 06 00")]),
)
subjects = st.builds(
    Subject, enrolled=st.booleans(), deceased=st.booleans(), open_plan=st.booleans(), listed_at=st.none() | units
)
consents = st.none() | st.builds(Consent, given_at=st.sampled_from([NOW, NOW + dt.timedelta(days=1)]))


@st.composite
def drafts(draw: st.DrawFn, fewest_recipients: int = 0) -> MessageDraft:
    recipients = draw(st.lists(units, min_size=fewest_recipients, max_size=3))
    known = [Forum(name="forum", recipient=recipient.id) for recipient in recipients]
    return MessageDraft(
        topic=draw(st.sampled_from(TOPICS)),
        urgency=draw(st.sampled_from(Urgency)),
        purpose=draw(st.sampled_from(Purpose)),
        sender=draw(units),
        recipients=tuple(recipients),
        subject=draw(subjects),
        now=NOW,
        sender_licensed=draw(st.booleans()),
        has_case=draw(st.booleans()),
        consent=draw(consents),
        text_length=draw(st.sampled_from([0, 1, MAX_TEXT_LENGTH, MAX_TEXT_LENGTH + 1])),
        attachments=draw(st.integers(0, 1)),
        forums=tuple(forum for forum in known if draw(st.booleans())),
        is_reply=draw(st.booleans()),
    )


def all_said(draft: MessageDraft, regions: Regions) -> list[Objection]:
    verdict = review(draft, regions)
    return [*verdict.objections, *verdict.warnings]


def silenced(region: Region) -> Region:
    return replace(region, book=replace(region.book, routines=(), duties=()))


def alone(code: str | None) -> Mapping[str, Region]:
    """All four regions, of which only one has any routines (None: none has)."""
    return {name: region if name == code else silenced(region) for name, region in four_regions().items()}


@given(drafts(fewest_recipients=1))
def test_objections_are_the_union_of_the_cores_and_each_regions(draft: MessageDraft) -> None:
    core = all_said(draft, alone(None))
    union = core + [one for code in CODES for one in all_said(draft, alone(code)) if one.region == code]
    assert sorted(all_said(draft, four_regions()), key=repr) == sorted(union, key=repr)


@given(drafts())
def test_no_region_removes_an_objection_of_the_core(draft: MessageDraft) -> None:
    verdict = review(draft, four_regions())
    if verdict.routing is not None and draft.subject.listed_at is not None:
        draft = replace(draft, recipients=(draft.subject.listed_at,))
    core = [one for one in verdict.objections if one.region is None]
    assert core == list(review(draft, alone(None)).objections)


@given(drafts())
def test_only_regions_that_the_draft_touches_object(draft: MessageDraft) -> None:
    listed = draft.subject.listed_at
    touched = {None, *draft.regions, *([listed.region] if listed else [])}
    assert {one.region for one in all_said(draft, four_regions())} <= touched


@given(drafts())
def test_review_is_pure(draft: MessageDraft) -> None:
    assert review(draft, four_regions()) == review(draft, four_regions())


@given(drafts())
def test_allowed_means_that_nothing_refuses(draft: MessageDraft) -> None:
    verdict = review(draft, four_regions())
    assert verdict.allowed == (not verdict.objections)
    assert all(one.severity is Severity.REFUSE for one in verdict.objections)
    assert all(one.severity is Severity.WARN for one in verdict.warnings)


@given(drafts())
def test_every_objection_says_why_and_what_to_do(draft: MessageDraft) -> None:
    for one in all_said(draft, four_regions()):
        assert one.reason
        assert one.remedy
        if one.region is None:
            assert (one.rule, one.source) == (None, None)
            continue
        assert one.source is not None
        assert one.source.region == one.region
        fact = four_regions()[one.region].fact(one.source.fact)
        assert fact is not None
        assert one.source.quote == fact.quotes[0].text != ""
        assert one.rule in {routine.code for routine in four_regions()[one.region].book.routines}
