// Asks and acts with Apollo Client and with urql, and tells what came of it.
import { apolloClient, codes } from '../../examples/clients/typescript/out/apollo.js';
import { AskColleaguesDocument, MessageTextDocument, OutboxDocument } from '../../examples/clients/typescript/out/gql/graphql.js';
import { urqlClient } from '../../examples/clients/typescript/out/urql.js';
import { access, events, fetchFn, socket, tell, told } from './shared.mjs';

const { order, refused, key } = told;
const nobody = { ...access, token: async () => 'none' };

async function withApollo() {
  const client = apolloClient(access, socket, fetchFn);
  const act = async (input, idempotencyKey) =>
    (await client.mutate({ mutation: AskColleaguesDocument, variables: { input, idempotencyKey } })).data.sendMessage;
  const query = (asking, variables) =>
    asking.query({ query: OutboxDocument, variables, fetchPolicy: 'network-only' }).then(() => [], codes);

  const sent = [await act(order, key), await act(order, key)];
  const outbox = client.watchQuery({ query: OutboxDocument, variables: { first: 2 } });
  let page = await new Promise((resolve) => outbox.subscribe(({ data }) => data && resolve(data.viewer.unit.outbox)));
  const pages = [page.edges.length];
  while (page.pageInfo.hasNextPage) {
    const more = await outbox.fetchMore({ variables: { after: page.pageInfo.endCursor } });
    page = more.data.viewer.unit.outbox;
    pages.push(page.edges.length);
  }
  const merged = client.readQuery({ query: OutboxDocument, variables: { first: 2 } }).viewer.unit.outbox;
  const { id } = sent[0].sent;
  const kept = await client.query({ query: MessageTextDocument, variables: { id }, fetchPolicy: 'cache-only' });
  return {
    sent,
    refused: await act(refused, `${key}-refused`),
    pages,
    messages: merged.edges.map(({ node }) => node),
    kept: kept.data.message,
    keys: Object.keys(client.cache.extract()),
    codes: [await query(apolloClient(nobody, socket, fetchFn), { first: 1 }), await query(client, { first: 1000 })],
  };
}

async function withUrql() {
  const client = urqlClient(access, events, fetchFn);
  const act = async (input, idempotencyKey) =>
    (await client.mutation(AskColleaguesDocument, { input, idempotencyKey })).data.sendMessage;
  const page = (asking, variables) => asking.query(OutboxDocument, variables).toPromise();
  const failed = ({ error }) => error.graphQLErrors.map(({ extensions }) => extensions.code);

  const sent = [await act(order, key), await act(order, key)];
  const [pages, messages] = [[], []];
  for (let after = null, more = true; more; ) {
    const { edges, pageInfo } = (await page(client, { first: 2, after })).data.viewer.unit.outbox;
    pages.push(edges.length);
    messages.push(...edges.map(({ node }) => node));
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
  return {
    sent,
    refused: await act(refused, `${key}-refused`),
    pages,
    messages,
    codes: [failed(await page(urqlClient(nobody, events, fetchFn), { first: 1 })), failed(await page(client, { first: 1000 }))],
  };
}

tell(await { apollo: withApollo, urql: withUrql }[told.client]());
process.exit(0); // their clients keep timers
