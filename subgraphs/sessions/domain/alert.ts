import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import { z } from 'zod';

/** How much each kind of alert matters. */
export const severities = {
  MULTIPLE_FAILED_LOGINS: 'HIGH',
  DISTRIBUTED_LOGIN_ATTEMPTS: 'CRITICAL',
  NEW_IP_LOGIN: 'MEDIUM',
  UNUSUAL_LOGIN_TIME: 'LOW',
  BACKUP_CODE_USED: 'MEDIUM',
  PASSWORD_CHANGED: 'MEDIUM',
  TWO_FACTOR_ENABLED: 'LOW',
  TWO_FACTOR_DISABLED: 'HIGH',
  ACCOUNT_LOCKED: 'HIGH',
  REFRESH_REUSED: 'CRITICAL',
} as const;

export type AlertKind = keyof typeof severities;
export type AlertSeverity = (typeof severities)[AlertKind];

/** Whether an alert is mailed the moment it is raised, rather than only shown. */
export function isMailedAtOnce(severity: AlertSeverity): boolean {
  return severity === 'CRITICAL';
}

/** Something out of the ordinary about an account. */
export interface Alert {
  readonly id: string;
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  readonly raisedAt: Date;
  readonly ipAddress: string | null;
}

/** Where a list of alerts goes on: when the last one was raised, and its id. */
export type AlertCursor = readonly [raisedAt: string, id: string];

export const alertCursors = cursorCodec('alerts', z.tuple([cursorMoment, cursorId]), (alert: Alert) => [alert.raisedAt.toISOString(), alert.id]);
