-- What was said of units, assignments, agreements and training is neither deleted nor changed.

create trigger unit_event_is_never_deleted before delete on unit_event
    for each row execute function record_is_never_deleted();
create trigger unit_event_is_never_truncated before truncate on unit_event
    for each statement execute function record_is_never_deleted();
create trigger unit_event_is_never_changed before update on unit_event
    for each row execute function record_is_never_changed();
create trigger assignment_event_is_never_deleted before delete on assignment_event
    for each row execute function record_is_never_deleted();
create trigger assignment_event_is_never_truncated before truncate on assignment_event
    for each statement execute function record_is_never_deleted();
create trigger assignment_event_is_never_changed before update on assignment_event
    for each row execute function record_is_never_changed();
create trigger care_agreement_is_never_deleted before delete on care_agreement
    for each row execute function record_is_never_deleted();
create trigger care_agreement_is_never_truncated before truncate on care_agreement
    for each statement execute function record_is_never_deleted();
create trigger care_agreement_is_never_changed before update on care_agreement
    for each row execute function record_is_never_changed();
create trigger training_record_is_never_deleted before delete on training_record
    for each row execute function record_is_never_deleted();
create trigger training_record_is_never_truncated before truncate on training_record
    for each statement execute function record_is_never_deleted();
create trigger training_record_is_never_changed before update on training_record
    for each row execute function record_is_never_changed();
create trigger unit_trainer_is_never_deleted before delete on unit_trainer
    for each row execute function record_is_never_deleted();
create trigger unit_trainer_is_never_truncated before truncate on unit_trainer
    for each statement execute function record_is_never_deleted();
create trigger unit_trainer_content_is_never_changed before update of id, unit_id, staff_id, since, by_id on unit_trainer
    for each row execute function record_is_never_changed();
