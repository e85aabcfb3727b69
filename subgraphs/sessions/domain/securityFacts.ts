import type { UserId } from '@kith/kernel/ids.ts';

/** How a person proves who they are, without any of their secrets. */
export interface SecurityFacts {
  readonly userId: UserId;
  readonly twoFactorEnabled: boolean;
  /** Null for a person without a password. */
  readonly passwordChangedAt: Date | null;
  /** Null without a second factor, and for everybody but the person. */
  readonly backupCodesLeft: number | null;
}
