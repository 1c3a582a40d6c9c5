// PostGraphile over the same tables: its own names under aliases, the database's wall instead of predicates. It asks
// for no `overdue`, which is no column, and sends no messages. Whose data it shows is noted afterwards.
import { createServer } from 'node:http'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { postgraphile } from 'postgraphile'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { callerOf, note, rows } from './schema.mjs'

const NAMED = '{ id: rowId name }'
const DOCUMENTS = {
  Inbox: `query Inbox($unit: UUID!, $first: Int!, $after: Cursor) { viewer: query { unit: unitByRowId(rowId: $unit) { id: rowId name
    inbox: receiptsByUnitId(first: $first, after: $after, orderBy: [SENT_AT_DESC, MESSAGE_ID_DESC]) {
      nodes { message: messageByMessageId { id: rowId topic urgency state sentAt replyDueAt text
        patient: patientByPatientId { id: rowId identifier givenName familyName } sender: unitBySenderUnitId ${NAMED} } }
      pageInfo { hasNextPage endCursor } } } } }`,
  Patient: `query Patient($id: UUID!) { patient: patientByRowId(rowId: $id) { id: rowId identifier givenName familyName
    messages: messagesByPatientId(first: 20, orderBy: [SENT_AT_DESC, ROW_ID_DESC]) { nodes { id: rowId topic state sentAt text
      sender: unitBySenderUnitId ${NAMED}
      receipts: receiptsByMessageId(orderBy: [ROW_ID_ASC]) { nodes { state acknowledgedAt unit: unitByUnitId ${NAMED} } } } }
    plans: planProcessesByPatientId(first: 5, orderBy: [OPENED_AT_DESC, ROW_ID_DESC]) { nodes { id: rowId state openedAt
      participants: planPartiesByPlanId(orderBy: [ROW_ID_ASC]) { nodes { answer unit: unitByUnitId ${NAMED} } }
      history: planEventsByPlanId(condition: { kind: "ESTABLISHED" }, orderBy: [VERSION_ASC, ROW_ID_ASC]) {
        nodes { version content } } } } } }`,
  Unit: `query Unit($id: UUID!) { unit: unitByRowId(rowId: $id) { id: rowId hsaId name kind active
    organisation: organisationByOrganisationId ${NAMED} } }`
}

const callers = new WeakMap()
/** Who asks, once for each request. */
const asks = request => {
  if (!callers.has(request)) callers.set(request, callerOf(request.headers.authorization))
  return callers.get(request)
}
const ownDocuments = {
  name: 'OwnDocuments',
  version: '1.0.0',
  grafserv: { middleware: { async processGraphQLRequestBody (next, { body, request }) {
    const { id } = body.variableValues
    const { unit } = await asks(request.requestContext.node.req)
    body.query = DOCUMENTS[body.operationName]
    body.variableValues = { ...body.variableValues, unit: unit.id, ...(id && { id: id.slice(id.lastIndexOf('_') + 1) }) }
    return next()
  } } },
  grafast: { middleware: { async execute (next, { args }) {
    const result = await next()
    const text = typeof result.data === 'string' ? result.data : JSON.stringify(result.data)
    const shown = [...text.matchAll(/"patient":\{"id":"([0-9a-f-]+)"/g)].map(found => found[1])
    if (shown.length) await note(rows, await asks(args.requestContext.node.req), 'READ', shown, 'Patient')
    return result
  } } }
}

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [ownDocuments],
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  pgServices: [makePgService({ schemas: ['public'], poolConfig: { max: 10 } })],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false, context: async ({ node }) => {
    const { unit } = await asks(node.req)
    return { pgSettings: { role: process.env.WALLED_ROLE, 'lifecare.wall': 'on', 'lifecare.unit': unit.id } }
  } }
}
const server = createServer()
await postgraphile(preset).createServ(grafserv).addTo(server)
server.listen(Number(process.env.PORT), '127.0.0.1')
