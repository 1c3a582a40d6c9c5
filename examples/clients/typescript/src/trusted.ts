// Trusted documents: what is sent is the id of a document, not its text. One place for all clients.
import * as documents from "./gql/graphql.js";

type Asked = { query?: string; operationName?: string };

const ids = new Map(
  Object.entries(documents as Record<string, { __meta__?: { hash: string } }>).map(([name, document]) => [
    name.replace(/Document$/, ""),
    document.__meta__?.hash,
  ]),
);

/** The request with the id in place of the text. */
export function named({ query, ...asked }: Asked): object {
  const documentId = ids.get(asked.operationName ?? "");
  if (documentId === undefined) throw new Error(`${asked.operationName} is not in the manifest: run graphql-codegen`);
  return { ...asked, documentId };
}

/** `fetch` for Apollo's HttpLink, for urql and for graphql-sse. */
export const fetchById: typeof fetch = (url, init) =>
  fetch(url, { ...init, body: JSON.stringify(named(JSON.parse(String(init?.body)))) });

/** `jsonMessageReplacer` of graphql-ws. */
export function messageById(this: unknown, key: string, value: unknown): unknown {
  return key === "payload" && (value as Asked | undefined)?.query ? named(value as Asked) : value;
}
