import type { Transaction } from '@kith/drizzle/database.ts';
import { enterScope } from '@kith/drizzle/database.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { decryptField, encryptField } from '@kith/kernel/fieldEncryption.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { letsIn } from '@kith/kernel/tenantSettings.ts';
import { endOf, hashOfSecret, mayRetry, newRefreshToken, parseRefreshToken, tenantsEnd } from '../domain/refreshToken.ts';
import type { Session } from '../domain/session.ts';
import { failureOfStatus } from '../domain/signInDecision.ts';
import type { Standing } from '../domain/standing.ts';
import { powersIn, rulesIn } from '../domain/standing.ts';
import type { SessionRefreshInput, UserErrorCode } from '../generated/resolvers.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import type { RefreshTokenRow } from '../stores/refreshTokens.ts';
import { addRefreshToken, claimRefreshToken, findRefreshToken } from '../stores/refreshTokens.ts';
import type { KnownSession } from '../stores/sessionLife.ts';
import { findOwnSession, keepSession } from '../stores/sessionLife.ts';
import { holdStanding } from '../stores/standing.ts';
import { answerReuse } from './answeringReuse.ts';
import type { Asking, TokenPair } from './openingSession.ts';
import { accessTokenFor } from './openingSession.ts';
import { refusalOf } from './refusingLogin.ts';

/** What exchanging a refresh token brings. */
export interface RefreshedSession extends TokenPair {
  readonly session: Session;
}

const nobody = { userId: null, tenantId: null };

/**
 * Exchanges a refresh token, from the input or else from the cookie, for the next pair of tokens, which say what the person may do now. Used
 * again within 10 seconds it brings the same successor; used again later it ends the session. Refuses REFRESH_TOKEN_INVALID, and
 * ADDRESS_NOT_ALLOWED, which uses nothing up.
 */
export async function refresh(parts: SessionsParts, asking: Asking, input: SessionRefreshInput): Promise<RefreshedSession> {
  const given = input.refreshToken ?? null;
  const token = parseRefreshToken(given ?? asking.client.refreshCookie);
  if (token === null) throw invalid();
  const now = parts.clock.now();
  const key = await parts.keys.current(); // may be read from the database, so not while a connection is held
  const exchanged = await parts.database.transaction(nobody, async (tx) => {
    const used = await useToken(tx, parts, token, now);
    if (used.successor === null) return answerReuse(tx, asking, used.row, now);
    const standing = await requireStanding(tx, used.row.userId);
    const { known, latest } = await requireAllowed(tx, asking, standing, used.row, now);
    const session = used.first ? await rotate(tx, parts, asking, { known, latest, successor: used.successor }, now) : known;
    if (session === null) throw invalid();
    const accessToken = await accessTokenFor(parts, key, session, powersIn(standing, session.tenantId), now);
    return { ...accessToken, refreshToken: used.successor, refreshTokenExpiresAt: session.expiresAt, session };
  });
  if (exchanged === null) throw invalid();
  return { ...exchanged, refreshTokenIn: given === null ? 'COOKIE' : 'PAYLOAD' };
}

/** A token that was presented. Without a successor it was used before, and too long ago. */
interface UsedToken {
  readonly row: RefreshTokenRow;
  readonly successor: string | null;
  /** Whether this was its first use. */
  readonly first: boolean;
}

async function useToken(tx: Transaction, { encryptionKeys }: SessionsParts, token: string, now: Date): Promise<UsedToken> {
  const tokenHash = hashOfSecret(token);
  // The successor is kept for whoever asks again because the answer was lost. Bound to the hash, it opens on no other row.
  const place = `sessions.refresh_tokens.successor:${tokenHash.toString('base64url')}`;
  const successor = newRefreshToken();
  const claimed = await claimRefreshToken(tx, tokenHash, { usedAt: now, successorEncrypted: encryptField(encryptionKeys, place, successor) });
  if (claimed !== null) return { row: claimed, successor, first: true };
  const row = await findRefreshToken(tx, tokenHash);
  if (row === null || row.usedAt === null || row.expiresAt <= now) throw invalid();
  const kept = mayRetry(row.usedAt, now) ? row.successorEncrypted : null;
  return { row, successor: kept === null ? null : decryptField(encryptionKeys, place, kept), first: false };
}

/** What a person may do now, in whose scope the rest of the transaction is. */
async function requireStanding(tx: Transaction, userId: UserId): Promise<Standing> {
  await enterScope(tx, { userId, tenantId: null });
  const standing = await holdStanding(tx, userId);
  if (standing === null || failureOfStatus(standing.status) !== null) throw invalid();
  return standing;
}

/** A session that may go on, and until when by the rules of this moment. */
interface AllowedSession {
  readonly known: KnownSession;
  readonly latest: Date;
}

/** What is thrown here takes the use of the token back along with the transaction. */
async function requireAllowed(tx: Transaction, { client }: Asking, standing: Standing, { sessionId }: RefreshTokenRow, now: Date): Promise<AllowedSession> {
  const known = await findOwnSession(tx, sessionId);
  if (known === null) throw invalid();
  const rules = rulesIn(standing, known.tenantId);
  if (!letsIn(rules, client.address)) throw refusalOf('ADDRESS_NOT_ALLOWED');
  const latest = tenantsEnd(known.createdAt, rules.sessionMinutesMax, known.absoluteExpiresAt);
  if (latest <= now) throw invalid();
  return { known, latest };
}

/** Keeps the session alive and gives it its next token. Null when it has been ended. */
async function rotate(tx: Transaction, parts: SessionsParts, { client }: Asking, going: AllowedSession & { successor: string }, now: Date): Promise<KnownSession | null> {
  const { known, latest, successor } = going;
  const use = { lastSeenAt: now, expiresAt: endOf(now, parts.sessionTtlSeconds, latest), ipAddress: client.address ?? known.ipAddress, tenantId: known.tenantId };
  const session = await keepSession(tx, known, use);
  if (session !== null) await addRefreshToken(tx, { tokenHash: hashOfSecret(successor), sessionId: known.id, userId: known.userId, issuedAt: now, expiresAt: session.expiresAt });
  return session;
}

function invalid(): Refusal<UserErrorCode> {
  return new Refusal('REFRESH_TOKEN_INVALID', 'This refresh token cannot be used. Sign in again.', ['input', 'refreshToken']);
}
