import { findAddressee } from '@kith/drizzle/mails.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { encryptField } from '@kith/kernel/fieldEncryption.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { requireSignedIn } from '@kith/kernel/viewer.ts';
import { toString as drawQrCode } from 'qrcode';
import { hashOfBackupCode, newBackupCodes } from '../domain/backupCode.ts';
import { appUrl, newAppSecret, stepOfCode } from '../domain/oneTimeCode.ts';
import { setUpLifeMs } from '../domain/secondFactor.ts';
import type { UserErrorCode, UserTwoFactorConfirmInput, UserTwoFactorSetUpInput } from '../generated/resolvers.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import { beginSecondFactor, confirmSecondFactor, findSecondFactor, replaceBackupCodes } from '../stores/secondFactors.ts';
import { appSecretOf, appSecretPlace } from './checkingCode.ts';
import { aboutViewer, confirmPassword, settlePassword, wrongPassword } from './confirmingIdentity.ts';
import type { Asking } from './openingSession.ts';
import { raiseAlerts } from './raisingAlerts.ts';
import { refusalOf } from './refusingLogin.ts';

/** What an authenticator app is set up with. */
export interface AppSetUp {
  readonly secret: string;
  readonly otpauthUrl: string;
  readonly qrCode: string;
  readonly expiresAt: Date;
}

/**
 * Begins to set up the viewer's second factor, in place of one begun before. It asks for nothing until `confirmTwoFactor`. Refuses
 * INVALID_CREDENTIALS, ACCOUNT_LOCKED and TWO_FACTOR_ENABLED.
 */
export async function setUpTwoFactor(parts: SessionsParts, asking: Asking, viewer: Viewer, input: UserTwoFactorSetUpInput): Promise<AppSetUp> {
  const person = requireSignedIn(viewer);
  const { userId, tenantId } = person;
  const confirming = { parts, asking, viewer: person };
  const password = await confirmPassword(confirming, input.password, 'password');
  const secret = newAppSecret();
  const secretEncrypted = encryptField(parts.encryptionKeys, appSecretPlace(userId), secret);
  const expiresAt = new Date(parts.clock.now().getTime() + setUpLifeMs);
  const accountName = await parts.database.transaction({ userId, tenantId }, async (tx) => {
    if (!(await password.hold(tx))) throw wrongPassword('password');
    await settlePassword(tx, confirming);
    if (!(await beginSecondFactor(tx, { userId, secretEncrypted, setupExpiresAt: expiresAt }))) {
      throw new Refusal<UserErrorCode>('TWO_FACTOR_ENABLED', 'The second factor is on already. Switch it off first to use another app.');
    }
    return (await findAddressee(tx, userId))?.email ?? 'account';
  });
  const otpauthUrl = appUrl(secret, accountName);
  const picture = await drawQrCode(otpauthUrl, { type: 'svg', errorCorrectionLevel: 'M' });
  return { secret, otpauthUrl, qrCode: `data:image/svg+xml;base64,${Buffer.from(picture).toString('base64')}`, expiresAt };
}

/** Switches the viewer's second factor on with a first code of the app, and gives them backup codes. Refuses CODE_INVALID, CODE_EXPIRED and TWO_FACTOR_NOT_SET_UP. */
export async function confirmTwoFactor(parts: SessionsParts, asking: Asking, viewer: Viewer, input: UserTwoFactorConfirmInput): Promise<{ backupCodes: string[] }> {
  const person = requireSignedIn(viewer);
  const { userId, tenantId } = person;
  const now = parts.clock.now();
  const backupCodes = newBackupCodes();
  await parts.database.transaction({ userId, tenantId }, async (tx) => {
    const factor = await findSecondFactor(tx, userId);
    if (factor === null || factor.confirmedAt !== null) throw notSetUp();
    if (factor.setupExpiresAt <= now) throw new Refusal<UserErrorCode>('CODE_EXPIRED', 'The 10 minutes for setting it up are over. Begin again.');
    const step = stepOfCode(appSecretOf(parts, factor), input.code, now, factor.lastStep);
    if (step === null) throw refusalOf('WRONG_CODE');
    if (!(await confirmSecondFactor(tx, factor, step, now))) throw notSetUp();
    await replaceBackupCodes(tx, userId, backupCodes.map((code) => hashOfBackupCode(parts.pepper, userId, code)));
    await raiseAlerts(tx, aboutViewer({ parts, asking, viewer: person }, now), ['TWO_FACTOR_ENABLED']);
  });
  return { backupCodes };
}

/** The refusal when there is no second factor to speak of. */
export function notSetUp(): Refusal<UserErrorCode> {
  return new Refusal('TWO_FACTOR_NOT_SET_UP', 'The second factor has not been set up.');
}
