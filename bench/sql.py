"""The hand-written SQL of the bare server, one statement for each thing it has to find or to write."""

from __future__ import annotations

CALLER = """
select a.id, a.hsa_id, s.hsa_id, u.id, u.name
from assignment a join staff s on s.id = a.staff_id join unit u on u.id = a.unit_id
where a.hsa_id = $1 and a.since <= $2 and (a.until is null or a.until > $2)
"""

_TAKES_PART = """exists (
    select 1 from care_relation c where c.patient_id = p.id and c.unit_id = $1 and c.until is null)"""

_INBOX = f"""
select m.id, m.topic, m.urgency, m.state, m.sent_at, m.reply_due_at,
    coalesce(m.reply_due_at <= $3
        and (m.state = 'SENT' or m.state = 'ACKNOWLEDGED' and m.answer_required), false),
    m.text, p.id, p.identifier, p.given_name, p.family_name, s.id, s.name
from receipt r
join message m on m.id = r.message_id
join patient p on p.id = m.patient_id
join unit s on s.id = m.sender_unit_id
where r.unit_id = $1 and {_TAKES_PART} {{after}}
order by r.sent_at desc, r.message_id desc limit $2
"""

INBOX = _INBOX.format(after="")

INBOX_AFTER = _INBOX.format(
    after="and (r.sent_at, r.message_id) < (select c.sent_at, c.id from message c where c.id = $4)"
)

PATIENT = f"""
select p.id, p.identifier, p.given_name, p.family_name from patient p where p.id = $2 and {_TAKES_PART}
"""

MESSAGES_OF_PATIENT = """
select m.id, m.topic, m.state, m.sent_at, m.text, s.id, s.name
from message m join unit s on s.id = m.sender_unit_id
where m.patient_id = $2 and (m.sender_unit_id = $1
    or exists (select 1 from receipt r where r.message_id = m.id and r.unit_id = $1))
order by m.sent_at desc, m.id desc limit $3
"""

RECEIPTS = """
select r.message_id, r.state, r.acknowledged_at, u.id, u.name
from receipt r join unit u on u.id = r.unit_id
where r.message_id in (select id from unnest($1::uuid[]) as given (id))
order by r.message_id, r.id
"""

PLANS_OF_PATIENT = """
select p.id, p.state, p.opened_at from plan_process p
where p.patient_id = $2 and exists (select 1 from plan_party c where c.plan_id = p.id and c.unit_id = $1)
order by p.opened_at desc, p.id desc limit $3
"""

PARTIES = """
select c.plan_id, c.answer, u.id, u.name
from plan_party c join unit u on u.id = c.unit_id
where c.plan_id in (select id from unnest($1::uuid[]) as given (id))
order by c.plan_id, c.id
"""

ESTABLISHED = """
select e.plan_id, e.version, e.content from plan_event e
where e.plan_id in (select id from unnest($1::uuid[]) as given (id)) and e.kind = 'ESTABLISHED'
order by e.plan_id, e.version, e.id
"""

UNIT = """
select u.id, u.hsa_id, u.name, u.kind, u.active, o.id, o.name
from unit u join organisation o on o.id = u.organisation_id where u.id = $1
"""

LOG = """
insert into access_log (entry_id, at, request_id, act, operation, staff_hsa_id, assignment_hsa_id, unit_id,
    patient_id, subject, subject_id, digest)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""

PARTS = """
select r.patient_id from care_relation r
where r.patient_id in (select id from unnest($1::uuid[]) as given (id)) and r.unit_id = $2
"""

RECIPIENTS = "select id from unit where active and id in (select id from unnest($1::uuid[]) as given (id))"

CLAIM = """
insert into idempotency_key (id, unit_id, key, action, body_digest, result_id, at)
values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning result_id
"""

CLAIMED = "select body_digest, result_id from idempotency_key where unit_id = $1 and key = $2"

NEW_MESSAGE = """
insert into message (id, thread_id, patient_id, sender_unit_id, author_id, topic, purpose, urgency, text, sent_at,
    answer_required, expectation, warnings, state, version)
values ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '[]', 'SENT', 1)
"""

NEW_RECEIPT = """
insert into receipt (id, message_id, patient_id, unit_id, sent_at, state) values ($1, $2, $3, $4, $5, 'SENT')
"""

NEW_TASK = """
insert into task (id, unit_id, patient_id, kind, about, message_id, since, sort_at)
values ($1, $2, $3, 'REPLY_TO_MESSAGE', $4, $4, $5, $6)"""

DOWN = "select id from outage where region_code = $1 and state = 'ACTIVE'"

NEW_EVENT = """
insert into message_event (id, message_id, patient_id, version, kind, at, unit_id, by_id)
values ($1, $2, $3, 1, 'SENT', $4, $5, $6)
"""

NEW_RELATION = """
insert into care_relation (id, patient_id, unit_id, kind, since) values ($1, $2, $3, 'MESSAGE', $4)
on conflict do nothing
"""

SENT = """
select m.id, m.state, m.version, m.text, s.id, s.name
from message m join unit s on s.id = m.sender_unit_id where m.id = $1
"""
