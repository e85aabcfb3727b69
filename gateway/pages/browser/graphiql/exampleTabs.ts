import type { ExampleOperation } from '../../config.ts';

/** GraphiQL's own shape of a tab, as it stands in its storage. */
export interface Tab {
  id: string;
  hash: string;
  title: string;
  query: string | null;
  variables: string | null;
  headers: string | null;
  operationName: string | null;
  response: string | null;
}

/** GraphiQL's own shape of all tabs. */
export interface Tabs {
  tabs: Tab[];
  activeTabIndex: number;
}

/** The examples as this browser was offered them last, by name: what tells an edit from an example that changed. */
export type Offered = Record<string, { query: string; variables: string }>;

/** Returns the id of the tab that shows the example. */
export function exampleTabId(name: string): string {
  return `example:${name}`;
}

/** Makes the tab of an example, as it is before anybody edits it. */
export function exampleTab(example: ExampleOperation, headers: string): Tab {
  const { query, variables } = textsOf(example);
  const { name } = example;
  return { id: exampleTabId(name), hash: '', title: name, query, variables, headers, operationName: name, response: null };
}

/**
 * Brings a browser's tabs up to date with the examples, without a second tab for any of them:
 * an example never seen gets a tab, one that changed is renewed unless it was edited, one that was closed stays closed.
 */
export function mergeExamples(
  stored: Tabs | null,
  offered: Offered,
  examples: readonly ExampleOperation[],
  headers: string,
): { state: Tabs; offered: Offered } {
  const seen = stored === null ? {} : offered;
  const byTabId = new Map(examples.map((example) => [exampleTabId(example.name), example]));
  const old = uniqueById(stored?.tabs ?? []).map((tab) => renewed(tab, byTabId.get(tab.id), seen));
  const fresh = examples
    .filter(({ name }) => seen[name] === undefined && !old.some(({ id }) => id === exampleTabId(name)))
    .map((example) => exampleTab(example, headers));
  const tabs = [...old, ...fresh];
  const activeTabIndex = Math.min(Math.max(stored?.activeTabIndex ?? 0, 0), Math.max(tabs.length - 1, 0));
  return { state: { tabs, activeTabIndex }, offered: Object.fromEntries(examples.map((one) => [one.name, textsOf(one)])) };
}

function renewed(tab: Tab, example: ExampleOperation | undefined, seen: Offered): Tab {
  const before = example && seen[example.name];
  if (!before || tab.query !== before.query || (tab.variables ?? '') !== before.variables) return tab;
  return { ...tab, ...textsOf(example) };
}

function textsOf({ document, variables }: ExampleOperation): { query: string; variables: string } {
  return { query: document, variables: Object.keys(variables).length ? JSON.stringify(variables, null, 2) : '' };
}

function uniqueById(tabs: readonly Tab[]): Tab[] {
  return [...new Map(tabs.map((tab) => [tab.id, tab])).values()];
}

/** Reads GraphiQL's tabs from storage; null when there are none or they are not what was written. */
export function parseTabs(text: string | null): Tabs | null {
  try {
    const value = JSON.parse(text ?? 'null') as Tabs | null; // checked below, as far as GraphiQL depends on it
    if (!Array.isArray(value?.tabs) || typeof value.activeTabIndex !== 'number') return null;
    return value.tabs.length > 0 && value.tabs.every((tab) => typeof tab?.id === 'string') ? value : null;
  } catch {
    return null;
  }
}
