import type { Notification, NotificationData, NotificationType } from './notification.ts';

/** A notification in words. */
export interface NotificationWords {
  readonly title: string;
  readonly body: string;
}

/** Whatever says something, in its type and data. */
type Wordless = Pick<Notification, 'type' | 'data'>;

const roleWords: Readonly<Record<string, string>> = {
  GUEST: 'a guest',
  USER: 'an ordinary member',
  CREATOR: 'a creator',
  VERIFIED_CREATOR: 'a verified creator',
  MODERATOR: 'a moderator',
  ADMIN: 'an administrator',
  SYSTEM: 'a service',
};

const statusWords: Readonly<Record<string, NotificationWords>> = {
  SUSPENDED: { title: 'Your account was suspended', body: 'An administrator suspended your account for a while. It is opened again by itself.' },
  BANNED: { title: 'Your account was banned', body: 'An administrator banned your account, until one lifts it.' },
  ACTIVE: { title: 'Your account is open again', body: 'You can sign in and use your account as before.' },
};
const anyStatus: NotificationWords = { title: 'Your account changed', body: 'Where your account stands has changed.' };

const words: Record<NotificationType, (data: NotificationData) => NotificationWords> = {
  NEW_FOLLOWER: () => ({ title: 'Somebody follows you', body: 'You have a new follower.' }),
  LEVEL_REACHED: ({ level }) => ({ title: `You reached level ${level}`, body: `Your experience has taken you to level ${level}.` }),
  SECURITY_ALERT: () => ({ title: 'Something unusual about your account', body: 'Something out of the ordinary happened to your account. Look at your alerts to see whether it was you.' }),
  ROLE_CHANGED: ({ to }) => ({ title: 'You have another role', body: `You are now ${roleWords[String(to)] ?? 'something else'} in a tenant.` }),
  MEMBERSHIP_ENDED: () => ({ title: 'You belong to a tenant no longer', body: 'Somebody who runs a tenant of yours took you out of it.' }),
  INVITATION_ACCEPTED: () => ({ title: 'Your invitation was accepted', body: 'Somebody you invited has joined.' }),
  ACCOUNT_STATUS_CHANGED: ({ to }) => statusWords[String(to)] ?? anyStatus,
  DATA_EXPORT_READY: () => ({ title: 'The document about you is ready', body: 'Everything that is kept about you stands in one document now. It can be read for 7 days.' }),
};

/** Puts a notification into words, in English. */
export function wordsOf({ type, data }: Wordless): NotificationWords {
  return words[type](data);
}
