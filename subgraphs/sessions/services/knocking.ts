import { enterScope } from '@kith/drizzle/database.ts';
import { canonicalLogin } from '@kith/kernel/canonical.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { DeviceClaims } from '../domain/fingerprint.ts';
import { evidenceOf } from '../domain/knownDevice.ts';
import type { LockoutSubject } from '../domain/lockout.ts';
import type { Account } from '../domain/signInDecision.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { findKnownDevice } from '../stores/knownDevices.ts';
import { findLocked } from '../stores/lockouts.ts';
import type { StoredPassword } from '../stores/passwords.ts';
import { findPassword } from '../stores/passwords.ts';
import { findSecondFactor } from '../stores/secondFactors.ts';
import { findAccount, findMemberships } from '../stores/signingIn.ts';
import { nobodysId } from './failingToSignIn.ts';
import type { Asking } from './openingSession.ts';

/** Who knocks, as far as it is known before the password is looked at. */
export interface Knock {
  readonly account: Account | null;
  readonly password: StoredPassword | null;
  readonly hasSecondFactor: boolean;
  /** What a failure is counted for: of a known device the device alone, else the login and the account behind it. */
  readonly subjects: readonly LockoutSubject[];
  /** Those of them that are locked. */
  readonly locked: readonly LockoutSubject[];
}

const loginLengthMax = 255;

/** Finds out whom a login means and what is known of the device it comes from. The same statements, whether anybody goes by it or not. */
export async function knock(parts: SessionsParts, asking: Asking, login: string, device: DeviceClaims | null): Promise<Knock> {
  // Cut off one sign later than the longest there is: a login that is too long names nobody.
  const loginCanonical = canonicalLogin(login.slice(0, loginLengthMax + 1));
  const evidence = evidenceOf(asking.client, device);
  const now = parts.clock.now();
  return parts.database.transaction({ userId: null, tenantId: null }, async (tx) => {
    const found = await findAccount(tx, loginCanonical);
    const userId = found?.userId ?? nobodysId;
    await enterScope(tx, { userId, tenantId: null });
    const [password, memberships, factor, knownDevice] = await Promise.all([
      findPassword(tx, userId),
      findMemberships(tx, userId),
      findSecondFactor(tx, userId),
      findKnownDevice(tx, evidence, now),
    ]);
    const subjects = subjectsOf(parts, loginCanonical, found?.userId ?? null, knownDevice);
    return {
      account: found === null ? null : { ...found, memberships },
      password,
      hasSecondFactor: (factor?.confirmedAt ?? null) !== null,
      subjects,
      locked: await findLocked(tx, subjects, now),
    };
  });
}

function subjectsOf({ lockouts }: SessionsParts, loginCanonical: string, userId: UserId | null, knownDevice: string | null): LockoutSubject[] {
  if (userId === null) return [lockouts.login(loginCanonical, null), lockouts.nobodysAccount(loginCanonical)];
  return knownDevice === null ? [lockouts.login(loginCanonical, userId), lockouts.account(userId)] : [lockouts.device(userId, knownDevice)];
}
