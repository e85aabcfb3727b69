import type { Transaction } from '@kith/drizzle/database.ts';
import { decryptField } from '@kith/kernel/fieldEncryption.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { hashOfBackupCode, parseBackupCode } from '../domain/backupCode.ts';
import { stepOfCode } from '../domain/oneTimeCode.ts';
import type { SessionsParts } from '../sessionsParts.ts';
import type { SecondFactorRow } from '../stores/secondFactors.ts';
import { findSecondFactor, hasBackupCode, useBackupCode, useStep } from '../stores/secondFactors.ts';

/** A code that is right, and not yet used up. */
export type RightCode = { readonly by: 'APP'; readonly step: number } | { readonly by: 'BACKUP_CODE'; readonly hash: Buffer };

/** Where the secret of a person's authenticator app is kept: a ciphertext moved to another person's row does not open. */
export function appSecretPlace(userId: UserId): string {
  return `sessions.second_factors.secret:${userId}`;
}

/** The secret of a person's authenticator app, in Base32. */
export function appSecretOf({ encryptionKeys }: SessionsParts, { userId, secretEncrypted }: SecondFactorRow): string {
  return decryptField(encryptionKeys, appSecretPlace(userId), secretEncrypted);
}

/** Checks a code of a person's authenticator app. Null when it is wrong or used, and when they have no confirmed second factor. */
export async function checkAppCode(tx: Transaction, parts: SessionsParts, userId: UserId, code: string, now: Date): Promise<RightCode | null> {
  const factor = await findSecondFactor(tx, userId);
  if (factor === null || factor.confirmedAt === null) return null;
  const step = stepOfCode(appSecretOf(parts, factor), code, now, factor.lastStep);
  return step === null ? null : { by: 'APP', step };
}

/** Checks a code of the app or, when it looks like one, a backup code. */
export async function checkCode(tx: Transaction, parts: SessionsParts, userId: UserId, code: string, now: Date): Promise<RightCode | null> {
  const backupCode = parseBackupCode(code);
  if (backupCode === null) return checkAppCode(tx, parts, userId, code, now);
  const hash = hashOfBackupCode(parts.pepper, userId, backupCode);
  return (await hasBackupCode(tx, userId, hash)) ? { by: 'BACKUP_CODE', hash } : null;
}

/** Uses a code up. Answers true to the one caller who does: of any number at once, in any number of processes, one. */
export async function useCode(tx: Transaction, userId: UserId, code: RightCode, now: Date): Promise<boolean> {
  switch (code.by) {
    case 'APP':
      return useStep(tx, userId, code.step);
    case 'BACKUP_CODE':
      return useBackupCode(tx, userId, code.hash, now);
  }
}
