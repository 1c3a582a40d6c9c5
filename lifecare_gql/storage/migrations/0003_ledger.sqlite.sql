-- Nothing is deleted from a record, and what was once said is never changed (PDL 3:14).

create trigger patient_is_never_deleted before delete on patient
begin
    select raise(abort, 'patient: a record is never deleted');
end;

create trigger care_relation_is_never_deleted before delete on care_relation
begin
    select raise(abort, 'care_relation: a record is never deleted');
end;

create trigger care_case_is_never_deleted before delete on care_case
begin
    select raise(abort, 'care_case: a record is never deleted');
end;

create trigger case_party_is_never_deleted before delete on case_party
begin
    select raise(abort, 'case_party: a record is never deleted');
end;

create trigger plan_process_is_never_deleted before delete on plan_process
begin
    select raise(abort, 'plan_process: a record is never deleted');
end;

create trigger message_is_never_deleted before delete on message
begin
    select raise(abort, 'message: a record is never deleted');
end;

create trigger receipt_is_never_deleted before delete on receipt
begin
    select raise(abort, 'receipt: a record is never deleted');
end;

create trigger message_event_is_never_deleted before delete on message_event
begin
    select raise(abort, 'message_event: a record is never deleted');
end;

create trigger consent_is_never_deleted before delete on consent
begin
    select raise(abort, 'consent: a record is never deleted');
end;

create trigger access_log_is_never_deleted before delete on access_log
begin
    select raise(abort, 'access_log: a record is never deleted');
end;

create trigger inbox_reading_is_never_deleted before delete on inbox_reading
begin
    select raise(abort, 'inbox_reading: a record is never deleted');
end;

create trigger message_event_is_never_changed before update on message_event
begin
    select raise(abort, 'message_event: what is recorded is never changed');
end;

create trigger consent_is_never_changed before update on consent
begin
    select raise(abort, 'consent: what is recorded is never changed');
end;

create trigger access_log_is_never_changed before update on access_log
begin
    select raise(abort, 'access_log: what is recorded is never changed');
end;

create trigger inbox_reading_is_never_changed before update on inbox_reading
begin
    select raise(abort, 'inbox_reading: what is recorded is never changed');
end;

create trigger message_content_is_never_changed before update of id, thread_id, in_reply_to_id, patient_id, case_id, sender_unit_id, author_id, topic, purpose, urgency, text, sent_at, warnings on message
begin
    select raise(abort, 'message: what was sent is never changed');
end;
