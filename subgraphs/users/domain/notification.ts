import type { EventName, KithEvent, eventTypes } from '@kith/kernel/events.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { cursorCodec, cursorId, cursorMoment } from '@kith/kernel/page.ts';
import { roles } from '@kith/kernel/role.ts';
import { z } from 'zod';

/** The kinds of news a person can be told of. */
export const notificationTypes = [
  'NEW_FOLLOWER',
  'LEVEL_REACHED',
  'SECURITY_ALERT',
  'ROLE_CHANGED',
  'MEMBERSHIP_ENDED',
  'INVITATION_ACCEPTED',
  'ACCOUNT_STATUS_CHANGED',
  'DATA_EXPORT_READY',
] as const;
export type NotificationType = (typeof notificationTypes)[number];

/** 1 can wait, 2 is ordinary, 3 is urgent and keeps no quiet hours. */
export type Priority = 1 | 2 | 3;

/** Ids, numbers and names of states: never a text that somebody wrote. */
export type NotificationData = Readonly<Record<string, string | number>>;

/** Something a person was told. */
export interface Notification {
  readonly id: string;
  readonly type: NotificationType;
  readonly priority: number;
  readonly actorId: UserId | null;
  readonly tenantId: TenantId | null;
  readonly data: NotificationData;
  readonly createdAt: Date;
  readonly readAt: Date | null;
  readonly expiresAt: Date;
}

/** Where a list of notifications goes on: when the last one was made, and its id. */
export type NotificationCursor = readonly [createdAt: string, id: string];

export const notificationCursors = cursorCodec('notifications', z.tuple([cursorMoment, cursorId]), (notification: Notification) => [notification.createdAt.toISOString(), notification.id]);

/** How many notifications can be marked at once, and up to how many unread ones are counted. */
export const markedMax = 200;
export const unreadCountMax = 1_000;

/** What somebody is to be told. */
export interface News {
  readonly recipientId: UserId;
  readonly tenantId: TenantId | null;
  readonly type: NotificationType;
  readonly priority: Priority;
  readonly actorId: UserId | null;
  readonly data: NotificationData;
  /** Whether a mail about it is on its way already, whatever the person chose. */
  readonly isMailedAnyway: boolean;
}

const dayMs = 86_400_000;

/** How long each kind of news stays. */
const lifeDays: Record<NotificationType, number> = {
  NEW_FOLLOWER: 30,
  LEVEL_REACHED: 30,
  SECURITY_ALERT: 180,
  ROLE_CHANGED: 90,
  MEMBERSHIP_ENDED: 90,
  INVITATION_ACCEPTED: 30,
  ACCOUNT_STATUS_CHANGED: 90,
  DATA_EXPORT_READY: 7,
};

/** When a notification disappears by itself. */
export function expiryOf(type: NotificationType, createdAt: Date): Date {
  return new Date(createdAt.getTime() + lifeDays[type] * dayMs);
}

/** Whether a kind of news is not told when its person has blocked whoever brought it about. What becomes of one's account or place is told in any case. */
export function isSilencedByBlock(type: NotificationType): boolean {
  return type === 'NEW_FOLLOWER' || type === 'INVITATION_ACCEPTED';
}

/** The events somebody is told of. */
export type Telling = { [Name in EventName]: 'users.notify' extends (typeof eventTypes)[Name]['consumers'][number] ? Name : never }[EventName];

type Told = Omit<News, 'recipientId' | 'tenantId' | 'isMailedAnyway'> & Partial<News>;

const role = z.enum(roles);
/** Statuses that an administrator puts an account in, or lets it out of; what else becomes of an account has mails of its own. */
const shutOut = z.enum(['SUSPENDED', 'BANNED']);
const alertPriority: Readonly<Record<string, Priority>> = { HIGH: 2, CRITICAL: 3 };

/** What is told of each event, to whomever it is about unless it says otherwise; null where nobody is told. */
const tellings: { readonly [Name in Telling]: (event: KithEvent<Name>) => Told | null } = {
  'user.followed': ({ userId, payload }) => ({ type: 'NEW_FOLLOWER', priority: 1, recipientId: payload.followedId as UserId, tenantId: null, actorId: userId, data: {} }), // the event's payload names a person by it
  'player.level_up': ({ payload }) => ({ type: 'LEVEL_REACHED', priority: 1, actorId: null, data: { level: payload.level } }),
  'session.alert_raised': ({ payload }) => {
    const priority = alertPriority[payload.severity];
    if (priority === undefined) return null;
    return { type: 'SECURITY_ALERT', priority, actorId: null, tenantId: null, data: { alertId: payload.alertId, severity: payload.severity }, isMailedAnyway: payload.severity === 'CRITICAL' };
  },
  'tenant.member_role_changed': ({ payload }) => {
    const { membershipId, actorId } = payload;
    return { type: 'ROLE_CHANGED', priority: 2, actorId: actorId as UserId, data: { membershipId, from: role.parse(payload.from), to: role.parse(payload.to) } }; // the event's payload names a person by it
  },
  'tenant.member_left': ({ userId, payload: { membershipId, actorId } }) =>
    actorId === null || actorId === userId ? null : { type: 'MEMBERSHIP_ENDED', priority: 2, actorId: actorId as UserId, data: { membershipId } }, // the event's payload names a person by it
  // Whoever joins knows it; whoever invited them is told by the event of the invitation.
  'tenant.member_joined': () => null,
  'tenant.invitation_accepted': ({ payload }) => ({ type: 'INVITATION_ACCEPTED', priority: 1, actorId: payload.acceptedById as UserId, data: { invitationId: payload.invitationId } }), // the event's payload names a person by it
  'user.status_changed': ({ payload: { from, to, actorId } }) => {
    const isAboutShuttingOut = shutOut.safeParse(to).success || (to === 'ACTIVE' && shutOut.safeParse(from).success);
    return isAboutShuttingOut ? { type: 'ACCOUNT_STATUS_CHANGED', priority: 2, actorId: actorId as UserId | null, data: { from, to } } : null; // the event's payload names a person by it
  },
  'user.data_export_ready': ({ payload }) => ({ type: 'DATA_EXPORT_READY', priority: 2, actorId: null, tenantId: null, data: { dataExportId: payload.dataExportId } }),
};

/** Says who is told what of an event. Null when nobody is: it was their own doing, of no weight, or about nobody. */
export function newsOf(event: KithEvent<Telling>): News | null {
  const tell = tellings[event.name] as (event: KithEvent<Telling>) => Told | null; // the entry of the event's own name
  const told = tell(event);
  if (told === null) return null;
  const { recipientId = event.userId, ...rest } = told;
  if (recipientId === null || recipientId === rest.actorId) return null;
  return { tenantId: event.tenantId, isMailedAnyway: false, ...rest, recipientId };
}
