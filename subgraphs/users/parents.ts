import type { Notification } from './domain/notification.ts';
import type { Person } from './domain/person.ts';

/** What the resolvers of each type are handed. Types that are not named here are handed what the SDL says. */

export type UserParent = Person;
export type ProfileParent = Person;
export type NotificationParent = Notification;
export type UserPermissionsParent = Person;
