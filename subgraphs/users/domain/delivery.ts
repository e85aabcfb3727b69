import type { News } from './notification.ts';
import type { Channel, NotificationChoices } from './notificationPreferences.ts';
import { openChannels } from './notificationPreferences.ts';
import { nextDigest, quietUntil } from './quietHours.ts';

/** Somebody who is to be told something, and how they want to be. */
export interface Recipient extends NotificationChoices {
  readonly timeZone: string;
  /** Whether their address was proven: nobody is written to who may be somebody else. */
  readonly mayBeMailed: boolean;
}

/** A way that is not taken at once. */
export interface PutOff {
  readonly channel: Channel;
  readonly dueAt: Date;
}

/** Which ways a piece of news takes now, and which later. */
export interface Delivery {
  readonly now: readonly Channel[];
  readonly later: readonly PutOff[];
}

/** Of what is due at once, so much is named in the mail and pushed. Of the rest the mail tells how much it is. */
export const namedMax = 20;

/**
 * Decides how somebody is told something. The list takes it at once; mail and push messages wait for the end of quiet hours, and mail for
 * the next one that gathers, unless it is urgent.
 */
export function deliveryOf(news: Pick<News, 'type' | 'priority' | 'isMailedAnyway'>, recipient: Recipient, at: Date): Delivery {
  const open = openChannels(recipient, news.type).filter((channel) => channel !== 'EMAIL' || (recipient.mayBeMailed && !news.isMailedAnyway));
  const ways = open.map((channel) => ({ channel, dueAt: news.priority === 3 ? at : dueAt(channel, recipient, at) }));
  return { now: ways.filter((way) => way.dueAt <= at).map(({ channel }) => channel), later: ways.filter((way) => way.dueAt > at) };
}

function dueAt(channel: Channel, { quietHours, digest, timeZone }: Recipient, at: Date): Date {
  if (channel === 'IN_APP') return at;
  const ready = channel === 'EMAIL' && digest !== 'NONE' ? nextDigest(digest, timeZone, at) : at;
  return quietUntil(quietHours, timeZone, ready) ?? ready;
}
