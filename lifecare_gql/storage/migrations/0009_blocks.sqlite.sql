-- What was said of a block, and what was opened, is neither deleted nor changed.

create trigger block_is_never_deleted before delete on block
begin
    select raise(abort, 'block: a record is never deleted');
end;

create trigger block_event_is_never_deleted before delete on block_event
begin
    select raise(abort, 'block_event: a record is never deleted');
end;

create trigger care_access_is_never_deleted before delete on care_access
begin
    select raise(abort, 'care_access: a record is never deleted');
end;

create trigger block_content_is_never_changed before update of id, patient_id, unit_id, episode_id, plan_id, case_id, since on block
begin
    select raise(abort, 'block: what is recorded is never changed');
end;

create trigger block_event_is_never_changed before update on block_event
begin
    select raise(abort, 'block_event: what is recorded is never changed');
end;

create trigger care_access_content_is_never_changed before update of id, patient_id, unit_id, block_id, blocked_unit_id, basis, purpose, reason, consent_id, by_id, since, until on care_access
begin
    select raise(abort, 'care_access: what is recorded is never changed');
end;
