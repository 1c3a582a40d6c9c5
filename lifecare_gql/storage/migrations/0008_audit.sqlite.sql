-- A new kind of act is a word of the program: a check would have to be written anew, with the table, for each.
-- SQLite cannot drop a check either: the table is made anew a last time. What refers to it refers to its name.
create table access_log_made_anew (
    id ${bigid},
    at ${instant} not null,
    request_id ${uuid} not null,
    act varchar(20) not null,
    operation varchar(100) not null,
    staff_hsa_id varchar(31) not null,
    assignment_hsa_id varchar(31) not null,
    unit_id ${uuid} not null references unit (id),
    patient_id ${uuid} references patient (id),
    subject varchar(60) not null,
    subject_id ${uuid},
    entry_id ${uuid} not null default (
        lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a'
        || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))
    ),
    digest varchar(64)
);
insert into access_log_made_anew (
    id, at, request_id, act, operation, staff_hsa_id, assignment_hsa_id, unit_id, patient_id, subject, subject_id
) select
    id, at, request_id, act, operation, staff_hsa_id, assignment_hsa_id, unit_id, patient_id, subject, subject_id
from access_log;
drop trigger access_log_is_never_deleted;
drop trigger access_log_is_never_changed;
drop table access_log;
alter table access_log_made_anew rename to access_log;
create index access_log_patient_at on access_log (patient_id, at);
create index access_log_unit_at on access_log (unit_id, at);
create unique index access_log_one_row_a_request on access_log (request_id, patient_id, act);
create unique index access_log_entry on access_log (entry_id);

-- What reviewers read: the entry under its public id, with the directory's rows of who it was.
create view access_entry as
select l.entry_id as id, l.id as number, l.at, l.request_id, l.act, l.operation, l.staff_hsa_id, l.assignment_hsa_id,
    s.id as staff_id, a.id as assignment_id, l.unit_id, l.patient_id, l.subject, l.subject_id
from access_log l
left join staff s on s.hsa_id = l.staff_hsa_id
left join assignment a on a.hsa_id = l.assignment_hsa_id;

create trigger access_log_is_never_deleted before delete on access_log
begin
    select raise(abort, 'access_log: a record is never deleted');
end;

create trigger access_log_is_never_changed before update on access_log
begin
    select raise(abort, 'access_log: what is recorded is never changed');
end;

create trigger access_log_seal_is_never_deleted before delete on access_log_seal
begin
    select raise(abort, 'access_log_seal: a record is never deleted');
end;

create trigger access_log_seal_is_never_changed before update on access_log_seal
begin
    select raise(abort, 'access_log_seal: what is recorded is never changed');
end;

create trigger access_review_is_never_deleted before delete on access_review
begin
    select raise(abort, 'access_review: a record is never deleted');
end;

create trigger access_review_is_never_changed before update on access_review
begin
    select raise(abort, 'access_review: what is recorded is never changed');
end;
