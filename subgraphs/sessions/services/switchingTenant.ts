import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { Refusal, RequestError } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { letsIn } from '@kith/kernel/tenantSettings.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { requireSignedIn } from '@kith/kernel/viewer.ts';
import { tenantsEnd } from '../domain/refreshToken.ts';
import type { Session } from '../domain/session.ts';
import type { Membership } from '../domain/signInDecision.ts';
import { failureOfStatus, membershipIn } from '../domain/signInDecision.ts';
import type { Standing } from '../domain/standing.ts';
import { powersIn } from '../domain/standing.ts';
import type { SessionTenantSwitchInput, UserErrorCode } from '../generated/resolvers.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import type { KnownSession } from '../stores/sessionLife.ts';
import { findOwnSession, keepSession } from '../stores/sessionLife.ts';
import { holdStanding } from '../stores/standing.ts';
import type { Asking, TokenPair } from './openingSession.ts';
import { accessTokenFor } from './openingSession.ts';
import { refusalOf } from './refusingLogin.ts';

/** What going on in another tenant brings. The refresh token of the session stays what it is. */
export interface SwitchedSession extends Pick<TokenPair, 'accessToken' | 'expiresAt' | 'viewer'> {
  readonly session: Session;
}

/**
 * Has the viewer's session go on in another tenant they belong to. What they may do there is read here and now, and held still meanwhile.
 * Refuses TENANT_UNKNOWN, alike for a tenant that is not there and one they do not belong to, ADDRESS_NOT_ALLOWED, and UNAUTHENTICATED, also
 * for a session that has ended or is older than the tenant allows.
 */
export async function switchTenant(parts: SessionsParts, asking: Asking, viewer: Viewer, input: SessionTenantSwitchInput): Promise<SwitchedSession> {
  const { userId, tenantId: actingIn, sessionId } = requireSignedIn(viewer);
  const now = parts.clock.now();
  const key = await parts.keys.current(); // may be read from the database, so not while a connection is held
  return parts.database.transaction({ userId, tenantId: actingIn }, async (tx) => {
    const standing = await requireStanding(tx, userId);
    const membership = requireOpenMembership(standing, asking, input.tenant);
    const known = await findOwnSession(tx, sessionId);
    if (known === null || known.expiresAt <= now) throw ended();
    const session = await moveSession(tx, asking, known, membership, now);
    const [from, to] = [known.tenantId, membership.tenantId];
    if (from !== to) await announce(tx, eventOf('session.tenant_switched', { occurredAt: now, userId, tenantId: to, requestId: asking.requestId }, { sessionId, from, to }));
    return { ...(await accessTokenFor(parts, key, session, powersIn(standing, to), now)), session };
  });
}

async function requireStanding(tx: Transaction, userId: UserId): Promise<Standing> {
  const standing = await holdStanding(tx, userId);
  if (standing === null || failureOfStatus(standing.status) !== null) throw ended();
  return standing;
}

function requireOpenMembership(standing: Standing, { client }: Asking, slug: string): Membership {
  const membership = membershipIn(standing, slug);
  if (membership === undefined) throw new Refusal<UserErrorCode>('TENANT_UNKNOWN', 'You do not belong to a tenant of this name.', ['input', 'tenant']);
  if (!letsIn(membership.settings, client.address)) throw refusalOf('ADDRESS_NOT_ALLOWED');
  return membership;
}

/** Moves a session into a tenant, where it lives no longer than that lets it. */
async function moveSession(tx: Transaction, { client }: Asking, known: KnownSession, { tenantId, settings }: Membership, now: Date): Promise<KnownSession> {
  const expiresAt = tenantsEnd(known.createdAt, settings.sessionMinutesMax, known.expiresAt);
  if (expiresAt <= now) throw new RequestError('UNAUTHENTICATED', 'This session is older than the tenant allows. Sign in to it again.');
  const moved = await keepSession(tx, known, { lastSeenAt: now, expiresAt, ipAddress: client.address ?? known.ipAddress, tenantId });
  if (moved === null) throw ended();
  return moved;
}

function ended(): RequestError {
  return new RequestError('UNAUTHENTICATED', 'The session has ended. Sign in again.');
}
