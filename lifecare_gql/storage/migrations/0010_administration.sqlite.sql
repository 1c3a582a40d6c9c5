-- What was said of units, assignments, agreements and training is neither deleted nor changed.

create trigger unit_event_is_never_deleted before delete on unit_event
begin
    select raise(abort, 'unit_event: a record is never deleted');
end;

create trigger unit_event_is_never_changed before update on unit_event
begin
    select raise(abort, 'unit_event: what is recorded is never changed');
end;

create trigger assignment_event_is_never_deleted before delete on assignment_event
begin
    select raise(abort, 'assignment_event: a record is never deleted');
end;

create trigger assignment_event_is_never_changed before update on assignment_event
begin
    select raise(abort, 'assignment_event: what is recorded is never changed');
end;

create trigger care_agreement_is_never_deleted before delete on care_agreement
begin
    select raise(abort, 'care_agreement: a record is never deleted');
end;

create trigger care_agreement_is_never_changed before update on care_agreement
begin
    select raise(abort, 'care_agreement: what is recorded is never changed');
end;

create trigger training_record_is_never_deleted before delete on training_record
begin
    select raise(abort, 'training_record: a record is never deleted');
end;

create trigger training_record_is_never_changed before update on training_record
begin
    select raise(abort, 'training_record: what is recorded is never changed');
end;

create trigger unit_trainer_is_never_deleted before delete on unit_trainer
begin
    select raise(abort, 'unit_trainer: a record is never deleted');
end;

create trigger unit_trainer_content_is_never_changed before update of id, unit_id, staff_id, since, by_id on unit_trainer
begin
    select raise(abort, 'unit_trainer: what is recorded is never changed');
end;
