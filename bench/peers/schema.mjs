// The benchmark's operations for servers on Node: one schema, and resolvers as such code is usually written. Who asks is
// looked up, what may be seen is decided in SQL, whose data is shown is noted in the access log, each row with its
// digest, and the token's signature is verified once. There is no wall behind it, and nobody reads the outbox.
// FORM=join: to-one relations by JOINs written by hand; else a batched loader for each relation.
import { createHmac, createPublicKey, randomUUID, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pg from 'pg'

const JOIN = process.env.FORM === 'join'
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, text => text.replace(' ', 'T').replace('+00', 'Z'))
const pool = new pg.Pool({ max: 10, options: '-c timezone=UTC' })
const on = client => async (name, text, values) => (await client.query({ name, text, values })).rows
export const rows = on(pool)

export const schema = readFileSync(new URL('schema.graphql', import.meta.url), 'utf8')

const shown = (kind, id) => `${kind}_${id.replaceAll('-', '')}`
const stored = id => id.slice(id.lastIndexOf('_') + 1)
const PART = `exists (select 1 from care_relation c where c.patient_id = p.id and c.unit_id = $1 and c.until is null)`
const AFTER = `and (r.sent_at, r.message_id) < (select c.sent_at, c.id from message c where c.id = $4)`
const PERSON = 'p.identifier, p.given_name, p.family_name'
const MESSAGE = `m.id, m.topic, m.urgency, m.state, m.version, m.sent_at, m.reply_due_at, m.text, m.patient_id, m.sender_unit_id`

const LOG = `insert into access_log (entry_id, at, request_id, act, operation, staff_hsa_id, assignment_hsa_id, unit_id,
    patient_id, subject, subject_id, digest)
  select g.entry_id, $4, $5, $6::text, $7, $8, $9, $10, g.patient_id, $11, $12, g.digest
  from unnest($1::uuid[], $2::uuid[], $3::text[]) as g (entry_id, patient_id, digest)
  where $6::text <> 'READ' or exists (select 1 from care_relation r where r.patient_id = g.patient_id and r.unit_id = $10)`
/** A row for each patient, with its digest. */
export const note = async (query, context, act, patients, subject, subjectId = null) => {
  const { now, requestId, operation, staff, commission, unit } = context
  const whom = [...new Set(patients)]
  const ids = whom.map(() => randomUUID())
  const digest = (patient, at) => createHmac('sha256', 'key').update(JSON.stringify(
    [ids[at], now, requestId, act, operation, staff, commission, unit.id, patient, subject, subjectId])).digest('hex')
  await query(`log ${act}`, LOG, [ids, whom, whom.map(digest), now, requestId, act, operation, staff, commission, unit.id,
    subject, subjectId])
}

const inbox = async (unit, { first, after }, context) => {
  const { now } = context
  const joined = JOIN ? `, ${PERSON}, s.name as sender_name` : ''
  const also = JOIN ? 'join unit s on s.id = m.sender_unit_id' : ''
  const text = `select ${MESSAGE}, coalesce(m.reply_due_at <= $3 and (m.state = 'SENT'
      or m.state = 'ACKNOWLEDGED' and m.answer_required), false) as overdue ${joined}
    from receipt r join message m on m.id = r.message_id join patient p on p.id = m.patient_id ${also}
    where r.unit_id = $1 and ${PART} ${after ? AFTER : ''} order by r.sent_at desc, r.message_id desc limit $2`
  const found = await rows(after ? 'inbox after' : 'inbox', text, [unit.id, first + 1, now, ...(after ? [stored(after)] : [])])
  const nodes = found.slice(0, first)
  await note(rows, context, 'READ', nodes.map(node => node.patient_id), 'Patient')
  const last = nodes.at(-1)
  return { nodes, pageInfo: { hasNextPage: found.length > first, endCursor: last ? shown('message', last.id) : null } }
}

const messagesOf = async (patient, { first }, { unit }) => {
  const joined = JOIN ? ', s.name as sender_name' : ''
  const also = JOIN ? 'join unit s on s.id = m.sender_unit_id' : ''
  const text = `select ${MESSAGE} ${joined} from message m ${also} where m.patient_id = $2 and (m.sender_unit_id = $1
      or exists (select 1 from receipt r where r.message_id = m.id and r.unit_id = $1))
    order by m.sent_at desc, m.id desc limit $3`
  return { nodes: await rows('messages of patient', text, [unit.id, patient.id, first]) }
}

const plansOf = async (patient, { first }, { unit }) => ({
  nodes: await rows('plans of patient', `select p.id, p.state, p.opened_at from plan_process p where p.patient_id = $2
    and exists (select 1 from plan_party c where c.plan_id = p.id and c.unit_id = $1)
    order by p.opened_at desc, p.id desc limit $3`, [unit.id, patient.id, first])
})

const patientOf = async (query, id, unit) => (await query('patient',
  `select p.id, ${PERSON} from patient p where p.id = $2 and ${PART}`, [unit.id, id]))[0]

const { EXPECTATION } = process.env
/** What the other contenders write, but for the outbox. */
const written = async (query, context, { input, idempotencyKey }) => {
  const { unit, assignment, now } = context
  const [patient, recipients, id] = [stored(input.patientId), input.recipientUnitIds.map(stored), randomUUID()]
  const there = await query('recipients', 'select id from unit where active and id = any($1::uuid[])', [recipients])
  if (!await patientOf(query, patient, unit) || there.length !== recipients.length) throw new Error('There is no such patient or unit.')
  const claimed = await query('claim', `insert into idempotency_key (id, unit_id, key, action, body_digest, result_id, at)
    values ($1, $2, $3, 'sendMessage', '', $4, $5) on conflict do nothing returning result_id`, [randomUUID(), unit.id, idempotencyKey, id, now])
  if (!claimed.length) throw new Error('The key was used before.')
  await query('message', `insert into message (id, thread_id, patient_id, sender_unit_id, author_id, topic, purpose, urgency,
      text, sent_at, answer_required, expectation, warnings, state, version)
    values ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, true, $10, '[]', 'SENT', 1)`,
  [id, patient, unit.id, assignment, input.topic, input.purpose, input.urgency, input.text.trim(), now, EXPECTATION])
  for (const recipient of recipients) {
    await query('receipt', `insert into receipt (id, message_id, patient_id, unit_id, sent_at, state)
      values ($1, $2, $3, $4, $5, 'SENT')`, [randomUUID(), id, patient, recipient, now])
    await query('relation', `insert into care_relation (id, patient_id, unit_id, kind, since)
      values ($1, $2, $3, 'MESSAGE', $4) on conflict do nothing`, [randomUUID(), patient, recipient, now])
    await query('task', `insert into task (id, unit_id, patient_id, kind, about, message_id, since, sort_at)
      values ($1, $2, $3, 'REPLY_TO_MESSAGE', $4, $4, $5, $5)`, [randomUUID(), recipient, patient, id, now])
  }
  await query('event', `insert into message_event (id, message_id, patient_id, version, kind, at, unit_id, by_id)
    values ($1, $2, $3, 1, 'SENT', $4, $5, $6)`, [randomUUID(), id, patient, now, unit.id, assignment])
  await note(query, context, 'CREATE', [patient], 'Message', id)
  return id
}

/** The name of what a unit hears, by its id in either form; who is told: set by a server that has subscriptions. */
export const topicOf = id => stored(id).replaceAll('-', '')
export const told = { tell: async () => {} }
const messageOf = async id => {
  const [joined, also] = JOIN ? [`, ${PERSON}, s.name as sender_name`, 'join patient p on p.id = m.patient_id join unit s on s.id = m.sender_unit_id'] : ['', '']
  return (await rows('message of', `select ${MESSAGE} ${joined} from message m ${also} where m.id = $1`, [id]))[0]
}
const sendMessage = async (_, given, context) => {
  const client = await pool.connect()
  let id
  try {
    await client.query('begin')
    id = await written(on(client), context, given)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
  await told.tell([context.unit.id, ...given.input.recipientUnitIds].map(topicOf), id)
  return { __typename: 'MessageSent', replayed: false, sent: await messageOf(id), warnings: [] }
}

const id = kind => row => shown(kind, row.id)
const byId = (table, key) => async asked => {
  const ids = [...new Set(asked.map(one => one[key]))]
  const found = new Map((await rows(`by id ${table}`, `select * from ${table} where id = any($1::uuid[])`, [ids])).map(row => [row.id, row]))
  return asked.map(one => found.get(one[key]))
}
const many = (name, key, text) => async asked => {
  const found = new Map(asked.map(one => [one.id, []]))
  for (const row of await rows(name, text, [[...found.keys()]])) found.get(row[key]).push(row)
  return asked.map(one => ({ nodes: found.get(one.id) }))
}
const [UNIT_NAME, ITS_UNIT] = JOIN ? [', u.name as unit_name', 'join unit u on u.id = r.unit_id'] : ['', '']
const receipts = many('receipts', 'message_id', `select r.message_id, r.state, r.acknowledged_at, r.unit_id ${UNIT_NAME}
  from receipt r ${ITS_UNIT} where r.message_id = any($1::uuid[]) order by r.message_id, r.id`)
const participants = many('participants', 'plan_id', `select r.plan_id, r.answer, r.unit_id ${UNIT_NAME}
  from plan_party r ${ITS_UNIT} where r.plan_id = any($1::uuid[]) order by r.plan_id, r.id`)
const history = many('history', 'plan_id', `select e.plan_id, e.version, e.content from plan_event e
  where e.plan_id = any($1::uuid[]) and e.kind = 'ESTABLISHED' order by e.plan_id, e.version, e.id`)

/** What is fetched for many at once: by type and field, a function from rows to their values. */
export const batches = {
  Message: { receipts, ...(!JOIN && { patient: byId('patient', 'patient_id'), sender: byId('unit', 'sender_unit_id') }) },
  Plan: { participants, history },
  ...(!JOIN && { Receipt: { unit: byId('unit', 'unit_id') }, Participant: { unit: byId('unit', 'unit_id') } })
}

const itsUnit = JOIN && { unit: row => ({ id: row.unit_id, name: row.unit_name }) }
export const resolvers = {
  Query: {
    viewer: (_, __, { unit }) => ({ unit }),
    patient: async (_, { by }, context) => {
      const found = await patientOf(rows, stored(by.id), context.unit)
      if (found) await note(rows, context, 'READ', [found.id], 'Patient')
      return found
    },
    unit: async (_, { by }) => (await rows('unit', `select u.id, u.hsa_id, u.name, u.kind, u.active, u.organisation_id,
      o.name as organisation_name from unit u join organisation o on o.id = u.organisation_id where u.id = $1`,
    [stored(by.id)]))[0]
  },
  Mutation: { sendMessage },
  SendMessageResult: { resolveType: () => 'MessageSent', __resolveType: () => 'MessageSent' },
  ChangeEvent: { resolveType: () => 'MessageChangeEvent', __resolveType: () => 'MessageChangeEvent' },
  MessageChangeEvent: { message: async ({ message }, _, context) => {
    const found = await messageOf(message)
    await note(rows, { ...context, now: new Date(), requestId: randomUUID() }, 'READ', [found.patient_id], 'Patient')
    return found
  } },
  Unit: {
    id: id('unit'), hsaId: row => row.hsa_id, inbox,
    organisation: row => ({ id: row.organisation_id, name: row.organisation_name })
  },
  Organisation: { id: id('org') },
  Patient: { id: id('patient'), givenName: row => row.given_name, familyName: row => row.family_name, messages: messagesOf, plans: plansOf },
  Plan: { id: id('plan'), openedAt: row => row.opened_at },
  Event: { content: row => row.content.content },
  Goal: { inOwnWords: goal => goal.in_own_words },
  Message: {
    id: id('message'), topic: row => ({ code: row.topic }), sentAt: row => row.sent_at, replyDueAt: row => row.reply_due_at,
    ...(JOIN && {
      patient: row => ({ ...row, id: row.patient_id }),
      sender: row => ({ id: row.sender_unit_id, name: row.sender_name })
    })
  },
  Receipt: { acknowledgedAt: row => row.acknowledged_at, ...itsUnit },
  Participant: { ...itsUnit }
}

const CALLER = `select u.id, u.name, a.id as assignment_id from assignment a join unit u on u.id = a.unit_id
  where a.hsa_id = $1 and a.since <= $2 and (a.until is null or a.until > $2)`
const KEY = createPublicKey(readFileSync(process.env.TOKEN_KEY))
const known = new Map()
/** What a token says, its signature verified when it is met first. */
const claimsOf = token => {
  if (!known.has(token)) {
    const [head, body, signature] = token.split('.')
    const right = verify('sha256', Buffer.from(`${head}.${body}`), { key: KEY, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
    if (!right) throw new Error('The token is not valid.')
    known.set(token, JSON.parse(Buffer.from(body, 'base64url').toString()))
  }
  return known.get(token)
}
/** Who asks, by the header's token. */
export const callerOf = async authorization => {
  const claims = claimsOf(authorization.slice('Bearer '.length))
  const now = new Date()
  const [{ assignment_id: assignment, ...unit }] = await rows('caller', CALLER, [claims.commission, now])
  return { unit, assignment, commission: claims.commission, staff: claims.sub, now, operation: 'anonymous', requestId: randomUUID() }
}
