// GraphiQL's way to the server: POST, with the chosen actor's token unless the headers editor names another.
import { getOperationAST } from 'graphql';
import { subscribe } from './changes.js';

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

export function createFetcher(url, session) {
  return async (params, { headers = {}, documentAST } = {}) => {
    const ownToken = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
    const asGiven = ownToken || !session.actor;
    if (isSubscription(documentAST, params.operationName)) {
      const token = asGiven ? {} : { authorization: `Bearer ${await session.token()}` };
      return subscribe(url, params, { ...headers, ...token });
    }
    if (asGiven) return answer(await post(url, params, headers));
    return answer(await postAsActor(url, params, headers, session));
  };
}

function isSubscription(documentAST, operationName) {
  return documentAST && getOperationAST(documentAST, operationName)?.operation === 'subscription';
}

async function postAsActor(url, params, headers, session) {
  const send = async () => post(url, params, { ...headers, authorization: `Bearer ${await session.token()}` });
  const response = await send();
  if (response.status !== 401) return response;
  session.forget(); // revoked, or signed by a server that has restarted since: once more with a new one
  return send();
}

function post(url, params, headers) {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: ACCEPT, ...headers },
    body: JSON.stringify(params),
  });
}

async function answer(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `HTTP ${response.status}: ${text.slice(0, 500) || response.statusText}` }] };
  }
}
