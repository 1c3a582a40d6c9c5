// urql, with subscriptions as server-sent events.
import { Client, cacheExchange, fetchExchange, mapExchange, subscriptionExchange } from "@urql/core";
import type { Client as EventsClient } from "graphql-sse";
import { toAsyncIterable } from "wonka";
import { follow, type Access, type Opened } from "./changes.js";
import { WhatChangesDocument } from "./gql/graphql.js";

export function urqlClient({ url, token }: Access, events: EventsClient, fetchFn: typeof fetch = fetch): Client {
  return new Client({
    url,
    fetch: fetchFn,
    preferGetMethod: false, // personal data must not stand in URLs
    exchanges: [
      mapExchange({
        onOperation: async (operation) => ({
          ...operation,
          context: { ...operation.context, fetchOptions: { headers: { authorization: `Bearer ${await token()}` } } },
        }),
      }),
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = "", operationName = "", variables = {} }) => ({
          subscribe: (sink) => ({
            unsubscribe: events.subscribe({ query, operationName, variables }, sink),
          }),
        }),
      }),
    ],
  });
}

async function* opened(client: Client, after: string): Opened {
  const results = toAsyncIterable(client.subscription(WhatChangesDocument, { after }));
  for await (const { data, error } of results) {
    if (error?.networkError) throw error.networkError;
    yield { data, errors: error?.graphQLErrors };
  }
}

/** What changes after the cursor, over breaks of the line. */
export const changes = (client: Client, after: string) => follow((cursor) => opened(client, cursor), after);
