-- A new kind of act is a word of the program: the check would have to be written anew for each.
alter table access_log drop constraint access_log_act_known;

-- The table is written anew without its triggers, which let nothing be changed.
alter table access_log alter column entry_id type uuid using gen_random_uuid();
alter table access_log alter column entry_id set default gen_random_uuid();
alter table access_log alter column entry_id set not null;

-- What reviewers read: the entry under its public id, with the directory's rows of who it was.
create view access_entry as
select l.entry_id as id, l.id as number, l.at, l.request_id, l.act, l.operation, l.staff_hsa_id, l.assignment_hsa_id,
    s.id as staff_id, a.id as assignment_id, l.unit_id, l.patient_id, l.subject, l.subject_id
from access_log l
left join staff s on s.hsa_id = l.staff_hsa_id
left join assignment a on a.hsa_id = l.assignment_hsa_id;

create trigger access_log_seal_is_never_deleted before delete on access_log_seal
    for each row execute function record_is_never_deleted();
create trigger access_log_seal_is_never_truncated before truncate on access_log_seal
    for each statement execute function record_is_never_deleted();
create trigger access_log_seal_is_never_changed before update on access_log_seal
    for each row execute function record_is_never_changed();
create trigger access_review_is_never_deleted before delete on access_review
    for each row execute function record_is_never_deleted();
create trigger access_review_is_never_truncated before truncate on access_review
    for each statement execute function record_is_never_deleted();
create trigger access_review_is_never_changed before update on access_review
    for each row execute function record_is_never_changed();
