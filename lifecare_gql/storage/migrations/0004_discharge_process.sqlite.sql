-- Nothing is deleted from a record, and what was once said is never changed (PDL 3:14).

-- SQLite cannot change a check: the table is made anew. Nothing refers to it.
create table care_relation_made_anew (
    id ${uuid} primary key,
    patient_id ${uuid} not null references patient (id),
    unit_id ${uuid} not null references unit (id),
    kind varchar(20) not null,
    since ${instant} not null,
    until ${instant},
    constraint care_relation_kind_known
        check (kind in ('LISTED', 'ENROLLED', 'MESSAGE', 'CASE', 'EPISODE', 'PLAN')),
    constraint care_relation_ends_after_it_began check (until is null or until >= since)
);
insert into care_relation_made_anew select id, patient_id, unit_id, kind, since, until from care_relation;
drop trigger care_relation_is_never_deleted;
drop table care_relation;
alter table care_relation_made_anew rename to care_relation;
create unique index care_relation_current on care_relation (patient_id, unit_id, kind) where until is null;
create index care_relation_unit on care_relation (unit_id, patient_id) where until is null;

create trigger care_relation_is_never_deleted before delete on care_relation
begin
    select raise(abort, 'care_relation: a record is never deleted');
end;

create trigger episode_is_never_deleted before delete on episode
begin
    select raise(abort, 'episode: a record is never deleted');
end;

create trigger episode_party_is_never_deleted before delete on episode_party
begin
    select raise(abort, 'episode_party: a record is never deleted');
end;

create trigger episode_event_is_never_deleted before delete on episode_event
begin
    select raise(abort, 'episode_event: a record is never deleted');
end;

create trigger notice_receipt_is_never_deleted before delete on notice_receipt
begin
    select raise(abort, 'notice_receipt: a record is never deleted');
end;

create trigger plan_party_is_never_deleted before delete on plan_party
begin
    select raise(abort, 'plan_party: a record is never deleted');
end;

create trigger plan_event_is_never_deleted before delete on plan_event
begin
    select raise(abort, 'plan_event: a record is never deleted');
end;

create trigger consent_entry_is_never_deleted before delete on consent_entry
begin
    select raise(abort, 'consent_entry: a record is never deleted');
end;

create trigger episode_event_is_never_changed before update on episode_event
begin
    select raise(abort, 'episode_event: what is recorded is never changed');
end;

create trigger plan_event_is_never_changed before update on plan_event
begin
    select raise(abort, 'plan_event: what is recorded is never changed');
end;

create trigger consent_entry_is_never_changed before update on consent_entry
begin
    select raise(abort, 'consent_entry: what is recorded is never changed');
end;

create trigger episode_content_is_never_changed before update of id, patient_id, opened_at on episode
begin
    select raise(abort, 'episode: what is recorded is never changed');
end;

create trigger notice_receipt_content_is_never_changed before update of id, event_id, episode_id, patient_id, unit_id, kind, sent_at on notice_receipt
begin
    select raise(abort, 'notice_receipt: what is recorded is never changed');
end;

create trigger episode_party_content_is_never_changed before update of id, episode_id, patient_id, unit_id, role on episode_party
begin
    select raise(abort, 'episode_party: what is recorded is never changed');
end;

create trigger plan_party_content_is_never_changed before update of id, plan_id, patient_id, unit_id on plan_party
begin
    select raise(abort, 'plan_party: what is recorded is never changed');
end;

create trigger plan_process_content_is_never_changed before update of id, patient_id, opened_at on plan_process
begin
    select raise(abort, 'plan_process: what is recorded is never changed');
end;
