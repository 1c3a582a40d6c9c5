// Hears what changes, with the client that it is told, until it hears the text `last`.
import { apolloClient } from '../../examples/clients/typescript/out/apollo.js';
import { overEvents, overSocket } from '../../examples/clients/typescript/out/changes.js';
import { MessageTextDocument, WhatChangesDocument } from '../../examples/clients/typescript/out/gql/graphql.js';
import { changes, urqlClient } from '../../examples/clients/typescript/out/urql.js';
import { access, events, fetchFn, socket, tell, told } from './shared.mjs';

const heard = (change) => {
  tell({ heard: change.message?.text ?? change.__typename });
  return change.message?.text === told.last;
};

async function listen(source) {
  for await (const change of source) if (heard(change)) return;
}

function apollo() {
  const client = apolloClient(access, socket, fetchFn);
  const kept = ({ message, ...change }) => {
    const variables = { id: message?.id };
    return message ? client.readQuery({ query: MessageTextDocument, variables }) : change;
  };
  const source = client.subscribe({ query: WhatChangesDocument, variables: { after: told.after } });
  return new Promise((resolve, reject) => {
    source.subscribe({ next: ({ data, error }) => (error ? reject(error) : heard(kept(data.changes)) && resolve()), error: reject });
  });
}

const clients = {
  'graphql-ws': () => listen(overSocket(socket, told.after)),
  'graphql-sse': () => listen(overEvents(events, told.after)),
  urql: () => listen(changes(urqlClient(access, events, fetchFn), told.after)),
  apollo,
};
await clients[told.client]();
await socket.dispose();
events.dispose();
process.exit(0); // urql's and Apollo's clients keep timers
