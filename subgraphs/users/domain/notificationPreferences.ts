import { Refusal } from '@kith/kernel/errors.ts';
import type { NotificationType } from './notification.ts';
import { notificationTypes } from './notification.ts';
import type { QuietHours } from './quietHours.ts';
import { parseTimeOfDay } from './quietHours.ts';

/** The ways news can take: into the list, by mail, to the devices. */
export const channels = ['IN_APP', 'EMAIL', 'PUSH'] as const;
export type Channel = (typeof channels)[number];

/** Whether mails about what is not urgent are gathered, and how often they go out then. */
export type Digest = 'NONE' | 'DAILY' | 'WEEKLY';

/** A way that a person opened or closed to a kind of news. */
export interface ChannelChoice {
  readonly type: NotificationType;
  readonly channel: Channel;
  readonly enabled: boolean;
}

/** What a person chose, as it is kept. */
export interface NotificationChoices {
  readonly choices: readonly ChannelChoice[];
  readonly quietHours: QuietHours | null;
  readonly digest: Digest;
}

/** Which ways a kind of news may take. */
export interface TypePreference {
  readonly type: NotificationType;
  readonly inApp: boolean;
  readonly email: boolean;
  readonly push: boolean;
}

/** How a person wants to be told of things, as the graph shows it. */
export interface NotificationPreferences {
  readonly types: readonly TypePreference[];
  readonly quietHours: QuietHours | null;
  readonly digest: Digest;
}

/** The ways that are open to whoever chose nothing. */
const defaults: Record<NotificationType, readonly Channel[]> = {
  NEW_FOLLOWER: ['IN_APP', 'PUSH'],
  LEVEL_REACHED: ['IN_APP'],
  SECURITY_ALERT: ['IN_APP', 'EMAIL', 'PUSH'],
  ROLE_CHANGED: ['IN_APP', 'EMAIL', 'PUSH'],
  MEMBERSHIP_ENDED: ['IN_APP', 'EMAIL', 'PUSH'],
  INVITATION_ACCEPTED: ['IN_APP', 'PUSH'],
  ACCOUNT_STATUS_CHANGED: ['IN_APP', 'EMAIL'],
  DATA_EXPORT_READY: ['IN_APP', 'EMAIL'],
};

/** Nothing chosen. */
export const noChoices: NotificationChoices = { choices: [], quietHours: null, digest: 'NONE' };

/** The ways a kind of news may take to somebody. */
export function openChannels({ choices }: Pick<NotificationChoices, 'choices'>, type: NotificationType): Channel[] {
  const chosen = new Map(choices.filter((choice) => choice.type === type).map(({ channel, enabled }) => [channel, enabled]));
  return channels.filter((channel) => chosen.get(channel) ?? defaults[type].includes(channel));
}

/** How a person wants to be told of things, the defaults filled in. */
export function preferencesOf(chosen: NotificationChoices): NotificationPreferences {
  const types = notificationTypes.map((type) => {
    const open = openChannels(chosen, type);
    return { type, inApp: open.includes('IN_APP'), email: open.includes('EMAIL'), push: open.includes('PUSH') };
  });
  return { types, quietHours: chosen.quietHours, digest: chosen.digest };
}

/** What a person wants changed: undefined leaves as it is. */
export interface NotificationPreferencesInput {
  readonly types?: readonly { readonly type: NotificationType; readonly inApp?: boolean | null; readonly email?: boolean | null; readonly push?: boolean | null }[] | null;
  readonly quietHours?: QuietHours | null;
  readonly digest?: Digest | null;
}

/** What changes, checked. */
export interface NotificationPreferencesChange {
  readonly choices: readonly ChannelChoice[];
  /** Undefined leaves them as they are, null is never. */
  readonly quietHours: QuietHours | null | undefined;
  readonly digest: Digest | undefined;
}

/** Reads what is to change in how a person is told of things. Refuses TIME_INVALID. Of a kind that is named twice the last word counts. */
export function draftPreferencesChange({ types, quietHours, digest }: NotificationPreferencesInput): NotificationPreferencesChange {
  const chosen = new Map<string, ChannelChoice>();
  for (const { type, inApp, email, push } of types ?? []) {
    for (const [channel, enabled] of [['IN_APP', inApp], ['EMAIL', email], ['PUSH', push]] as const) {
      if (enabled !== undefined && enabled !== null) chosen.set(`${type} ${channel}`, { type, channel, enabled });
    }
  }
  return { choices: [...chosen.values()], quietHours: quietHours === undefined || quietHours === null ? quietHours : readQuietHours(quietHours), digest: digest ?? undefined };
}

function readQuietHours({ from, to }: QuietHours): QuietHours {
  for (const [name, text] of [['from', from], ['to', to]] as const) {
    if (parseTimeOfDay(text) === null) throw new Refusal('TIME_INVALID', 'A time of day is written as 22:30.', ['input', 'quietHours', name]);
  }
  if (from === to) throw new Refusal('TIME_INVALID', 'Quiet hours begin and end at different times.', ['input', 'quietHours']);
  return { from, to };
}
