-- Nothing is deleted from a record, and what was once said is never changed (PDL 3:14).

create function record_is_never_deleted() returns trigger language plpgsql as $$
begin
    raise exception '%: a record is never deleted', tg_table_name using errcode = 'restrict_violation';
end $$;

create function record_is_never_changed() returns trigger language plpgsql as $$
begin
    raise exception '%: what is recorded is never changed', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger patient_is_never_deleted before delete on patient
    for each row execute function record_is_never_deleted();
create trigger patient_is_never_truncated before truncate on patient
    for each statement execute function record_is_never_deleted();
create trigger care_relation_is_never_deleted before delete on care_relation
    for each row execute function record_is_never_deleted();
create trigger care_relation_is_never_truncated before truncate on care_relation
    for each statement execute function record_is_never_deleted();
create trigger care_case_is_never_deleted before delete on care_case
    for each row execute function record_is_never_deleted();
create trigger care_case_is_never_truncated before truncate on care_case
    for each statement execute function record_is_never_deleted();
create trigger case_party_is_never_deleted before delete on case_party
    for each row execute function record_is_never_deleted();
create trigger case_party_is_never_truncated before truncate on case_party
    for each statement execute function record_is_never_deleted();
create trigger plan_process_is_never_deleted before delete on plan_process
    for each row execute function record_is_never_deleted();
create trigger plan_process_is_never_truncated before truncate on plan_process
    for each statement execute function record_is_never_deleted();
create trigger message_is_never_deleted before delete on message
    for each row execute function record_is_never_deleted();
create trigger message_is_never_truncated before truncate on message
    for each statement execute function record_is_never_deleted();
create trigger receipt_is_never_deleted before delete on receipt
    for each row execute function record_is_never_deleted();
create trigger receipt_is_never_truncated before truncate on receipt
    for each statement execute function record_is_never_deleted();
create trigger message_event_is_never_deleted before delete on message_event
    for each row execute function record_is_never_deleted();
create trigger message_event_is_never_truncated before truncate on message_event
    for each statement execute function record_is_never_deleted();
create trigger consent_is_never_deleted before delete on consent
    for each row execute function record_is_never_deleted();
create trigger consent_is_never_truncated before truncate on consent
    for each statement execute function record_is_never_deleted();
create trigger access_log_is_never_deleted before delete on access_log
    for each row execute function record_is_never_deleted();
create trigger access_log_is_never_truncated before truncate on access_log
    for each statement execute function record_is_never_deleted();
create trigger inbox_reading_is_never_deleted before delete on inbox_reading
    for each row execute function record_is_never_deleted();
create trigger inbox_reading_is_never_truncated before truncate on inbox_reading
    for each statement execute function record_is_never_deleted();

create trigger message_event_is_never_changed before update on message_event
    for each row execute function record_is_never_changed();
create trigger consent_is_never_changed before update on consent
    for each row execute function record_is_never_changed();
create trigger access_log_is_never_changed before update on access_log
    for each row execute function record_is_never_changed();
create trigger inbox_reading_is_never_changed before update on inbox_reading
    for each row execute function record_is_never_changed();
create trigger message_content_is_never_changed before update of id, thread_id, in_reply_to_id, patient_id, case_id, sender_unit_id, author_id, topic, purpose, urgency, text, sent_at, warnings on message
    for each row execute function record_is_never_changed();
