import { statement } from '@kith/drizzle/connection.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { notificationPreferences, notificationSettings } from '@kith/drizzle/tables/notifications.ts';
import { people, preferences } from '@kith/drizzle/tables/users.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, eq, ne, sql } from 'drizzle-orm';
import type { Recipient } from '../domain/delivery.ts';
import type { ChannelChoice, Digest, NotificationChoices, NotificationPreferencesChange } from '../domain/notificationPreferences.ts';
import { viewerBlocks } from './listing.ts';

/** What stands in the tables about how a person wants to be told of things. */
interface ChoicesRow {
  readonly choices: readonly ChannelChoice[];
  readonly quietFrom: string | null;
  readonly quietTo: string | null;
  readonly digest: Digest;
}

const choicesColumns = (userId: ReturnType<typeof sql>) => ({
  choices: sql<ChannelChoice[]>`(select coalesce(jsonb_agg(jsonb_build_object('type', c.type, 'channel', c.channel, 'enabled', c.enabled)), '[]') from ${notificationPreferences} c where c.user_id = ${userId})`,
  quietFrom: sql<string | null>`to_char(${notificationSettings.quietFrom}, 'HH24:MI')`,
  quietTo: sql<string | null>`to_char(${notificationSettings.quietTo}, 'HH24:MI')`,
  digest: sql<Digest>`coalesce(${notificationSettings.digest}, 'NONE')`,
});

/** How people want to be told of things, by person: a row for everybody who is asked about. */
export const notificationChoicesByPerson = statement<ChoicesRow & { userId: UserId }>('notification choices by person', (db) =>
  db
    .select({ userId: sql<UserId>`parent.id`, ...choicesColumns(sql`parent.id`) })
    .from(sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`)
    .leftJoin(notificationSettings, eq(notificationSettings.userId, sql`parent.id`))
    .prepare('notification_choices_by_person'),
);

/** Puts a row into the shape the rules know. */
export function choicesOf({ choices, quietFrom, quietTo, digest }: ChoicesRow): NotificationChoices {
  return { choices, quietHours: quietFrom === null || quietTo === null ? null : { from: quietFrom, to: quietTo }, digest };
}

/** Somebody who is to be told something, in their scope. Null when they are gone. */
export async function findRecipient(tx: Transaction, userId: UserId): Promise<Recipient | null> {
  const [row] = await tx
    .select({ timeZone: preferences.timeZone, mayBeMailed: sql<boolean>`${people.emailVerifiedAt} is not null`, ...choicesColumns(sql`${people.id}`) })
    .from(people)
    .innerJoin(preferences, eq(preferences.userId, people.id))
    .leftJoin(notificationSettings, eq(notificationSettings.userId, people.id))
    .where(and(eq(people.id, userId), ne(people.status, 'DELETED')));
  return row === undefined ? null : { timeZone: row.timeZone, mayBeMailed: row.mayBeMailed, ...choicesOf(row) };
}

/** Whether whoever the transaction speaks for has blocked somebody. */
export async function hasBlocked(tx: Transaction, personId: UserId): Promise<boolean> {
  const [row] = await tx.select({ blocked: sql<boolean>`blocked` }).from(sql`(select ${viewerBlocks(sql`${personId}::uuid`)} as blocked) as asked`);
  return row?.blocked === true;
}

/** Changes how a person wants to be told of things, in their scope. */
export async function changeNotificationPreferences(tx: Transaction, userId: UserId, { choices, quietHours, digest }: NotificationPreferencesChange, at: Date): Promise<void> {
  if (choices.length > 0) {
    await tx
      .insert(notificationPreferences)
      .values(choices.map((choice) => ({ userId, ...choice })))
      .onConflictDoUpdate({ target: [notificationPreferences.userId, notificationPreferences.type, notificationPreferences.channel], set: { enabled: sql`excluded.enabled` } });
  }
  const settings = {
    ...(quietHours === undefined ? {} : { quietFrom: quietHours?.from ?? null, quietTo: quietHours?.to ?? null }),
    ...(digest === undefined ? {} : { digest }),
  };
  if (Object.keys(settings).length === 0) return;
  const set = { ...settings, updatedAt: at };
  await tx.insert(notificationSettings).values({ userId, ...set }).onConflictDoUpdate({ target: notificationSettings.userId, set });
}
