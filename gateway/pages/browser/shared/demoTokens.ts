import type { DemoPerson } from '../../config.ts';
import { signIn } from './signIn.ts';

const STORAGE_KEY = 'kith.demoTokens';
/** A token is replaced this long before it ends, so that a request under way does not outlive it. */
const RENEWAL_MARGIN_MS_MAX = 30_000;
/** However short a life looks, nobody signs in more often than this: a life that makes no sense would be a storm of sign-ins. */
const LIFE_MS_MIN = 10_000;
/** Old tokens stay recognisable, so that one left in a header is known for ours; more than this is not worth keeping. */
const REMEMBERED_MAX = 30;

/** A token this browser tab obtained for a demo person. */
export interface DemoToken {
  login: string;
  accessToken: string;
  renewAtMs: number;
}

/** The demo people's tokens: obtained once, kept for the life of the browser tab, renewed shortly before they end. */
export interface DemoTokens {
  /** Returns the person's token while it is good, without asking anybody. */
  kept: (login: string) => DemoToken | null;
  /** Returns the kept token or signs in for one. Throws an Error whose message may be shown. */
  obtain: (login: string) => Promise<DemoToken>;
  /** Tells whose token this is, when it was issued here; ended ones are recognised too. */
  find: (accessToken: string) => DemoToken | null;
  isGood: (token: DemoToken) => boolean;
}

/** Makes the token keeper. `storage` is the session's: a demo token never outlives the browser tab. */
export function demoTokens(graphUrl: string, people: readonly DemoPerson[], storage: Storage): DemoTokens {
  let issued = read(storage);
  const underWay = new Map<string, Promise<DemoToken>>();
  const isGood = (token: DemoToken) => token.renewAtMs > Date.now();
  const kept = (login: string) => issued.findLast((token) => token.login === login && isGood(token)) ?? null;

  async function signInAs(login: string): Promise<DemoToken> {
    const person = people.find((candidate) => candidate.login === login);
    if (!person) throw new Error(`${login} is not a demo person.`);
    const { accessToken, lifeMs } = await signIn(graphUrl, login, person.password);
    const token = { login, accessToken, renewAtMs: renewAt(lifeMs, Date.now()) };
    issued = [...issued, token].slice(-REMEMBERED_MAX);
    storage.setItem(STORAGE_KEY, JSON.stringify(issued));
    return token;
  }

  function obtain(login: string): Promise<DemoToken> {
    const token = kept(login);
    if (token) return Promise.resolve(token);
    const pending = underWay.get(login) ?? signInAs(login).finally(() => underWay.delete(login));
    underWay.set(login, pending);
    return pending;
  }

  return {
    kept,
    obtain,
    find: (accessToken) => issued.find((token) => token.accessToken === accessToken) ?? null,
    isGood,
  };
}

function renewAt(lifeMs: number, nowMs: number): number {
  const trustedMs = lifeMs > LIFE_MS_MIN ? lifeMs : LIFE_MS_MIN; // not Math.max, which would keep a NaN
  return Math.ceil(nowMs + trustedMs - Math.min(RENEWAL_MARGIN_MS_MAX, trustedMs / 5));
}

function read(storage: Storage): DemoToken[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(value) ? value.filter(isDemoToken) : [];
  } catch {
    return []; // somebody edited the storage by hand: sign in again
  }
}

function isDemoToken(value: unknown): value is DemoToken {
  if (typeof value !== 'object' || value === null) return false;
  const { login, accessToken, renewAtMs } = value as Partial<DemoToken>; // narrowed by the next line
  return typeof login === 'string' && typeof accessToken === 'string' && typeof renewAtMs === 'number';
}
