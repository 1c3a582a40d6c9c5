-- Nothing is deleted from a record, and what was once said is never changed (PDL 3:14).

alter table care_relation drop constraint care_relation_kind_known;
alter table care_relation add constraint care_relation_kind_known
    check (kind in ('LISTED', 'ENROLLED', 'MESSAGE', 'CASE', 'EPISODE', 'PLAN'));
alter table care_relation drop constraint care_relation_ends_after_it_began;
alter table care_relation add constraint care_relation_ends_after_it_began
    check (until is null or until >= since);

create trigger episode_is_never_deleted before delete on episode
    for each row execute function record_is_never_deleted();
create trigger episode_is_never_truncated before truncate on episode
    for each statement execute function record_is_never_deleted();
create trigger episode_party_is_never_deleted before delete on episode_party
    for each row execute function record_is_never_deleted();
create trigger episode_party_is_never_truncated before truncate on episode_party
    for each statement execute function record_is_never_deleted();
create trigger episode_event_is_never_deleted before delete on episode_event
    for each row execute function record_is_never_deleted();
create trigger episode_event_is_never_truncated before truncate on episode_event
    for each statement execute function record_is_never_deleted();
create trigger notice_receipt_is_never_deleted before delete on notice_receipt
    for each row execute function record_is_never_deleted();
create trigger notice_receipt_is_never_truncated before truncate on notice_receipt
    for each statement execute function record_is_never_deleted();
create trigger plan_party_is_never_deleted before delete on plan_party
    for each row execute function record_is_never_deleted();
create trigger plan_party_is_never_truncated before truncate on plan_party
    for each statement execute function record_is_never_deleted();
create trigger plan_event_is_never_deleted before delete on plan_event
    for each row execute function record_is_never_deleted();
create trigger plan_event_is_never_truncated before truncate on plan_event
    for each statement execute function record_is_never_deleted();
create trigger consent_entry_is_never_deleted before delete on consent_entry
    for each row execute function record_is_never_deleted();
create trigger consent_entry_is_never_truncated before truncate on consent_entry
    for each statement execute function record_is_never_deleted();

create trigger episode_event_is_never_changed before update on episode_event
    for each row execute function record_is_never_changed();
create trigger plan_event_is_never_changed before update on plan_event
    for each row execute function record_is_never_changed();
create trigger consent_entry_is_never_changed before update on consent_entry
    for each row execute function record_is_never_changed();
create trigger episode_content_is_never_changed before update of id, patient_id, opened_at on episode
    for each row execute function record_is_never_changed();
create trigger notice_receipt_content_is_never_changed before update of id, event_id, episode_id, patient_id, unit_id, kind, sent_at on notice_receipt
    for each row execute function record_is_never_changed();
create trigger episode_party_content_is_never_changed before update of id, episode_id, patient_id, unit_id, role on episode_party
    for each row execute function record_is_never_changed();
create trigger plan_party_content_is_never_changed before update of id, plan_id, patient_id, unit_id on plan_party
    for each row execute function record_is_never_changed();
create trigger plan_process_content_is_never_changed before update of id, patient_id, opened_at on plan_process
    for each row execute function record_is_never_changed();
