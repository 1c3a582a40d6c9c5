// The page's only script. Its configuration stands in data-* attributes, so script-src 'self' is enough.
import './workers.js';
import { createPortal } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import { Actors } from './actors.jsx';
import { createFetcher } from './fetcher.js';
import { createSession, loadActors } from './session.js';
import { isFirstVisit, storage } from './storage.js';

const root = document.getElementById('graphiql');
const { endpoint, actorsUrl, tokenUrl } = root.dataset;
const examples = JSON.parse(root.dataset.tabs);
const actors = await loadActors(actorsUrl);
const session = createSession(tokenUrl, actors);

// GraphiQL 5.4.0 opens the first default tab without its variables and headers.
const first = isFirstVisit() ? { initialVariables: examples[0]?.variables, initialHeaders: examples[0]?.headers } : {};

createRoot(root).render(
  <GraphiQL
    fetcher={createFetcher(endpoint, session)}
    plugins={[HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })]}
    defaultTabs={examples.length > 0 ? examples : undefined}
    defaultEditorToolsVisibility={actors.length > 0 ? 'variables' : 'headers'}
    shouldPersistHeaders={false}
    storage={storage}
    {...first}
  >
    <GraphiQL.Logo>{' '}</GraphiQL.Logo>
    {createPortal(<Actors actors={actors} session={session} examples={examples} />, document.getElementById('actors'))}
  </GraphiQL>,
);
