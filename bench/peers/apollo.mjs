// Apollo Server, as its documentation sets it up.
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { contextOf, resolvers, schema } from './loading.mjs'

const server = new ApolloServer({ typeDefs: schema, resolvers, introspection: false })
await startStandaloneServer(server, {
  listen: { port: Number(process.env.PORT), host: '127.0.0.1' },
  context: ({ req }) => contextOf(req.headers.authorization)
})
