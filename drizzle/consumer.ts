import type { ConsumerName, EventName, KithEvent } from '@kith/kernel/events.ts';
import { eventTypes } from '@kith/kernel/events.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { sql } from 'drizzle-orm';
import type { Database, Transaction } from './database.ts';

/** Acts on events. */
export interface Consumer {
  readonly name: ConsumerName;
  /** Acts on one event, by its id. Called again for the same one it does nothing. */
  handle(eventId: string): Promise<void>;
}

/** The names of the events a consumer is told of. */
type EventsOf<Name extends ConsumerName> = {
  [Event in EventName]: Name extends (typeof eventTypes)[Event]['consumers'][number] ? Event : never;
}[EventName];

interface EventRow {
  readonly name: EventName;
  readonly version: number;
  readonly occurredAt: Date;
  readonly userId: UserId | null;
  readonly tenantId: TenantId | null;
  readonly payload: unknown;
  readonly requestId: string;
}

/**
 * Makes a consumer. `act` runs in a transaction in the scope of the event, together with the note that this consumer has acted
 * on it: however often an event is delivered, and whenever a process dies, its effect is there exactly once.
 */
export function consumer<Name extends ConsumerName>(name: Name, database: Database, act: (tx: Transaction, event: KithEvent<EventsOf<Name>>) => Promise<void>): Consumer {
  return {
    name,
    async handle(eventId) {
      const event = await findEvent<EventsOf<Name>>(database, eventId);
      // Erased with whom it was about, or older than events are kept: what was to come of it is of no use to anybody any more.
      if (event === null) return;
      await database.transaction({ userId: event.userId, tenantId: event.tenantId }, async (tx) => {
        if (await isFirstTime(tx, name, eventId)) await act(tx, event);
      });
    },
  };
}

async function findEvent<Name extends EventName>(database: Database, eventId: string): Promise<KithEvent<Name> | null> {
  const [row] = await database.transaction({ userId: null, tenantId: null }, (tx) =>
    tx
      .select({
        name: sql<EventName>`name`,
        version: sql<number>`version`,
        occurredAt: sql`occurred_at`.mapWith((text: string) => new Date(text)),
        userId: sql<UserId | null>`user_id`,
        tenantId: sql<TenantId | null>`tenant_id`,
        payload: sql<unknown>`payload`,
        requestId: sql<string>`request_id`,
      })
      .from(sql`kith.event_of_job(${eventId})`),
  );
  return row === undefined ? null : { id: eventId, ...parsed<Name>(row) };
}

function parsed<Name extends EventName>({ payload, version, ...rest }: EventRow): Omit<KithEvent<Name>, 'id'> {
  const type = eventTypes[rest.name];
  if (version !== type.version) throw new Error(`event ${rest.name} of version ${version} cannot be read`);
  return { ...rest, payload: type.payload.parse(payload) } as Omit<KithEvent<Name>, 'id'>; // the payload was parsed by the type that the name stands for
}

async function isFirstTime(tx: Transaction, name: ConsumerName, eventId: string): Promise<boolean> {
  const [row] = await tx.select({ first: sql<boolean>`first` }).from(sql`kith.handle_once(${name}, ${eventId}) as first`);
  return row?.first === true;
}
