import type { ExampleOperation } from '../../config.ts';
import { mergeExamples, parseTabs, type Offered, type Tab, type Tabs } from './exampleTabs.ts';

const PREFIX = 'graphiql:';
const TABS = 'graphiql:tabState';
const OFFERED = 'graphiql:kith.offered';
const HEADERS = 'graphiql:kith.headers';
/** GraphiQL keeps the open tab's texts a second time; two copies that differ make it open one tab more at each visit. */
const COPIES = new Map<string, 'query' | 'variables' | 'headers'>([
  ['graphiql:query', 'query'],
  ['graphiql:variables', 'variables'],
  ['graphiql:headers', 'headers'],
]);
const HISTORY = ['graphiql:queries', 'graphiql:favorites'];

/** What GraphiQL asks of its storage. */
export interface GraphiQLStorage {
  readonly length: number;
  getItem: (key: string) => string | null;
  setItem: (key: string, value: string) => void;
  removeItem: (key: string) => void;
  clear: () => void;
}

/** Where the tabs are kept and what they begin with. */
export interface TabStorageOptions {
  local: Storage;
  session: Storage;
  examples: readonly ExampleOperation[];
  /** The headers of a tab nobody has edited: the stand-in of a demo token, or none. */
  defaultHeaders: string;
  /** The example to open first, by tab id. */
  openTabId: string | null;
  /** Replaces the demo tokens in a headers text by their stand-ins. */
  withoutTokens: (headers: string) => string;
}

/**
 * Makes the storage GraphiQL lives on. Operations and variables are kept in the browser; headers, which may hold a
 * developer's own token, only as long as the browser tab, and demo tokens not at all.
 */
export function tabStorage(options: TabStorageOptions): GraphiQLStorage {
  const { local, session, defaultHeaders, withoutTokens } = options;
  const start = restore(options);
  const active: Tab | undefined = start.tabs[start.activeTabIndex];

  function keepTabs(value: string): void {
    const state = parseTabs(value);
    if (state === null) return;
    const headers = state.tabs.map((tab) => [tab.id, withoutTokens(tab.headers ?? defaultHeaders)]);
    session.setItem(HEADERS, JSON.stringify(Object.fromEntries(headers)));
    // The hash holds the headers too.
    const tabs = state.tabs.map((tab) => ({ ...tab, hash: '', headers: null, response: null }));
    local.setItem(TABS, JSON.stringify({ ...state, tabs }));
  }

  return {
    get length() {
      return Object.keys(local).filter((key) => key.startsWith(PREFIX)).length;
    },
    getItem(key) {
      if (key === TABS) return JSON.stringify(start);
      const copy = COPIES.get(key);
      return copy ? (active?.[copy] ?? null) : local.getItem(key);
    },
    setItem(key, value) {
      if (key === TABS) keepTabs(value);
      else if (HISTORY.includes(key)) local.setItem(key, withDefaultHeaders(value, defaultHeaders));
      else if (!COPIES.has(key)) local.setItem(key, value);
    },
    removeItem: (key) => local.removeItem(key),
    clear() {
      for (const key of Object.keys(local)) if (key.startsWith(PREFIX)) local.removeItem(key);
      session.removeItem(HEADERS);
    },
  };
}

function restore({ local, session, examples, defaultHeaders, openTabId }: TabStorageOptions): Tabs {
  const offeredBefore = parseRecord(local.getItem(OFFERED)) as Offered; // only ever compared with strings
  const { state, offered } = mergeExamples(parseTabs(local.getItem(TABS)), offeredBefore, examples, defaultHeaders);
  local.setItem(OFFERED, JSON.stringify(offered));
  const headers = parseRecord(session.getItem(HEADERS));
  const tabs = state.tabs.map((tab) => ({ ...tab, headers: textOr(headers[tab.id], tab.headers ?? defaultHeaders) }));
  const wanted = tabs.findIndex(({ id }) => id === openTabId);
  return { tabs, activeTabIndex: wanted < 0 ? state.activeTabIndex : wanted };
}

/** History outlives the browser tab, so it remembers no headers: an entry comes back with the demo person's. */
function withDefaultHeaders(history: string, headers: string): string {
  return JSON.stringify(JSON.parse(history), (key, value: unknown) => (key === 'headers' ? headers : value));
}

function parseRecord(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
