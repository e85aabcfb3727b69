import type { Demo, DemoPerson } from '../../config.ts';
import type { DemoTokens } from './demoTokens.ts';

const CHOSEN_KEY = 'kith.demoPerson';
/** What is kept when one chose to be nobody: a login has an @ in it, so this is none. */
const NOBODY = 'nobody';

/** Who one is on this page, at one moment. Never changed in place: a new object means something happened. */
export interface DemoState {
  /** The demo person; null is nobody. */
  login: string | null;
  accessToken: string | null;
  status: 'signedOut' | 'signingIn' | 'signedIn' | 'failed';
  /** Why the sign-in failed, in words for the person. */
  problem: string | null;
  /** Counts the deliberate choices, so that a page can tell one from a renewal. */
  choices: number;
}

/** The demo person of this browser tab, observable as React and plain scripts both like it. */
export interface DemoSession {
  people: readonly DemoPerson[];
  tokens: DemoTokens;
  state: () => DemoState;
  subscribe: (listener: () => void) => () => void;
  /** Becomes the person (or nobody) because the developer said so; examples no longer change it. */
  choose: (login: string | null) => void;
  /** Becomes the person an example was written for, unless the developer chose somebody. */
  follow: (login: string | null) => void;
  retry: () => void;
  /** Returns the headers with an ended demo token replaced, so that a page left open over lunch still works. */
  freshen: (headers: Record<string, string>) => Promise<Record<string, string>>;
}

/** Opens the session: as the person chosen earlier in this tab, or as the demo's first. */
export function demoSession(demo: Demo, tokens: DemoTokens, storage: Storage): DemoSession {
  const people = demo.people;
  const isDemoPerson = (login: string | null) => people.some((person) => person.login === login);
  const listeners = new Set<() => void>();
  let chosen = storage.getItem(CHOSEN_KEY);
  let renewal: ReturnType<typeof setTimeout> | undefined;
  let state: DemoState = { login: null, accessToken: null, status: 'signedOut', problem: null, choices: 0 };

  function change(part: Partial<DemoState>): void {
    state = { ...state, ...part };
    for (const listener of listeners) listener();
  }

  async function become(login: string | null, choices = state.choices): Promise<void> {
    clearTimeout(renewal);
    if (login === null) return change({ login, accessToken: null, status: 'signedOut', problem: null, choices });
    const kept = tokens.kept(login);
    if (!kept) change({ login, accessToken: null, status: 'signingIn', problem: null, choices });
    try {
      const token = kept ?? (await tokens.obtain(login));
      if (kept === null && state.login !== login) return; // somebody else was chosen meanwhile
      change({ login, accessToken: token.accessToken, status: 'signedIn', problem: null, choices });
      renewal = setTimeout(renewWhenSeen, token.renewAtMs - Date.now());
    } catch (error) {
      if (state.login !== login) return;
      change({ status: 'failed', problem: error instanceof Error ? error.message : String(error) });
    }
  }

  // A page nobody looks at signs in to nothing: each renewal is a session in the login history of the demo person.
  function renewWhenSeen(): void {
    if (!document.hidden && state.status === 'signedIn') void become(state.login);
  }
  document.addEventListener('visibilitychange', renewWhenSeen);

  async function freshen(headers: Record<string, string>): Promise<Record<string, string>> {
    const name = Object.keys(headers).find((key) => key.toLowerCase() === 'authorization');
    const ended = name === undefined ? null : tokens.find(bearerOf(headers[name] ?? ''));
    if (name === undefined || ended === null || tokens.isGood(ended)) return headers;
    const fresh = await tokens.obtain(ended.login).catch(() => ended); // the graph's refusal says more than ours would
    return { ...headers, [name]: `Bearer ${fresh.accessToken}` };
  }

  const first = chosen === NOBODY ? null : isDemoPerson(chosen) ? chosen : demo.login;
  void become(first);

  return {
    people,
    tokens,
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    choose(login) {
      chosen = login ?? NOBODY;
      storage.setItem(CHOSEN_KEY, chosen);
      void become(login, state.choices + 1);
    },
    follow(login) {
      if (chosen === null && login !== state.login && isDemoPerson(login)) void become(login);
    },
    retry: () => void become(state.login),
    freshen,
  };
}

/** Returns the token of an `Authorization: Bearer ...` value; empty when it is of another kind. */
export function bearerOf(value: string): string {
  return /^Bearer\s+(\S+)$/i.exec(value.trim())?.[1] ?? '';
}
