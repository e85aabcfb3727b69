import type { EventName, KithEvent } from '@kith/kernel/events.ts';
import { eventTypes } from '@kith/kernel/events.ts';
import { sql } from 'drizzle-orm';
import type { Transaction } from './database.ts';

/**
 * Writes an event and adds a job for each of its consumers, in the transaction of the change it tells of: all of it is
 * kept, or none. Throws when the payload is not of the event's shape.
 */
export async function announce<Name extends EventName>(tx: Transaction, event: KithEvent<Name>): Promise<void> {
  const { version, payload, consumers } = eventTypes[event.name];
  const checked = JSON.stringify(payload.parse(event.payload));
  await tx.execute(sql`select kith.announce(${event.id}, ${event.name}, ${version}, ${event.occurredAt.toISOString()}::timestamptz, ${event.userId}::uuid,
    ${event.tenantId}::uuid, ${checked}::jsonb, ${event.requestId}, ${sql.param(`{${consumers.join(',')}}`)}::text[])`);
}
