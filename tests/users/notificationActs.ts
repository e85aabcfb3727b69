import { announce } from '@kith/drizzle/announce.ts';
import type { EventName, EventPayload } from '@kith/kernel/events.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { sendDueNotifications } from '@kith/users/services/sendingDueNotifications.ts';
import type { TestParts } from '../harness/parts.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';

/** A notification as it stands in the database. */
export interface KeptNotification {
  readonly id: string;
  readonly type: string;
  readonly priority: number;
  readonly actorId: string | null;
  readonly tenantId: string | null;
  readonly data: Record<string, unknown>;
  readonly inApp: boolean;
  readonly days: number;
}

/** All that somebody was told, the latest first. */
export async function toldTo({ owner }: TestDatabase, userId: string): Promise<KeptNotification[]> {
  return owner<KeptNotification[]>`
    select id, type, priority, actor_id as "actorId", tenant_id as "tenantId", data, in_app as "inApp", extract(day from expires_at - created_at)::int as days
    from users.notifications where user_id = ${userId} order by created_at desc, id desc`;
}

/** Which ways somebody's notifications were said to take, in the order it was said. */
export async function waysOf({ owner }: TestDatabase, userId: string): Promise<string[][]> {
  const rows = await owner<{ channels: string[] }[]>`select payload -> 'channels' as channels from kith.events where name = 'user.notified' and user_id = ${userId} order by id`;
  return rows.map(({ channels }) => channels);
}

/** Has something happen where nobody runs jobs, and answers its id. */
export async function happens<Name extends EventName>({ users }: TestParts, name: Name, about: { userId?: string | null; tenantId?: string | null }, payload: EventPayload<Name>): Promise<string> {
  const event = eventOf(name, { occurredAt: users.clock.now(), userId: (about.userId ?? null) as UserId | null, tenantId: (about.tenantId ?? null) as TenantId | null, requestId: 'test' }, payload);
  await users.database.transaction({ userId: null, tenantId: null }, (tx) => announce(tx, event));
  return event.id;
}

/** Delivers an event to whoever tells people of things, so many times at once. */
export async function deliver({ consumers }: TestParts, eventId: string, times = 1): Promise<void> {
  const notify = consumers.find(({ name }) => name === 'users.notify');
  if (notify === undefined) throw new Error('nobody tells people of things');
  await Promise.all(Array.from({ length: times }, () => notify.handle(eventId)));
}

/** Has something happen, and whoever it concerns told of it. */
export async function tellOf<Name extends EventName>(parts: TestParts, name: Name, about: { userId?: string | null; tenantId?: string | null }, payload: EventPayload<Name>): Promise<void> {
  await deliver(parts, await happens(parts, name, about, payload));
}

/** Sends what is due at the moment of the clock. */
export async function sendDue({ users }: TestParts): Promise<void> {
  await sendDueNotifications(users);
}

/** Writes so many notifications for somebody, a minute apart. Answers their ids, the latest first. */
export async function makeNotifications({ owner }: TestDatabase, userId: string, count: number, { type = 'LEVEL_REACHED', from = new Date(), actorIds = [] as readonly string[], tenantId = null as string | null } = {}): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, index) => ({
    id: crypto.randomUUID(),
    user_id: userId,
    type,
    priority: 1,
    data: { level: index + 2 },
    actor_id: actorIds[index] ?? null,
    tenant_id: tenantId,
    in_app: true,
    created_at: new Date(from.getTime() - index * 60_000),
    expires_at: new Date(from.getTime() + 86_400_000),
  }));
  await owner`insert into users.notifications ${owner(rows)}`;
  return rows.map(({ id }) => id);
}
