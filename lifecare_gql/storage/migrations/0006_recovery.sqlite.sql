-- That a file was taken in is neither deleted nor changed.

create trigger phone_log_import_is_never_deleted before delete on phone_log_import
begin
    select raise(abort, 'phone_log_import: a record is never deleted');
end;

create trigger phone_log_import_is_never_changed before update on phone_log_import
begin
    select raise(abort, 'phone_log_import: what is recorded is never changed');
end;
