import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import type { ExampleOperation } from '../../config.ts';
import { exampleTab, exampleTabId } from './exampleTabs.ts';

/** Hands the outside a way to open examples, and tells it which one is open. */
export interface OpenExamplesProps {
  examples: readonly ExampleOperation[];
  newTabHeaders: string;
  onOpened: (example: ExampleOperation | null) => void;
  /** Called once with the function that opens an example's tab, making it anew if it was closed. */
  onReady: (open: (example: ExampleOperation) => void) => void;
}

/** Joins GraphiQL's tabs with the page's list of examples. */
export function OpenExamples({ examples, newTabHeaders, onOpened, onReady }: OpenExamplesProps): null {
  const tabs = useGraphiQL((state) => state.tabs);
  const activeTabIndex = useGraphiQL((state) => state.activeTabIndex);
  const actions = useGraphiQLActions();
  const latest = useRef(tabs);
  latest.current = tabs;
  const activeTabId = tabs[activeTabIndex]?.id;

  useEffect(() => {
    onReady((example) => {
      const index = latest.current.findIndex(({ id }) => id === exampleTabId(example.name));
      if (index >= 0) return actions.changeTab(index);
      // addTab would give the tab an id of its own, and with it a second tab for the example later.
      actions.moveTab([...latest.current, exampleTab(example, newTabHeaders)]);
      actions.changeTab(latest.current.length);
    });
  }, [actions, newTabHeaders, onReady]);

  useEffect(() => {
    // The row of tabs is longer than the window and shows no scroll bar.
    document.getElementById(`graphiql-session-tab-${activeTabIndex}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    onOpened(examples.find(({ name }) => exampleTabId(name) === activeTabId) ?? null);
  }, [activeTabId, activeTabIndex, examples, onOpened]);

  return null;
}
