import { useGraphiQL } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import type { GraphiQLStorage } from './tabStorage.ts';

/** Keeps what was typed in the last half second, which GraphiQL waits before it stores. */
export function SaveOnLeaving({ storage }: { storage: GraphiQLStorage }): null {
  const state = useGraphiQL(({ tabs, activeTabIndex, queryEditor, variableEditor, headerEditor }) => ({
    tabs,
    activeTabIndex,
    queryEditor,
    variableEditor,
    headerEditor,
  }));
  const latest = useRef(state);
  latest.current = state;

  useEffect(() => {
    const save = () => {
      const { tabs, activeTabIndex, queryEditor, variableEditor, headerEditor } = latest.current;
      // Nothing stored although the page has been open: the developer cleared the data and wants to start afresh.
      if (!queryEditor || storage.length === 0) return;
      const texts = { query: queryEditor.getValue(), variables: variableEditor?.getValue(), headers: headerEditor?.getValue() };
      const current = tabs.map((tab, index) => (index === activeTabIndex ? { ...tab, ...texts } : tab));
      storage.setItem('graphiql:tabState', JSON.stringify({ tabs: current, activeTabIndex }));
    };
    window.addEventListener('pagehide', save);
    return () => window.removeEventListener('pagehide', save);
  }, [storage]);

  return null;
}
