// The demo-actor chooser in the page's bar. An example tab may name its actor; activating the tab chooses it.
import { useEffect, useRef, useState } from 'react';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';

const OPERATION = /^\s*(?:query|mutation|subscription)\s+(\w+)/m;

export function Actors({ actors, session, examples }) {
  const { tabId, tabTitle } = useGraphiQL(activeTab);
  const { actor, problem, choose } = useActor(session);
  const keepsStored = useRef(session.actor !== null); // after a reload the user's own choice stands
  // GraphiQL's tabs carry no field of ours, so an example is known by the name of its operation.
  const example = examples.find(({ query }) => query.match(OPERATION)?.[1] === tabTitle);

  useEffect(() => {
    if (example?.actor && actors.length > 0 && !keepsStored.current) choose(example.actor);
    keepsStored.current = false;
  }, [tabId]);

  return (
    <>
      {actors.length > 0 && <Chooser actors={actors} actor={actor} onChoose={choose} />}
      <span role="status" className="bar-problem">{problem}</span>
      <span className="bar-example" lang="sv" title={example?.title}>{example?.title}</span>
    </>
  );
}

const activeTab = ({ tabs, activeTabIndex }) => ({ tabId: tabs[activeTabIndex].id, tabTitle: tabs[activeTabIndex].title });

function useActor(session) {
  const schema = useGraphiQL((state) => state.schema);
  const { introspect } = useGraphiQLActions();
  const [actor, setActor] = useState(session.actor ?? '');
  const [problem, setProblem] = useState('');

  async function choose(id) {
    setProblem('');
    try {
      const ready = session.choose(id);
      setActor(id);
      await ready;
      if (!schema) introspect(); // the first try may have been refused for want of a token
    } catch (error) {
      setProblem(error.message);
    }
  }
  return { actor, problem, choose };
}

function Chooser({ actors, actor, onChoose }) {
  return (
    <>
      <label htmlFor="actor">Acting as</label>
      <select id="actor" lang="sv" value={actor} onChange={(event) => onChoose(event.target.value)}>
        <option value="">Ingen (anonym)</option>
        {[...byRegion(actors)].map(([region, members]) => (
          <optgroup key={region} label={region}>
            {members.map(({ id, name, label }) => (
              <option key={id} value={id}>{[name, label].filter(Boolean).join(' – ')}</option>
            ))}
          </optgroup>
        ))}
      </select>
    </>
  );
}

function byRegion(actors) {
  const groups = new Map();
  for (const actor of actors) {
    const region = actor.regionName ?? actor.region;
    groups.set(region, [...(groups.get(region) ?? []), actor]);
  }
  return groups;
}
