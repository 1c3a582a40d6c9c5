// GraphQL Yoga, as its documentation sets it up.
import { createServer } from 'node:http'
import { createSchema, createYoga } from 'graphql-yoga'
import { contextOf, resolvers, schema } from './loading.mjs'

createServer(createYoga({
  schema: createSchema({ typeDefs: schema, resolvers }),
  context: ({ request }) => contextOf(request.headers.get('authorization')),
  logging: false,
  graphiql: false
})).listen(Number(process.env.PORT), '127.0.0.1')
