import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { findAddressee } from '@kith/drizzle/mails.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { SessionId, UserId } from '@kith/kernel/ids.ts';
import type { PasswordFloor } from '@kith/kernel/passwordFloor.ts';
import { checkPassword, explainPassword } from '@kith/kernel/passwordRules.ts';
import { passwordFloorOf } from '@kith/kernel/tenantSettings.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { requireSignedIn } from '@kith/kernel/viewer.ts';
import type { UserErrorCode, UserPasswordChangeInput } from '../generated/resolvers.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { forgetOtherDevices } from '../stores/knownDevices.ts';
import { voidResets } from '../stores/passwordResets.ts';
import { changePassword as storePassword } from '../stores/passwords.ts';
import { findMemberships } from '../stores/signingIn.ts';
import { voidChallenges } from '../stores/twoFactorChallenges.ts';
import { confirmPassword, settlePassword, wrongPassword } from './confirmingIdentity.ts';
import { endSessions } from './endingSessions.ts';
import type { Asking } from './openingSession.ts';
import { raiseAlerts } from './raisingAlerts.ts';

/** Changes the viewer's password and ends their other sessions. Refuses INVALID_CREDENTIALS, ACCOUNT_LOCKED and PASSWORD_TOO_WEAK. */
export async function changePassword(parts: SessionsParts, asking: Asking, viewer: Viewer, input: UserPasswordChangeInput): Promise<{ user: { id: UserId } }> {
  const person = requireSignedIn(viewer);
  const { userId, tenantId, sessionId } = person;
  const confirming = { parts, asking, viewer: person };
  const { version } = await confirmPassword(confirming, input.currentPassword, 'currentPassword');
  requireStrong(input.newPassword, await parts.database.transaction({ userId, tenantId }, (tx) => demandsOn(tx, userId)));
  const passwordHash = await parts.passwords.hash(input.newPassword);
  const now = parts.clock.now();
  await parts.database.transaction({ userId, tenantId }, async (tx) => {
    if (!(await storePassword(tx, userId, { version, passwordHash, changedAt: now }))) throw wrongPassword('currentPassword');
    await settlePassword(tx, confirming);
    await settleChange(tx, asking, { userId, byReset: false, keeping: sessionId, now });
  });
  return { user: { id: userId } };
}

/** What a person's password must not hold and must have. */
export interface PasswordDemands {
  /** The words they are known by. */
  readonly personal: readonly string[];
  /** What the tenants they belong to ask for, the strictest of each. */
  readonly floor: PasswordFloor;
}

/** Refuses PASSWORD_TOO_WEAK for a new password that breaks a rule, and says which, and what would help. */
export function requireStrong(password: string, { personal, floor }: PasswordDemands): void {
  const verdict = checkPassword(password, personal, floor);
  if (!verdict.accepted) throw new Refusal<UserErrorCode>('PASSWORD_TOO_WEAK', explainPassword(verdict), ['input', 'newPassword']);
}

/** What is asked of a person's new password. */
export async function demandsOn(tx: Transaction, userId: UserId): Promise<PasswordDemands> {
  const addressee = await findAddressee(tx, userId);
  const memberships = await findMemberships(tx, userId);
  return {
    personal: addressee === null ? [] : [addressee.email, addressee.username, addressee.displayName].filter((word) => word !== null),
    floor: passwordFloorOf(memberships.map(({ settings }) => settings)),
  };
}

/** What a new password brings about in its transaction: whatever was proved or promised by the old one is void, and the person is told. */
export async function settleChange(tx: Transaction, asking: Asking, change: { userId: UserId; byReset: boolean; keeping: SessionId | null; now: Date }): Promise<void> {
  const { userId, byReset, keeping, now } = change;
  const subject = { userId, tenantId: null, occurredAt: now, requestId: asking.requestId };
  await voidResets(tx, userId);
  await voidChallenges(tx, userId);
  await endSessions(tx, subject, { allBut: keeping }, byReset ? 'PASSWORD_RESET' : 'PASSWORD_CHANGED');
  await forgetOtherDevices(tx, userId, keeping);
  await raiseAlerts(tx, { userId, requestId: asking.requestId, ipAddress: asking.client.address, now }, ['PASSWORD_CHANGED']);
  await announce(tx, eventOf('user.password_changed', subject, { byReset }));
}
