// Apollo Client 4.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { CombinedGraphQLErrors, ServerError } from "@apollo/client/errors";
import { SetContextLink } from "@apollo/client/link/context";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";
import type { Client } from "graphql-ws";
import { defer, retry, tap, throwError, timer } from "rxjs";
import type { Access } from "./changes.js";
import { ATTEMPTS, Failed, final, patience } from "./failures.js";
import generated from "./gql/possible-types.js";

const { possibleTypes } = generated;
const nodes = new Set(possibleTypes["Node"]);

/** Ids are unique in all of the API: whatever is a Node is kept under its id, and found by it without asking again. */
export const cache = () =>
  new InMemoryCache({
    possibleTypes, // without them `... on Refusal` matches nothing
    dataIdFromObject: ({ __typename, id }) => (nodes.has(String(__typename)) ? String(id) : undefined),
    typePolicies: {
      Query: {
        fields: {
          message: { read: (kept, { args, toReference }) => (kept === undefined ? toReference(String(args?.["id"])) : kept) },
          units: relayStylePagination(["region", "municipality", "kind", "nameBegins"]),
        },
      },
      Unit: {
        fields: { outbox: relayStylePagination(["awaiting", "overdue"]), inbox: relayStylePagination(["state"]) },
      },
    },
  });

/** Opens a subscription again after the last cursor. */
const resuming = new ApolloLink((operation, forward) => {
  let attempt = 0;
  return defer(() => forward(operation)).pipe(
    tap(({ data, errors }) => {
      if (errors) throw new Failed(errors);
      attempt = 0;
      operation.variables = { ...operation.variables, after: data?.["changes"].cursor };
    }),
    retry({
      delay: (error) => {
        const told = CombinedGraphQLErrors.is(error) ? new Failed(error.errors) : error;
        return final(told) || attempt >= ATTEMPTS ? throwError(() => told) : timer(patience(attempt++));
      },
    }),
  );
});

export function apolloClient({ url, token }: Access, socket: Client, fetchFn: typeof fetch = fetch): ApolloClient {
  const authorized = new SetContextLink(async ({ headers }) => ({
    headers: { ...headers, authorization: `Bearer ${await token()}` },
  }));
  return new ApolloClient({
    cache: cache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      ApolloLink.from([resuming, new GraphQLWsLink(socket)]),
      ApolloLink.from([authorized, new HttpLink({ uri: url, fetch: fetchFn })]),
    ),
  });
}

/** The codes of what was thrown: of GraphQL's errors, also of those that came with a status other than 200. */
export function codes(error: unknown): readonly string[] {
  if (CombinedGraphQLErrors.is(error)) return new Failed(error.errors).codes;
  if (ServerError.is(error)) return new Failed(JSON.parse(error.bodyText).errors).codes;
  throw error;
}
