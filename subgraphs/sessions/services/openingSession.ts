import type { Transaction } from '@kith/drizzle/database.ts';
import { announce } from '@kith/drizzle/announce.ts';
import type { SigningKey } from '@kith/kernel/accessToken.ts';
import { issueAccessToken } from '@kith/kernel/accessToken.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { SessionId, TenantId, UserId } from '@kith/kernel/ids.ts';
import { newId } from '@kith/kernel/ids.ts';
import type { Client } from '@kith/kernel/request.ts';
import type { TenantSettings } from '@kith/kernel/tenantSettings.ts';
import { letsIn } from '@kith/kernel/tenantSettings.ts';
import type { SignedIn } from '@kith/kernel/viewer.ts';
import { v7 } from 'uuid';
import { readDevice } from '../domain/device.ts';
import type { DeviceClaims } from '../domain/fingerprint.ts';
import { fingerprintOf } from '../domain/fingerprint.ts';
import { evidenceOf } from '../domain/knownDevice.ts';
import { absoluteEnd, endOf, hashOfSecret, newRefreshToken, tenantsEnd } from '../domain/refreshToken.ts';
import type { Session } from '../domain/session.ts';
import { failureOfStatus } from '../domain/signInDecision.ts';
import type { Powers } from '../domain/standing.ts';
import { powersIn, rulesIn } from '../domain/standing.ts';
import type { RefreshTokenTransport } from '../generated/resolvers.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { rememberDevice } from '../stores/knownDevices.ts';
import { addRefreshToken } from '../stores/refreshTokens.ts';
import { addLogin, addSession } from '../stores/signingIn.ts';
import { holdStanding } from '../stores/standing.ts';
import { raiseSignInAlerts } from './raisingAlerts.ts';
import { refusalOf } from './refusingLogin.ts';

/** Who asks, and in which request. */
export interface Asking {
  readonly client: Client;
  readonly requestId: string;
}

/** For whom a session is opened, and how. */
export interface Opening {
  readonly userId: UserId;
  /** The tenant to act in; null for none. */
  readonly tenantId: TenantId | null;
  /** Whether it may last 90 days rather than 30. */
  readonly remember: boolean;
  readonly refreshTokenIn: RefreshTokenTransport;
  readonly device: DeviceClaims | null;
}

/** What a session goes on with: a token for the next half hour, and one to get the next pair with. */
export interface TokenPair {
  readonly accessToken: string;
  readonly expiresAt: Date;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: Date;
  readonly refreshTokenIn: RefreshTokenTransport;
  /** Whom the access token is of. */
  readonly viewer: SignedIn;
}

/** What signing in brings. */
export interface SignedInSession extends TokenPair {
  readonly user: { readonly id: UserId };
  readonly session: Session;
}

/** Makes sure, in the transaction that opens a session, that what was proved still holds, and uses it up. Throws a refusal when it does not. */
export type Proof = (tx: Transaction, now: Date) => Promise<void>;

/**
 * Opens a session for somebody who has proved who they are, writes the success into the login history, and raises what is out of the ordinary
 * about it. What they may do is read here and now, and held still meanwhile; so is the proof. Refuses ACCOUNT_SUSPENDED, ACCOUNT_BANNED, INVALID_CREDENTIALS (to a deleted account), TENANT_UNKNOWN and ADDRESS_NOT_ALLOWED.
 */
export async function openSession(parts: SessionsParts, asking: Asking, opening: Opening, proof: Proof): Promise<SignedInSession> {
  const { userId, tenantId, refreshTokenIn } = opening;
  const now = parts.clock.now();
  const refreshToken = newRefreshToken();
  const key = await parts.keys.current(); // may be read from the database, so not while a connection is held
  return parts.database.transaction({ userId, tenantId }, async (tx) => {
    const { powers, rules } = await requireAllowed(tx, asking, opening);
    await proof(tx, now);
    const session = draftSession(parts, asking.client, opening, rules, now);
    await addSession(tx, session);
    await addRefreshToken(tx, { tokenHash: hashOfSecret(refreshToken), sessionId: session.id, userId, issuedAt: now, expiresAt: session.expiresAt });
    const login = attempt(asking.client, now);
    await rememberDevice(tx, userId, evidenceOf(asking.client, opening.device), now);
    await addLogin(tx, { ...login, userId, tenantId, sessionId: session.id });
    await raiseSignInAlerts(tx, { userId, requestId: asking.requestId, ipAddress: asking.client.address, now }, login.id);
    await announce(tx, eventOf('session.signed_in', { occurredAt: now, userId, tenantId, requestId: asking.requestId }, { sessionId: session.id }));
    const accessToken = await accessTokenFor(parts, key, session, powers, now);
    return { ...accessToken, refreshToken, refreshTokenExpiresAt: session.expiresAt, refreshTokenIn, user: { id: userId }, session };
  });
}

/** Issues an access token for a session, which it does not outlive. */
export async function accessTokenFor(
  parts: SessionsParts,
  key: SigningKey,
  session: Pick<Session, 'id' | 'userId' | 'expiresAt'>,
  powers: Powers,
  now: Date,
): Promise<Pick<TokenPair, 'accessToken' | 'expiresAt' | 'viewer'>> {
  const viewer = { kind: 'person' as const, userId: session.userId, sessionId: session.id, ...powers };
  const expiresAt = endOf(now, parts.accessTokenTtlSeconds, session.expiresAt);
  return { accessToken: await issueAccessToken(key, parts.parties, viewer, { issuedAt: now, expiresAt }), expiresAt, viewer };
}

/** The row of the login history for an attempt to sign in, without what came of it. */
export function attempt(client: Client, now: Date) {
  return { id: v7({ msecs: now.getTime() }), occurredAt: now, ipAddress: client.address, userAgent: client.userAgent?.slice(0, 500) ?? null };
}

function draftSession(parts: SessionsParts, client: Client, { userId, tenantId, remember, device }: Opening, { sessionMinutesMax }: TenantSettings, now: Date) {
  const absoluteExpiresAt = tenantsEnd(now, sessionMinutesMax, absoluteEnd(now, remember));
  return {
    id: newId<SessionId>(now),
    userId,
    tenantId,
    ...readDevice(client.userAgent),
    ipAddress: client.address,
    userAgent: client.userAgent?.slice(0, 500) ?? null,
    fingerprint: fingerprintOf(client, device),
    createdAt: now,
    lastSeenAt: now,
    remember,
    absoluteExpiresAt,
    expiresAt: endOf(now, parts.sessionTtlSeconds, absoluteExpiresAt),
  };
}

/** Between the proof and this moment a person may have been suspended, have left the tenant or gone elsewhere, and its rules may have changed. */
async function requireAllowed(tx: Transaction, { client }: Asking, { userId, tenantId }: Opening): Promise<{ powers: Powers; rules: TenantSettings }> {
  const standing = await holdStanding(tx, userId);
  if (standing === null) throw refusalOf('UNKNOWN_LOGIN');
  const failure = failureOfStatus(standing.status);
  if (failure !== null) throw refusalOf(failure);
  const powers = powersIn(standing, tenantId);
  if (powers.tenantId !== tenantId) throw refusalOf('TENANT_UNKNOWN');
  const rules = rulesIn(standing, tenantId);
  if (!letsIn(rules, client.address)) throw refusalOf('ADDRESS_NOT_ALLOWED');
  return { powers, rules };
}
