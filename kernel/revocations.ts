import { z } from 'zod';
import type { VerifiedToken } from './accessToken.ts';
import type { Clock } from './clock.ts';
import type { SessionId, TenantId, UserId } from './ids.ts';
import { id } from './viewer.ts';

/**
 * What access tokens must no longer be believed: those of a session, or those issued up to that moment that a person was given, or that are
 * for acting in a tenant. One of the three is named.
 */
export const revocation = z.object({
  sessionId: id<SessionId>().nullable(),
  userId: id<UserId>().nullable(),
  // Not said by whoever is of an older version.
  tenantId: id<TenantId>().nullable().default(null),
  revokedAt: z.coerce.date(),
});
export type Revocation = z.infer<typeof revocation>;

/** Reads what PostgreSQL and Redis carry. Null for what is none. */
export function readRevocation(message: string): Revocation | null {
  try {
    return revocation.parse(JSON.parse(message));
  } catch {
    return null;
  }
}

/** What of an access token says whether it was revoked. */
export interface TokenFacts {
  readonly sessionId: SessionId;
  readonly userId: UserId;
  /** The tenant it is for acting in. */
  readonly tenantId: TenantId | null;
  readonly issuedAt: Date;
}

/** What a gateway asks of whoever follows revocations for it. */
export interface FollowedRevocations {
  /** Refuses UNAUTHENTICATED for a revoked token, and INTERNAL for any when it has been unknown for too long which ones are. */
  requireUnrevoked(token: VerifiedToken): void;
  /** Throws when revocations cannot be followed at this moment. */
  requireUp(): void;
}

export interface RevocationsOptions {
  readonly clock: Clock;
  /** How long a revocation is kept: as long as a token lives that it could be about. */
  readonly keptMs: number;
  /** How many are kept one by one. */
  readonly entriesMax?: number;
}

/** Tokens live on for as long as clocks may differ; so do the revocations. */
const clockDriftMs = 60_000;

/** How long revocations matter where access tokens live so long. */
export function revocationsKeptMs(accessTokenTtlSeconds: number): number {
  return accessTokenTtlSeconds * 1_000 + clockDriftMs;
}

/**
 * The revocations a process knows of, in memory: looked at before every request of a person. Each is dropped when no token it is about
 * can be alive. When there are more than it keeps one by one, the older half becomes one moment up to which no token at all is believed:
 * everybody else then needs one refresh, and nobody who was signed out comes back in.
 */
export class Revocations {
  readonly #sessions = new Map<SessionId, number>();
  readonly #people = new Map<UserId, number>();
  readonly #tenants = new Map<TenantId, number>();
  readonly #clock: Clock;
  readonly #keptMs: number;
  readonly #entriesMax: number;
  #everybodyUpTo = -Infinity;

  constructor({ clock, keptMs, entriesMax = 100_000 }: RevocationsOptions) {
    this.#clock = clock;
    this.#keptMs = keptMs;
    this.#entriesMax = entriesMax;
  }

  /** How many revocations are kept one by one. */
  get size(): number {
    return this.#sessions.size + this.#people.size + this.#tenants.size;
  }

  /** Takes note of a revocation. Heard of more than once, and in any order, it comes to the same. */
  add({ sessionId, userId, tenantId, revokedAt }: Revocation): void {
    const at = revokedAt.getTime();
    if (sessionId !== null) putLast(this.#sessions, sessionId, at);
    if (userId !== null) putLast(this.#people, userId, at);
    if (tenantId !== null) putLast(this.#tenants, tenantId, at);
    this.#dropLapsed();
    if (this.size > this.#entriesMax) this.#foldOlderHalf();
  }

  /** Believes no token that was issued up to a moment, whoever's it is: for when it cannot be known which ones were revoked. */
  revokeEverythingUpTo(moment: Date): void {
    this.#everybodyUpTo = Math.max(this.#everybodyUpTo, moment.getTime());
  }

  /** Whether a token must no longer be believed. */
  includes({ sessionId, userId, tenantId, issuedAt }: TokenFacts): boolean {
    const at = issuedAt.getTime();
    const voidUpTo = Math.max(this.#people.get(userId) ?? -Infinity, tenantId === null ? -Infinity : (this.#tenants.get(tenantId) ?? -Infinity), this.#everybodyUpTo);
    return this.#sessions.has(sessionId) || at <= voidUpTo;
  }

  #dropLapsed(): void {
    const before = this.#clock.now().getTime() - this.#keptMs;
    dropBefore(this.#sessions, before);
    dropBefore(this.#people, before);
    dropBefore(this.#tenants, before);
  }

  #foldOlderHalf(): void {
    const moments = [...this.#sessions.values(), ...this.#people.values(), ...this.#tenants.values()].sort((a, b) => a - b);
    const median = moments[Math.floor(moments.length / 2)] ?? -Infinity;
    this.revokeEverythingUpTo(new Date(median));
    for (const [key, at] of this.#sessions) if (at <= median) this.#sessions.delete(key);
    for (const [key, at] of this.#people) if (at <= median) this.#people.delete(key);
    for (const [key, at] of this.#tenants) if (at <= median) this.#tenants.delete(key);
  }
}

/** Keeps the later moment, and puts it behind all others. */
function putLast<Key>(entries: Map<Key, number>, key: Key, at: number): void {
  const known = entries.get(key) ?? -Infinity;
  entries.delete(key);
  entries.set(key, Math.max(known, at));
}

/** They stand in the order they came, which is nearly that of time: the first that still matters ends the search. */
function dropBefore<Key>(entries: Map<Key, number>, before: number): void {
  for (const [key, at] of entries) {
    if (at >= before) return;
    entries.delete(key);
  }
}
