import type { Database } from '@kith/drizzle/database.ts';
import { enterScope } from '@kith/drizzle/database.ts';
import type { TokenParties } from '@kith/kernel/accessToken.ts';
import { issueAccessToken } from '@kith/kernel/accessToken.ts';
import { canonicalLogin } from '@kith/kernel/canonical.ts';
import type { Clock } from '@kith/kernel/clock.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import type { SessionId, UserId } from '@kith/kernel/ids.ts';
import { newId } from '@kith/kernel/ids.ts';
import type { Client } from '@kith/kernel/request.ts';
import { v7 } from 'uuid';
import { readDevice } from '../domain/device.ts';
import type { Session } from '../domain/session.ts';
import type { Account, LoginFailure, SignInDecision } from '../domain/signInDecision.ts';
import { decideSignIn } from '../domain/signInDecision.ts';
import type { UserErrorCode } from '../generated/resolvers.ts';
import { addLogin, addSession, findAccount, findMemberships, findPasswordHash } from '../stores/signingIn.ts';
import type { PasswordHashing } from './passwordHashing.ts';
import { passwordLengthMax } from './passwordHashing.ts';
import type { SigningKeys } from './signingKeys.ts';

/** What signing in works with. */
export interface SigningInParts {
  readonly database: Database;
  readonly passwords: PasswordHashing;
  readonly keys: SigningKeys;
  readonly parties: TokenParties;
  readonly accessTokenTtlSeconds: number;
  readonly sessionTtlSeconds: number;
  readonly clock: Clock;
}

/** What signing in brings. */
export interface SignedInSession {
  readonly accessToken: string;
  readonly expiresAt: Date;
  readonly user: { readonly id: UserId };
  readonly session: Session;
}

const loginLengthMax = 255;
const nobody = { userId: null, tenantId: null };
// Asked for in place of an unknown account, so that both cost the same statements.
const nobodysId = '00000000-0000-7000-8000-000000000000' as UserId; // a UUID no person is given

/** Signs a person in and opens a session. Refuses INVALID_CREDENTIALS, ACCOUNT_SUSPENDED, ACCOUNT_BANNED and TENANT_UNKNOWN. */
export async function signIn(parts: SigningInParts, client: Client, input: { login: string; password: string; tenant?: string | null }): Promise<SignedInSession> {
  const tooLong = input.login.length > loginLengthMax || input.password.length > passwordLengthMax;
  const { account, passwordHash } = await lookUp(parts.database, canonicalLogin(tooLong ? '' : input.login));
  const matches = await parts.passwords.matches(tooLong ? '' : input.password, passwordHash);
  const decision = decideSignIn(account, matches, input.tenant ?? null);
  if (decision.failure !== null) return refuse(parts, client, account, decision.failure);
  return openSession(parts, client, decision);
}

async function lookUp(database: Database, login: string): Promise<{ account: Account | null; passwordHash: string | null }> {
  return database.transaction(nobody, async (tx) => {
    const found = await findAccount(tx, login);
    const userId = found?.userId ?? nobodysId;
    await enterScope(tx, { userId, tenantId: null });
    const passwordHash = await findPasswordHash(tx, userId);
    const memberships = await findMemberships(tx, userId);
    return { account: found === null ? null : { ...found, memberships }, passwordHash };
  });
}

async function openSession(parts: SigningInParts, client: Client, { account, tenantId, role }: Extract<SignInDecision, { failure: null }>): Promise<SignedInSession> {
  const { database, keys, clock } = parts;
  const { userId, platformAdministrator } = account;
  const now = clock.now();
  const session = {
    id: newId<SessionId>(now),
    userId,
    tenantId,
    ...readDevice(client.userAgent),
    ipAddress: client.address,
    userAgent: client.userAgent?.slice(0, 500) ?? null,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: new Date(now.getTime() + parts.sessionTtlSeconds * 1_000),
  };
  // Signed before the session is kept: a key that cannot be had then leaves nothing behind.
  const viewer = { kind: 'person' as const, userId, sessionId: session.id, tenantId, role, platformAdministrator };
  const accessToken = await issueAccessToken(await keys.current(), parts.parties, viewer, now, parts.accessTokenTtlSeconds);
  await database.transaction({ userId, tenantId }, async (tx) => {
    await addSession(tx, session);
    await addLogin(tx, { ...attempt(client, now), userId, tenantId, sessionId: session.id });
  });
  return { accessToken, expiresAt: new Date(now.getTime() + parts.accessTokenTtlSeconds * 1_000), user: { id: userId }, session };
}

async function refuse(parts: SigningInParts, client: Client, account: Account | null, failure: LoginFailure): Promise<never> {
  const now = parts.clock.now();
  await parts.database.transaction(nobody, (tx) => addLogin(tx, { ...attempt(client, now), userId: account?.userId ?? null, failure }));
  throw refusalOf(failure);
}

const attempt = (client: Client, now: Date) => ({
  id: v7({ msecs: now.getTime() }),
  occurredAt: now,
  ipAddress: client.address,
  userAgent: client.userAgent?.slice(0, 500) ?? null,
});

function refusalOf(failure: LoginFailure): Refusal<UserErrorCode> {
  switch (failure) {
    case 'UNKNOWN_LOGIN':
    case 'WRONG_PASSWORD':
    case 'ACCOUNT_DELETED':
      return new Refusal('INVALID_CREDENTIALS', 'Login and password do not go together.', ['input']);
    case 'ACCOUNT_SUSPENDED':
      return new Refusal('ACCOUNT_SUSPENDED', 'This account is suspended for a while.');
    case 'ACCOUNT_BANNED':
      return new Refusal('ACCOUNT_BANNED', 'This account is banned.');
    case 'TENANT_UNKNOWN':
      return new Refusal('TENANT_UNKNOWN', 'You do not belong to a tenant of this name.', ['input', 'tenant']);
  }
}
