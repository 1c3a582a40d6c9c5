-- What was said of a block, and what was opened, is neither deleted nor changed.

create trigger block_is_never_deleted before delete on block
    for each row execute function record_is_never_deleted();
create trigger block_is_never_truncated before truncate on block
    for each statement execute function record_is_never_deleted();
create trigger block_event_is_never_deleted before delete on block_event
    for each row execute function record_is_never_deleted();
create trigger block_event_is_never_truncated before truncate on block_event
    for each statement execute function record_is_never_deleted();
create trigger care_access_is_never_deleted before delete on care_access
    for each row execute function record_is_never_deleted();
create trigger care_access_is_never_truncated before truncate on care_access
    for each statement execute function record_is_never_deleted();
create trigger block_content_is_never_changed before update of id, patient_id, unit_id, episode_id, plan_id, case_id, since on block
    for each row execute function record_is_never_changed();
create trigger block_event_is_never_changed before update on block_event
    for each row execute function record_is_never_changed();
create trigger care_access_content_is_never_changed before update of id, patient_id, unit_id, block_id, blocked_unit_id, basis, purpose, reason, consent_id, by_id, since, until on care_access
    for each row execute function record_is_never_changed();
