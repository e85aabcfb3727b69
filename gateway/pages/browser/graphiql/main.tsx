import './monacoWorkers.ts';
import { createRoot } from 'react-dom/client';
import type { ExampleOperation, PagesConfig } from '../../config.ts';
import { exampleInAddress, putInAddress } from '../shared/exampleInAddress.ts';
import { mountHeader } from '../shared/header.ts';
import { loadConfig } from '../shared/loadConfig.ts';
import { openSession, settled } from '../shared/openSession.ts';
import { App } from './App.tsx';
import { demoHeaders } from './demoHeaders.ts';
import { exampleTabId } from './exampleTabs.ts';
import { graphFetcher } from './fetcher.ts';
import { tabStorage } from './tabStorage.ts';
import './graphiql.css';

const SIGN_IN_PATIENCE_MS = 2_000;
const host = document.getElementById('graphiql')!; // stands in index.html

async function start(config: PagesConfig): Promise<void> {
  const session = openSession(config);
  const headers = demoHeaders(session);
  let openTab: (example: ExampleOperation) => void = () => {};
  const header = mountHeader(document.getElementById('header')!, {
    config,
    session,
    page: 'graphiql',
    onExample: (example) => openTab(example),
  });
  const linked = exampleInAddress(config.examples);
  const storage = tabStorage({
    local: localStorage,
    session: sessionStorage,
    examples: config.examples,
    defaultHeaders: headers.initial,
    openTabId: linked && exampleTabId(linked.name),
    withoutTokens: headers.withoutTokens,
  });
  window.addEventListener('hashchange', () => {
    const example = exampleInAddress(config.examples);
    if (example) openTab(example);
  });

  // GraphiQL asks for the schema as soon as it appears: better signed in than once without and once with the token.
  await settled(session, SIGN_IN_PATIENCE_MS);
  createRoot(host).render(
    <App
      config={config}
      session={session}
      headers={headers}
      storage={storage}
      fetcher={graphFetcher(config.graphUrl, headers)}
      onOpened={(example) => {
        header.show(example);
        putInAddress(example);
        session?.follow(example?.signedInAs ?? null);
      }}
      onReady={(open) => {
        openTab = open;
      }}
    />,
  );
}

loadConfig()
  .then(start)
  .catch((error: Error) => {
    host.textContent = error.message;
  });
