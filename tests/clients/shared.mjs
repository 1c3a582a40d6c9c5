// What the programs of this folder are told, and how they tell what they found: one JSON object in each line.
import { WebSocket } from 'ws';
import { eventsClient, socketClient } from '../../examples/clients/typescript/out/changes.js';
import { fetchById, messageById } from '../../examples/clients/typescript/out/trusted.js';

globalThis.WebSocket ??= WebSocket; // Node 20 has none of its own

export const told = JSON.parse(process.argv[2]);
const [...tokens] = told.tokens;
/** The tokens one after the other; the last one for ever. */
export const access = { url: told.url, token: async () => (tokens.length > 1 ? tokens.shift() : tokens[0]) };
export const fetchFn = told.trusted ? fetchById : fetch;
export const tell = (found) => process.stdout.write(`${JSON.stringify(found)}\n`);
/** A client of websockets, which tells the code with which the server closes one. */
export const socket = socketClient(access, {
  on: { closed: ({ code, wasClean }) => wasClean && code !== 1000 && tell({ closed: code }) },
  ...(told.trusted && { jsonMessageReplacer: messageById }),
});
export const events = eventsClient(access, fetchFn);
