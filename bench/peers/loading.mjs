// Resolvers for servers without loaders of their own: a DataLoader for each batched field, anew for each request.
import DataLoader from 'dataloader'
import { batches, callerOf, resolvers as plain, schema } from './schema.mjs'

export { schema }
export const resolvers = Object.fromEntries(Object.entries(plain).map(([type, fields]) => {
  const { resolveType, ...others } = fields // Mercurius' name for it
  const loading = Object.entries(batches[type] ?? {}).map(([name, batch]) =>
    [name, (row, _, { loaders }) => (loaders[`${type}.${name}`] ??= new DataLoader(batch)).load(row)])
  return [type, { ...others, ...Object.fromEntries(loading) }]
}))
export const contextOf = async authorization => ({ ...await callerOf(authorization), loaders: {} })
