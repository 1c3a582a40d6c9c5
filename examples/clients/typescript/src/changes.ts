// What changes for the own unit, over graphql-ws or graphql-sse: nothing is left out and nothing comes twice.
import { print } from "graphql";
import { createClient as createEventsClient } from "graphql-sse";
import { createClient as createSocketClient, type ClientOptions } from "graphql-ws";
import { ATTEMPTS, Failed, final, patience, type Told } from "./failures.js";
import { WhatChangesDocument, type WhatChangesSubscription } from "./gql/graphql.js";

/** Where the server is, and a token that is valid now: it is asked for before each connection. */
export interface Access {
  /** E.g. https://lifecare.example/graphql */
  url: string;
  token(): Promise<string>;
}
export type Change = WhatChangesSubscription["changes"];
export type Opened = AsyncIterable<{
  data?: WhatChangesSubscription | null | undefined;
  errors?: readonly Told[] | undefined;
}>;

/**
 * The changes after a cursor, opened again after the last cursor whenever the line breaks.
 * A `Resync` says that some are no longer kept: read the lists anew, and go on listening.
 */
export async function* follow(open: (after: string) => Opened, after: string): AsyncGenerator<Change> {
  for (let attempt = 0; ; attempt++) {
    try {
      for await (const { data, errors } of open(after)) {
        if (errors) throw new Failed(errors);
        if (!data) continue;
        attempt = 0;
        after = data.changes.cursor;
        yield data.changes;
      }
    } catch (error) {
      if (final(error) || attempt >= ATTEMPTS) throw error;
    }
    await pause(patience(attempt));
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const request = (after: string) => ({
  query: print(WhatChangesDocument),
  operationName: "WhatChanges",
  variables: { after },
});

/** A websocket. It must not try again by itself: it would ask for the same changes once more. */
export function socketClient({ url, token }: Access, more: Partial<ClientOptions> = {}) {
  return createSocketClient({
    url: url.replace(/^http/, "ws"),
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    retryAttempts: 0,
    ...more,
  });
}

/** Server-sent events, each subscription over a connection of its own. */
export function eventsClient({ url, token }: Access, fetchFn: typeof fetch = fetch) {
  return createEventsClient({
    url,
    headers: async () => ({ authorization: `Bearer ${await token()}` }),
    retryAttempts: 0,
    fetchFn,
  });
}

export const overSocket = (client: ReturnType<typeof socketClient>, after: string) =>
  follow((cursor) => client.iterate<WhatChangesSubscription>(request(cursor)), after);

export const overEvents = (client: ReturnType<typeof eventsClient>, after: string) =>
  follow((cursor) => client.iterate<WhatChangesSubscription>(request(cursor)), after);
