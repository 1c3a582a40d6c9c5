// A subscription as server-sent events: an async iterable of results, as GraphiQL wants it.
export function subscribe(url, params, headers) {
  const ended = new AbortController();
  const results = read(url, params, headers, ended.signal);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => results.next(),
    return: () => {
      ended.abort(); // a generator that waits for the next event would only return after it
      return results.return();
    },
  };
}

async function* read(url, params, headers, signal) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers, accept: 'text/event-stream' },
      body: JSON.stringify(params),
      signal,
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${(await response.text()).slice(0, 500)}`);
    for await (const { event, data } of events(response.body)) {
      if (event === 'complete') return;
      if (event === 'next') yield JSON.parse(data);
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  throw new Error('The stream was broken off. Subscribe again, after the last cursor.');
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const whole = (text + value).split('\n\n');
    text = whole.pop();
    for (const one of whole) yield Object.fromEntries(one.split('\n').map(field));
  }
}

function field(line) {
  const at = line.indexOf(':');
  return [line.slice(0, at), line.slice(at + 1).trimStart()];
}
