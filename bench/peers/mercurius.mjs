// Mercurius with its compiler on.
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { batches, callerOf, resolvers, schema, told, topicOf } from './schema.mjs'

const batched = batch => asked => batch(asked.map(one => one.obj))
const loaders = Object.fromEntries(Object.entries(batches).map(([type, fields]) =>
  [type, Object.fromEntries(Object.entries(fields).map(([name, batch]) => [name, batched(batch)]))]))
const Subscription = { changes: { subscribe: (_, __, { pubsub, unit }) => pubsub.subscribe(topicOf(unit.id)) } }

const app = Fastify()
app.register(mercurius, {
  schema,
  resolvers: { ...resolvers, Subscription },
  loaders,
  jit: 1,
  path: '/graphql',
  context: request => callerOf(request.headers.authorization),
  subscription: { onConnect: ({ payload }) => callerOf(payload.authorization) }
})
await app.ready()
told.tell = (units, message) => Promise.all(units.map(topic =>
  app.graphql.pubsub.publish({ topic, payload: { changes: { kind: 'SENT', message } } })))
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
