// The benchmark's reading operations on Mercurius with its compiler on. FORM=loaders: resolvers and batched loaders, as
// such code is usually written. FORM=join: the lists as JOINs written by hand. Who asks is looked up, and what may be
// seen is decided in SQL; the token's signature is not verified, nothing is logged, and there is no wall.
import Fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'

const JOIN = process.env.FORM === 'join'
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, text => text.replace(' ', 'T').replace('+00', 'Z'))
const pool = new pg.Pool({ max: 10, options: '-c timezone=UTC' })
const rows = async (name, text, values) => (await pool.query({ name, text, values })).rows

const schema = `
  type Query { viewer: Viewer!, patient(by: PatientKey!): Patient, unit(by: UnitKey!): Unit }
  input PatientKey { id: ID, identifier: String }
  input UnitKey { id: ID, hsaId: String }
  type Viewer { unit: Unit! }
  type Organisation { id: ID!, name: String! }
  type Unit { id: ID!, hsaId: String!, name: String!, kind: String!, active: Boolean!, organisation: Organisation!
    inbox(first: Int!, after: ID): Messages! }
  type Topic { code: String! }
  type PageInfo { hasNextPage: Boolean!, endCursor: ID }
  type Messages { nodes: [Message!]!, pageInfo: PageInfo! }
  type Message { id: ID!, topic: Topic!, urgency: String!, state: String!, sentAt: String!, replyDueAt: String,
    overdue: Boolean!, text: String!, patient: Patient!, sender: Unit!, receipts: Receipts! }
  type Receipts { nodes: [Receipt!]! }
  type Receipt { state: String!, acknowledgedAt: String, unit: Unit! }
  type Patient { id: ID!, identifier: String!, givenName: String!, familyName: String!, messages(first: Int!): Messages! }`

const shown = (kind, id) => `${kind}_${id.replaceAll('-', '')}`
const stored = id => id.slice(id.lastIndexOf('_') + 1)
const PART = `exists (select 1 from care_relation c where c.patient_id = p.id and c.unit_id = $1 and c.until is null)`
const AFTER = `and (r.sent_at, r.message_id) < (select c.sent_at, c.id from message c where c.id = $4)`
const PERSON = 'p.identifier, p.given_name, p.family_name'
const MESSAGE = `m.id, m.topic, m.urgency, m.state, m.sent_at, m.reply_due_at, m.text, m.patient_id, m.sender_unit_id`

const inbox = async (unit, { first, after }, { now }) => {
  const joined = JOIN ? `, ${PERSON}, s.name as sender_name` : ''
  const also = JOIN ? 'join unit s on s.id = m.sender_unit_id' : ''
  const text = `select ${MESSAGE}, coalesce(m.reply_due_at <= $3 and (m.state = 'SENT'
      or m.state = 'ACKNOWLEDGED' and m.answer_required), false) as overdue ${joined}
    from receipt r join message m on m.id = r.message_id join patient p on p.id = m.patient_id ${also}
    where r.unit_id = $1 and ${PART} ${after ? AFTER : ''} order by r.sent_at desc, r.message_id desc limit $2`
  const found = await rows(after ? 'inbox after' : 'inbox', text, [unit.id, first + 1, now, ...(after ? [stored(after)] : [])])
  const nodes = found.slice(0, first)
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

const id = kind => row => shown(kind, row.id)
const resolvers = {
  Query: {
    viewer: (_, __, { unit }) => ({ unit }),
    patient: async (_, { by }, { unit }) => (await rows('patient',
      `select p.id, ${PERSON} from patient p where p.id = $2 and ${PART}`, [unit.id, stored(by.id)]))[0],
    unit: async (_, { by }) => (await rows('unit', `select u.id, u.hsa_id, u.name, u.kind, u.active, u.organisation_id,
      o.name as organisation_name from unit u join organisation o on o.id = u.organisation_id where u.id = $1`,
    [stored(by.id)]))[0]
  },
  Unit: {
    id: id('unit'), hsaId: row => row.hsa_id, inbox,
    organisation: row => ({ id: row.organisation_id, name: row.organisation_name })
  },
  Organisation: { id: id('org') },
  Patient: { id: id('patient'), givenName: row => row.given_name, familyName: row => row.family_name, messages: messagesOf },
  Message: {
    id: id('message'), topic: row => ({ code: row.topic }), sentAt: row => row.sent_at, replyDueAt: row => row.reply_due_at,
    ...(JOIN && {
      patient: row => ({ ...row, id: row.patient_id }),
      sender: row => ({ id: row.sender_unit_id, name: row.sender_name })
    })
  },
  Receipt: {
    acknowledgedAt: row => row.acknowledged_at,
    ...(JOIN && { unit: row => ({ id: row.unit_id, name: row.unit_name }) })
  }
}

const byId = (table, key) => async asked => {
  const ids = [...new Set(asked.map(one => one.obj[key]))]
  const found = new Map((await rows(`by id ${table}`, `select * from ${table} where id = any($1::uuid[])`, [ids])).map(row => [row.id, row]))
  return asked.map(one => found.get(one.obj[key]))
}
const receipts = async asked => {
  const found = new Map(asked.map(one => [one.obj.id, []]))
  const [columns, also] = JOIN ? [', u.name as unit_name', 'join unit u on u.id = r.unit_id'] : ['', '']
  const text = `select r.message_id, r.state, r.acknowledged_at, r.unit_id ${columns} from receipt r ${also}
    where r.message_id = any($1::uuid[]) order by r.message_id, r.id`
  for (const row of await rows('receipts', text, [[...found.keys()]])) found.get(row.message_id).push(row)
  return asked.map(one => ({ nodes: found.get(one.obj.id) }))
}
const loaders = {
  Message: { receipts, ...(!JOIN && { patient: byId('patient', 'patient_id'), sender: byId('unit', 'sender_unit_id') }) },
  Receipt: JOIN ? {} : { unit: byId('unit', 'unit_id') }
}

const CALLER = `select u.id, u.name from assignment a join unit u on u.id = a.unit_id
  where a.hsa_id = $1 and a.since <= $2 and (a.until is null or a.until > $2)`
const context = async request => {
  const claims = JSON.parse(Buffer.from(request.headers.authorization.split('.')[1], 'base64url').toString())
  const now = new Date()
  const [unit] = await rows('caller', CALLER, [claims.commission, now])
  return { unit, now }
}

const app = Fastify()
app.register(mercurius, { schema, resolvers, loaders, jit: 1, path: '/graphql', context })
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
