-- What was said of a role is neither deleted nor changed.

create trigger role_grant_is_never_deleted before delete on role_grant
begin
    select raise(abort, 'role_grant: a record is never deleted');
end;

create trigger role_grant_event_is_never_deleted before delete on role_grant_event
begin
    select raise(abort, 'role_grant_event: a record is never deleted');
end;

create trigger role_grant_event_is_never_changed before update on role_grant_event
begin
    select raise(abort, 'role_grant_event: what is recorded is never changed');
end;

create trigger role_grant_content_is_never_changed before update of id, assignment_id, role, region_code, organisation_id, since on role_grant
begin
    select raise(abort, 'role_grant: what is recorded is never changed');
end;
