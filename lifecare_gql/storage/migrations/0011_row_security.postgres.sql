-- Row-level security: whatever a statement asks for, a unit reaches only patients in whose care it has, or once had,
-- a part, or to whom something was opened: what `Builder.parts` asks of what was fetched. Decision 0024 tells why.
--
-- lifecare.wall   'on' for the application's connections; without it every row is let through (migrations, imports)
-- lifecare.unit   the unit on whose behalf the transaction runs; without one no row is let through
-- lifecare.reach  'region' where the program itself must look further; storage/wall.py lists why

create function wall_is_open() returns boolean language sql stable parallel safe as $$
    select coalesce(current_setting('lifecare.wall', true), '') <> 'on'
        or coalesce(current_setting('lifecare.reach', true), '') = 'region'
$$;

create function wall_unit() returns uuid language sql stable parallel safe as $$
    select nullif(current_setting('lifecare.unit', true), '')::uuid
$$;

-- The condition on the column, or value, that names a patient. Written out in each policy, the planner looks up the few
-- patients of a page by the index and hashes those of a whole table; a function could do only one of the two.
create function wall_condition(whose text) returns text language sql immutable as $$
    select format(
        'exists (select 1 from care_relation r where r.patient_id = %1$s and r.unit_id = (select wall_unit()))'
        ' or exists (select 1 from care_access a where a.patient_id = %1$s'
        ' and (select wall_unit()) in (a.unit_id, a.blocked_unit_id))', whose)
$$;

-- Guards a table: what may be read of it, and what may be written. The owner too is held back: only superusers and
-- roles with BYPASSRLS are not, which the application refuses to be.
create function wall_guard(guarded text, readable text, writable text default null) returns void language plpgsql as $$
begin
    execute format(
        'create policy patients_in_care on %I using ((select wall_is_open()) or %s)'
        ' with check ((select wall_is_open()) or %s)', guarded, readable, coalesce(writable, readable));
    execute format('alter table %I enable row level security', guarded);
    execute format('alter table %I force row level security', guarded);
end
$$;

-- The same condition, asked past the wall: else the policies of the two tables that it reads would ask themselves.
do $do$
begin
    execute format(
        'create function wall_in_care(patient uuid) returns boolean language sql stable parallel safe'
        ' set lifecare.wall = ''off'' as %L', 'select ' || wall_condition('patient'));
end
$do$;

select wall_guard('patient', wall_condition('patient.id'));
select wall_guard(one, wall_condition(one || '.patient_id')) from unnest(array[
    'care_case', 'message', 'receipt', 'message_event', 'consent', 'consent_entry', 'episode', 'episode_party',
    'episode_event', 'notice_receipt', 'task', 'plan_process', 'plan_party', 'plan_event', 'block', 'block_event'
]) one;
-- It names no patient; its case does.
select wall_guard('case_party', 'exists (select 1 from care_case c where c.id = case_party.case_id)');
-- A unit's own are read without asking further; but none of them is made for a stranger.
select wall_guard('care_relation',
    'unit_id = (select wall_unit()) or wall_in_care(patient_id)', 'wall_in_care(patient_id)');
select wall_guard('care_access',
    '(select wall_unit()) in (unit_id, blocked_unit_id) or wall_in_care(patient_id)', 'wall_in_care(patient_id)');
