import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { DemoSession } from '../shared/demoSession.ts';
import type { DemoHeaders } from './demoHeaders.ts';

/** Keeps the demo person's token in the headers editor good, and puts another person into every tab when one is chosen. */
export function KeepHeaders({ session, headers }: { session: DemoSession; headers: DemoHeaders }): null {
  const { login, accessToken, choices } = useSyncExternalStore(session.subscribe, session.state);
  const headerEditor = useGraphiQL((state) => state.headerEditor);
  const tabs = useGraphiQL((state) => state.tabs);
  const activeTabIndex = useGraphiQL((state) => state.activeTabIndex);
  const actions = useGraphiQLActions();
  const activeTab = tabs[activeTabIndex];
  const choicesSeen = useRef(choices);

  useEffect(() => {
    if (choices === choicesSeen.current) return;
    choicesSeen.current = choices;
    // GraphiQL edits the open tab only; the others go through moveTab, which takes any list that has the open tab in it.
    actions.moveTab(tabs.map((tab) => (tab === activeTab ? tab : { ...tab, headers: headers.replaced(tab.headers ?? '') })));
    headerEditor?.setValue(headers.replaced(headerEditor.getValue()));
  }, [choices, tabs, activeTab, headerEditor, headers, actions]);

  useEffect(() => {
    const text = headerEditor?.getValue() ?? '';
    const refreshed = headers.refreshed(text);
    if (refreshed !== text) headerEditor?.setValue(refreshed);
  }, [activeTab?.id, login, accessToken, headerEditor, headers]);

  // A past operation taken from the history brings headers of its own, with a stand-in or an ended token.
  useEffect(() => {
    const listening = headerEditor?.onDidChangeModelContent(() => {
      const text = headerEditor.getValue();
      const repaired = headers.repaired(text);
      // In a microtask: the editor does not take a change while it announces one.
      if (repaired !== text) queueMicrotask(() => headerEditor.setValue(repaired));
    });
    return () => listening?.dispose();
  }, [headerEditor, headers]);

  return null;
}
