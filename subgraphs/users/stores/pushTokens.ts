import { statement } from '@kith/drizzle/connection.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { pushTokens } from '@kith/drizzle/tables/notifications.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { PushPlatform, PushToken, PushTokenDraft } from '../domain/pushToken.ts';

/** A device under the person it was asked for. */
export type PushTokenRow = PushToken & ChildRow<UserId>;

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;

const order: SortOrder = {
  keys: [
    { column: sql`${pushTokens.lastUsedAt}`, type: 'timestamptz' },
    { column: sql`${pushTokens.id}`, type: 'uuid' },
  ],
  descending: true,
};

const { id, platform, deviceName, appVersion, tokenEnding, registeredAt, lastUsedAt } = pushTokens;
/** What is shown of a device: never its token. */
const shownColumns = { id, platform, deviceName, appVersion, tokenEnding, registeredAt, lastUsedAt };

const columns = {
  parentId: sql<UserId>`parent.id`,
  id: sql<string>`t.id`,
  platform: sql<PushPlatform>`t.platform`,
  deviceName: sql<string | null>`t.device_name`,
  appVersion: sql<string | null>`t.app_version`,
  tokenEnding: sql<string>`t.token_ending`,
  registeredAt: sql`t.registered_at`.mapWith(registeredAt),
  lastUsedAt: sql`t.last_used_at`.mapWith(lastUsedAt),
};

/** A page of the devices of each of several people, the one used last in front. One sees one's own. */
export const pushTokensOfPeople = pagedStatement<PushTokenRow>('push tokens of people', (db, page) => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  const one = sql`select ${sql.join(Object.values(shownColumns), sql`, `)} from ${pushTokens} where ${pushTokens.userId} = parent.id and ${beyond} order by ${orderBy} limit ${limit}`;
  return db.select(columns).from(sql`${parents} cross join lateral (${one}) as t`).prepare('push_tokens_of_people');
});

/** How many devices each of several people has. */
export const pushTokenCountsOfPeople = statement<{ parentId: UserId; count: number }>('push token counts of people', (db) =>
  db
    .select({ parentId: sql<UserId>`parent.id`, count: sql<number>`t.count` })
    .from(sql`${parents} cross join lateral (select count(${pushTokens.id})::int from ${pushTokens} where ${pushTokens.userId} = parent.id) as t`)
    .prepare('push_token_counts_of_people'),
);

/** A device to be registered. */
export type NewPushToken = Omit<PushTokenDraft, 'token'> & { readonly id: string; readonly tokenHash: Buffer; readonly tokenEncrypted: string; readonly at: Date };

/** What became of a registration. */
export interface Claimed {
  readonly id: string;
  readonly isNew: boolean;
  /** The device under the id it had with somebody else, and with whom. Null when it was nobody else's. */
  readonly taken: { readonly id: string; readonly from: UserId } | null;
}

/** Registers a device for whoever the transaction speaks for, or renews it, by the port of this schema. */
export async function claimPushToken(tx: Transaction, device: NewPushToken): Promise<Claimed> {
  const [row] = await tx
    .select({ id: sql<string>`claimed_id`, isNew: sql<boolean>`is_new`, takenId: sql<string | null>`taken_id`, takenFrom: sql<UserId | null>`taken_from` })
    .from(sql`users.claim_push_token(${device.id}, ${device.tokenHash}, ${device.tokenEncrypted}, ${device.tokenEnding}, ${device.platform}::users.push_platform,
      ${device.deviceName}, ${device.appVersion}, ${device.at.toISOString()}::timestamptz)`);
  if (row === undefined) throw new Error('a registration was neither made nor renewed');
  const { takenId, takenFrom, ...claimed } = row;
  return { ...claimed, taken: takenId === null || takenFrom === null ? null : { id: takenId, from: takenFrom } };
}

/** A device of a person's. */
export async function findPushToken(tx: Transaction, userId: UserId, deviceId: string): Promise<PushToken | null> {
  const [row] = await tx.select(shownColumns).from(pushTokens).where(and(eq(pushTokens.userId, userId), eq(pushTokens.id, deviceId)));
  return row ?? null;
}

/** Removes the devices of a person beyond so many, the ones not used for longest. Answers which. */
export async function removeBeyond(tx: Transaction, userId: UserId, devicesMax: number): Promise<string[]> {
  const beyond = tx.select({ id: pushTokens.id }).from(pushTokens).where(eq(pushTokens.userId, userId)).orderBy(desc(pushTokens.lastUsedAt), desc(pushTokens.id)).offset(devicesMax);
  const removed = await tx.delete(pushTokens).where(inArray(pushTokens.id, beyond)).returning({ id: pushTokens.id });
  return removed.map((row) => row.id);
}

/** Removes a device of a person's. Answers whether it was there. */
export async function removePushToken(tx: Transaction, userId: UserId, deviceId: string): Promise<boolean> {
  const removed = await tx.delete(pushTokens).where(and(eq(pushTokens.userId, userId), eq(pushTokens.id, deviceId))).returning({ id: pushTokens.id });
  return removed.length > 0;
}
