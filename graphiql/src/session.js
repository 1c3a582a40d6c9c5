// Who the requests of this browser tab speak for. The actor's id survives a reload; the token never leaves memory.
import { storage } from './storage.js';

const KEY = 'actor';
const EARLY = 10_000; // ms before `expiresAt` at which a token counts as expired

/** The demo actors, or none where the server offers none (production answers 404). */
export async function loadActors(url) {
  const response = await fetch(url);
  return response.ok ? response.json() : [];
}

/** `actor` is an id, '' for the anonymous choice, null before any choice was made. */
export function createSession(tokenUrl, actors) {
  const isOffered = (id) => id === '' || actors.some((actor) => actor.id === id);
  const stored = storage.getItem(KEY);
  let actor = stored !== null && isOffered(stored) ? stored : null;
  let held = null; // { token: Promise<string>, expires: ms since epoch }

  function request() {
    const entry = { expires: Infinity };
    entry.token = fetchToken(tokenUrl, actor).then(
      ({ token, expiresAt }) => {
        entry.expires = Date.parse(expiresAt) - EARLY;
        return token;
      },
      (error) => {
        entry.expires = 0; // ask again next time
        throw error;
      },
    );
    return entry;
  }

  return {
    get actor() {
      return actor;
    },
    /** The token of the chosen actor, renewed when expired; null for the anonymous choice. */
    async token() {
      if (!actor) return null;
      if (!held || held.expires <= Date.now()) held = request();
      return held.token;
    },
    /** Drops the held token, e.g. because the server refused it. */
    forget() {
      held = null;
    },
    /** Speaks for `id` from now on; resolves once its token is there. Throws if the server offers no such actor. */
    choose(id) {
      if (!isOffered(id)) throw new Error(`The server offers no actor ${id}`);
      actor = id;
      held = null;
      storage.setItem(KEY, actor);
      return this.token();
    },
  };
}

async function fetchToken(url, actor) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ actor }),
  });
  if (!response.ok) throw new Error(`No token for ${actor}: HTTP ${response.status}`);
  return response.json();
}
