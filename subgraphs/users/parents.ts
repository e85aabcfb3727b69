import type { Notification } from './domain/notification.ts';
import type { AccountDeletion } from './domain/accountDeletion.ts';
import type { DataExport } from './domain/dataExport.ts';
import type { FormerUsername } from './domain/formerUsername.ts';
import type { Person } from './domain/person.ts';
import type { PastStatusChange } from './domain/statusHistory.ts';

/** What the resolvers of each type are handed. Types that are not named here are handed what the SDL says. */

export type UserParent = Person;
export type ProfileParent = Person;
export type NotificationParent = Notification;
export type UserPermissionsParent = Person;
export type AccountDeletionParent = AccountDeletion;
export type DataExportParent = DataExport;
export type FormerUsernameParent = FormerUsername;
export type StatusChangeParent = PastStatusChange;
