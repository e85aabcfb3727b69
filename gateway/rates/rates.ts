import { canonicalLogin } from '@kith/kernel/canonical.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import type { GraphRequest } from '@kith/kernel/request.ts';
import type { GatewayRules } from '@kith/kernel/tenantRules.ts';
import { addressKey } from './addressKey.ts';
import type { RateLimit } from './rateLimit.ts';
import { rateLimit } from './rateLimit.ts';
import { RateLimited } from './rateLimited.ts';
import type { RootField } from './rootFields.ts';
import type { SharedLogs } from './sharedLogs.ts';

/** How often what may happen. */
export interface RateNumbers {
  readonly apiPerMinute: number;
  readonly writesPerMinute: number;
  readonly signInsPer5Minutes: number;
  readonly registrationsPerHour: number;
}

/** The limits of a gateway, asked before any subgraph is. */
export interface Rates {
  /** Counts a request. Refuses RATE_LIMITED. */
  countRequest(request: GraphRequest, rules: TenantNumbers | null): Promise<void>;
  /** Counts what a mutation does, each of its fields. Refuses RATE_LIMITED, and then none of it is done. */
  countWrites(request: GraphRequest, fields: readonly RootField[], rules: TenantNumbers | null): Promise<void>;
}

/** The numbers of the tenant that is acted in; null where it leaves them to the process. */
export type TenantNumbers = Pick<GatewayRules, 'apiPerMinute' | 'writesPerMinute'>;

const minuteMs = 60_000;

/** So often a network may try a login although others have used up what there is for it. */
const ownTriesMax = 3;

/**
 * What is no write among the others: it has a limit of its own, or, like a session that goes on, may come from hundreds of people behind
 * one address. Each request is counted all the same.
 */
const countedElsewhere = new Set(['sessionSignIn', 'userRegister', 'sessionRefresh']);

/** Makes the limits: sliding, so that within any stretch of that length no more than so many pass. */
export function rates(numbers: RateNumbers, by: { shared: SharedLogs | null; clock: Clock }): Rates {
  const { apiPerMinute, writesPerMinute, signInsPer5Minutes, registrationsPerHour } = numbers;
  const api = rateLimit('api', { max: apiPerMinute, windowMs: minuteMs }, by);
  const writes = rateLimit('writes', { max: writesPerMinute, windowMs: minuteMs }, by);
  const signIns = rateLimit('sign-ins', { max: signInsPer5Minutes, windowMs: 5 * minuteMs }, by);
  const ownSignIns = rateLimit('own sign-ins', { max: Math.min(ownTriesMax, signInsPer5Minutes), windowMs: 5 * minuteMs }, by);
  const registrations = rateLimit('registrations', { max: registrationsPerHour, windowMs: 60 * minuteMs }, by);

  /** Were a login counted only from all over, whoever knows it could keep its person out: a network that has hardly tried is not refused for what others do. */
  const takeLogin = async (login: string, network: string, count: number): Promise<number> => {
    const waitMs = await signIns.take(`login ${login}`, count);
    return waitMs === 0 ? 0 : Math.min(waitMs, await ownSignIns.take(`login ${login} from ${network}`, count));
  };

  /** The network first: what it is refused must not use up what there is for the login. */
  const countSignIns = async (network: string, attempts: readonly RootField[]): Promise<void> => {
    await take(signIns, { key: network, count: attempts.length }, 'Too many attempts to sign in came from your network.');
    for (const [login, count] of loginsOf(attempts)) refuseUnless(await takeLogin(login, network, count), 'There were too many attempts to sign in.');
  };

  return {
    countRequest: (request, rules) => take(api, { ...countedFor(request, rules?.apiPerMinute ?? null), count: 1 }, 'You are asking too often.'),
    async countWrites(request, fields, rules) {
      const network = networkOf(request);
      const attempts = fields.filter(({ name }) => name === 'sessionSignIn');
      const registered = fields.filter(({ name }) => name === 'userRegister');
      const written = fields.filter(({ name }) => !countedElsewhere.has(name));
      if (attempts.length > 0) await countSignIns(network, attempts);
      if (registered.length > 0) await take(registrations, { key: network, count: registered.length }, 'Too many people registered from your network.');
      if (written.length > 0) await take(writes, { ...countedFor(request, rules?.writesPerMinute ?? null), count: written.length }, 'You are changing too much at once.');
    },
  };
}

function networkOf({ client }: GraphRequest): string {
  return `network ${addressKey(client.address)}`;
}

/** What is counted, and up to which number where that is not the limit's own. */
interface Taken {
  readonly key: string;
  readonly count: number;
  readonly max?: number;
}

/**
 * Whom a request is counted for: the person, whatever the token, or else the network. Where the tenant has a number of its own, the person in that
 * tenant alone: one tenant's number is no business of the others.
 */
function countedFor(request: GraphRequest, tenantMax: number | null): Pick<Taken, 'key' | 'max'> {
  const { viewer } = request;
  if (viewer.kind === 'anonymous') return { key: networkOf(request) };
  return tenantMax === null ? { key: `person ${viewer.userId}` } : { key: `person ${viewer.userId} in ${viewer.tenantId}`, max: tenantMax };
}

/** How often each login is tried, in the form logins are compared in. */
function loginsOf(attempts: readonly RootField[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { arguments: given } of attempts) {
    const input = given['input'];
    const login = typeof input === 'object' && input !== null && 'login' in input ? input.login : undefined;
    if (typeof login !== 'string') continue;
    const key = canonicalLogin(login);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

async function take(limit: RateLimit, { key, count, max }: Taken, refusal: string): Promise<void> {
  refuseUnless(await limit.take(key, count, max), refusal);
}

function refuseUnless(waitMs: number, refusal: string): void {
  if (waitMs > 0) throw new RateLimited(refusal, waitMs);
}
