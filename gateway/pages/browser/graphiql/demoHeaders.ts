import type { DemoSession } from '../shared/demoSession.ts';
import { bearerOf } from '../shared/demoSession.ts';
import { bearerIn, markedLogin, markerOf, replaceBearer, withBearer } from './headersText.ts';

/** The Authorization of the demo person in GraphiQL's headers: put there, kept good, and never stored. */
export interface DemoHeaders {
  /** What a tab's headers are before anybody edits them. */
  initial: string;
  /** Puts the present person into headers that hold a demo token of any person; leaves a developer's own alone. */
  refreshed: (text: string) => string;
  /** Replaces only what could not work: a stand-in, or a demo token that has ended. */
  repaired: (text: string) => string;
  /** Puts the present person, or nobody, into the headers whatever they held. */
  replaced: (text: string) => string;
  /** Replaces demo tokens by stand-ins. */
  withoutTokens: (text: string) => string;
  /** Makes headers ready to be sent: a stand-in becomes a token, an ended token a good one. */
  prepare: (headers: Record<string, string>) => Promise<Record<string, string>>;
  /** What to send where there are no headers yet: GraphiQL asks for the schema before it has an editor for them. */
  fallback: () => Record<string, string>;
}

/** Ties GraphiQL's headers to the demo session; without one, headers are the developer's business alone. */
export function demoHeaders(session: DemoSession | null): DemoHeaders {
  if (session === null) {
    const same = (text: string) => text;
    const prepare = (headers: Record<string, string>) => Promise.resolve(headers);
    return { initial: '', refreshed: same, repaired: same, replaced: same, withoutTokens: same, prepare, fallback: () => ({}) };
  }
  const { tokens } = session;
  const presentBearer = () => {
    const { login, accessToken } = session.state();
    return login === null ? null : (accessToken ?? markerOf(login));
  };
  const isDemo = (bearer: string | null) => bearer !== null && (markedLogin(bearer) !== null || tokens.find(bearer) !== null);
  const isUseless = (bearer: string) => {
    const token = tokens.find(bearer);
    return markedLogin(bearer) !== null || (token !== null && !tokens.isGood(token));
  };
  const replaced = (text: string) => withBearer(text, presentBearer());

  return {
    initial: withBearer('', markerOf(session.people[0]?.login ?? 'nobody')),
    refreshed: (text) => (isDemo(bearerIn(text)) ? replaced(text) : text),
    repaired: (text) => (isUseless(bearerIn(text) ?? '') ? replaced(text) : text),
    replaced,
    withoutTokens(text) {
      const token = tokens.find(bearerIn(text) ?? '');
      return token ? replaceBearer(text, markerOf(token.login)) : text;
    },
    async prepare(headers) {
      const name = Object.keys(headers).find((key) => key.toLowerCase() === 'authorization');
      if (name === undefined || markedLogin(bearerOf(headers[name] ?? '')) === null) return session.freshen(headers);
      const { [name]: _marker, ...others } = headers;
      const { login } = session.state();
      const token = login === null ? null : await tokens.obtain(login).catch(() => null);
      return token ? { ...others, [name]: `Bearer ${token.accessToken}` } : others;
    },
    fallback() {
      const bearer = presentBearer();
      return bearer === null ? {} : { Authorization: `Bearer ${bearer}` };
    },
  };
}
