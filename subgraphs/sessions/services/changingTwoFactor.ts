import type { Transaction } from '@kith/drizzle/database.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { requireSignedIn } from '@kith/kernel/viewer.ts';
import { hashOfBackupCode, newBackupCodes } from '../domain/backupCode.ts';
import type { UserBackupCodesRegenerateInput, UserTwoFactorDisableInput } from '../generated/resolvers.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { findSecondFactor, removeSecondFactor, replaceBackupCodes } from '../stores/secondFactors.ts';
import { voidChallenges } from '../stores/twoFactorChallenges.ts';
import { checkAppCode, checkCode } from './checkingCode.ts';
import type { CodeOutcome, Confirming } from './confirmingIdentity.ts';
import { aboutViewer, confirmPassword, takeCode } from './confirmingIdentity.ts';
import type { Asking } from './openingSession.ts';
import { raiseAlerts } from './raisingAlerts.ts';
import { refusalOf } from './refusingLogin.ts';
import { notSetUp } from './settingUpTwoFactor.ts';

/** Switches the viewer's second factor off. Refuses INVALID_CREDENTIALS, ACCOUNT_LOCKED, CODE_INVALID and TWO_FACTOR_NOT_SET_UP. */
export async function disableTwoFactor(parts: SessionsParts, asking: Asking, viewer: Viewer, input: UserTwoFactorDisableInput): Promise<{ security: { userId: UserId } }> {
  const person = requireSignedIn(viewer);
  const { userId } = person;
  const confirming = { parts, asking, viewer: person };
  await withPasswordAndCode(confirming, input, checkCode, async (tx, now) => {
    await removeSecondFactor(tx, userId);
    await voidChallenges(tx, userId);
    await raiseAlerts(tx, aboutViewer(confirming, now), ['TWO_FACTOR_DISABLED']);
  });
  return { security: { userId } };
}

/** Gives the viewer new backup codes in place of all they had. A backup code does not do for it. Refuses as `disableTwoFactor` does. */
export async function regenerateBackupCodes(parts: SessionsParts, asking: Asking, viewer: Viewer, input: UserBackupCodesRegenerateInput): Promise<{ backupCodes: string[] }> {
  const person = requireSignedIn(viewer);
  const { userId } = person;
  const backupCodes = newBackupCodes();
  await withPasswordAndCode({ parts, asking, viewer: person }, input, checkAppCode, (tx) => replaceBackupCodes(tx, userId, backupCodes.map((code) => hashOfBackupCode(parts.pepper, userId, code))));
  return { backupCodes };
}

/** Acts in the transaction that uses the code up, once the password has been proved: password first, so that nobody without it learns whether there is a second factor. */
async function withPasswordAndCode(
  confirming: Confirming,
  input: { password: string; code: string },
  check: typeof checkCode,
  act: (tx: Transaction, now: Date) => Promise<void>,
): Promise<void> {
  const { parts, viewer } = confirming;
  const { userId, tenantId } = viewer;
  const password = await confirmPassword(confirming, input.password, 'password');
  const outcome = await parts.database.transaction({ userId, tenantId }, async (tx): Promise<CodeOutcome> => {
    const factor = await findSecondFactor(tx, userId);
    if (factor === null || factor.confirmedAt === null) throw notSetUp();
    if (!(await password.hold(tx))) throw refusalOf('WRONG_PASSWORD');
    const taken = await takeCode(tx, confirming, (now) => check(tx, parts, userId, input.code, now));
    if (taken === 'RIGHT') await act(tx, parts.clock.now());
    return taken;
  });
  if (outcome !== 'RIGHT') throw refusalOf(outcome);
}
