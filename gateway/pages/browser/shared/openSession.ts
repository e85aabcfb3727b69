import type { PagesConfig } from '../../config.ts';
import { demoSession, type DemoSession } from './demoSession.ts';
import { demoTokens } from './demoTokens.ts';

/** Opens the demo session of this browser tab; null where the graph has no demo people. */
export function openSession({ demo, graphUrl }: PagesConfig): DemoSession | null {
  if (demo === null) return null;
  return demoSession(demo, demoTokens(graphUrl, demo.people, sessionStorage), sessionStorage);
}

/** Resolves when the session knows who it is, or after the time: a slow sign-in must not hold the page up. */
export function settled(session: DemoSession | null, withinMs: number): Promise<void> {
  if (session === null || session.state().status !== 'signingIn') return Promise.resolve();
  return new Promise((resolve) => {
    const unsubscribe = session.subscribe(() => session.state().status !== 'signingIn' && done());
    const timer = setTimeout(() => done(), withinMs);
    const done = () => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
  });
}
