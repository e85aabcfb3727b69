import type { Fetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import type { ExampleOperation, PagesConfig } from '../../config.ts';
import type { DemoSession } from '../shared/demoSession.ts';
import type { DemoHeaders } from './demoHeaders.ts';
import { KeepHeaders } from './KeepHeaders.tsx';
import { OpenExamples } from './OpenExamples.tsx';
import { SaveOnLeaving } from './SaveOnLeaving.tsx';
import type { GraphiQLStorage } from './tabStorage.ts';

/** What the page has prepared before GraphiQL appears. All of it stays the same object for the life of the page. */
export interface AppProps {
  config: PagesConfig;
  session: DemoSession | null;
  headers: DemoHeaders;
  storage: GraphiQLStorage;
  fetcher: Fetcher;
  onOpened: (example: ExampleOperation | null) => void;
  onReady: (open: (example: ExampleOperation) => void) => void;
}

/** GraphiQL with the examples as tabs. */
export function App({ config, session, headers, storage, fetcher, onOpened, onReady }: AppProps) {
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      defaultHeaders={headers.initial}
      defaultEditorToolsVisibility="variables"
      // Our storage decides what of the headers is kept; GraphiQL's own switch would promise something else.
      shouldPersistHeaders
      showPersistHeadersSettings={false}
      inputValueDeprecation
      schemaDescription
    >
      {session && <KeepHeaders session={session} headers={headers} />}
      <OpenExamples examples={config.examples} newTabHeaders={headers.initial} onOpened={onOpened} onReady={onReady} />
      <SaveOnLeaving storage={storage} />
    </GraphiQL>
  );
}
