"""What a block hides and what an opened access shows, as conditions on rows: the one place that says it.

A block (spärr) hides what its unit has documented from every other unit. Who documented what, the caller of these
functions says (`origin`); `b` is the block there. What a unit wrote itself, or what was addressed to it, is its
own correspondence: the models leave it out of what is hidden. Decision 0022 tells why.
"""

from __future__ import annotations

from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.viewer import Viewer

_LIFTED = (
    "exists (select 1 from care_access l where l.block_id = b.id and l.unit_id = {unit}"
    " and l.since <= {now} and l.until > {now} and l.ended_at is null)"
)
_STANDS = (
    "exists (select 1 from block b where b.patient_id = {t}.patient_id and b.ended_at is null"
    f" and b.unit_id <> {{unit}} and (%s) and not {_LIFTED})"
)
WHOLE_UNIT = "b.episode_id is null and b.plan_id is null and b.case_id is null"


def hidden(viewer: Viewer, origin: str, but: str = "false") -> Where:
    """What blocks hide, where `origin` says that the block is about the row; `but` is never hidden."""
    stands = _STANDS % origin
    sql = stands if but == "false" else f"not ({but}) and {stands}"
    return Where(sql, {"unit": viewer.unit_id, "now": viewer.now})


def of_episode(episode: str, ward: str | None = None) -> str:
    """That the block is about an episode: its ward set it. `ward`: the column, where the row has it."""
    theirs = (
        f"b.unit_id = {ward}"
        if ward
        else f"exists (select 1 from episode o where o.id = {episode} and o.ward_id = b.unit_id)"
    )
    return f"({WHOLE_UNIT} or b.episode_id = {episode}) and {theirs}"


def of_author(unit: str, episode: str) -> str:
    """That the block is about what the unit wrote in an episode."""
    return f"({WHOLE_UNIT} or b.episode_id = {episode}) and b.unit_id = {unit}"


def of_plan(plan: str) -> str:
    """That the block is about a plan: the unit that identified the need set it."""
    return (
        f"({WHOLE_UNIT} or b.plan_id = {plan} or b.episode_id ="
        f" (select q.episode_id from plan_process q where q.id = {plan}))"
        f" and exists (select 1 from plan_event o where o.plan_id = {plan} and o.version = 1"
        " and o.unit_id = b.unit_id)"
    )


def of_case(case: str, opened_by: str) -> str:
    """That the block is about a case: the unit that opened it set it."""
    return f"({WHOLE_UNIT} or b.case_id = {case}) and b.unit_id = {opened_by}"


def opened(viewer: Viewer, patient: str = "{t}.patient_id") -> Where:
    """What belongs to a patient whose care was opened to the unit for a while, by consent or in an emergency."""
    sql = (
        f"exists (select 1 from care_access a where a.patient_id = {patient} and a.unit_id = {{unit}}"
        " and a.block_id is null and a.since <= {now} and a.until > {now} and a.ended_at is null)"
    )
    return Where(sql, {"unit": viewer.unit_id, "now": viewer.now})
