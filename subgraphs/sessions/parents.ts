import type { UserId } from '@kith/kernel/ids.ts';
import type { Alert } from './domain/alert.ts';
import type { Login } from './domain/login.ts';
import type { Session } from './domain/session.ts';

/** What the resolvers of each type are handed. Types that are not named here are handed what the SDL says. */

export type LoginParent = Login;
export type SecurityAlertParent = Alert;
export type SessionParent = Session;
export interface UserParent {
  readonly id: UserId;
}
export interface SecurityParent {
  readonly userId: UserId;
}
