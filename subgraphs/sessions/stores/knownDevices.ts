import type { Transaction } from '@kith/drizzle/database.ts';
import { knownDevices, ownSessions, refreshTokens } from '@kith/drizzle/tables/sessions.ts';
import type { SessionId, UserId } from '@kith/kernel/ids.ts';
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import type { DeviceEvidence } from '../domain/knownDevice.ts';
import { knownDeviceRule } from '../domain/knownDevice.ts';

/**
 * Which known device of the person in whose scope the transaction is this is: a name for it that the caller cannot choose, or null when
 * the person has not signed in on it lately.
 */
export async function findKnownDevice(tx: Transaction, { fingerprint, address, refreshTokenHash }: DeviceEvidence, now: Date): Promise<string | null> {
  const since = new Date(now.getTime() - knownDeviceRule.rememberedMs).toISOString();
  const byToken = sql`select 'session ' || s.id from ${refreshTokens} t join ${ownSessions} s on s.id = t.session_id
    where t.token_hash = ${refreshTokenHash} and coalesce(s.revoked_reason, 'SIGNED_OUT') = 'SIGNED_OUT'`;
  const byFingerprint = sql`select 'fingerprint ' || encode(d.fingerprint, 'hex') from ${knownDevices} d
    where d.user_id = (select kith.current_user_id()) and d.fingerprint = ${fingerprint} and d.network = ${networkOf(sql`${address}::inet`)} and d.signed_in_at > ${since}::timestamptz`;
  const [row] = await tx.select({ device: sql<string | null>`device` }).from(sql`(select coalesce((${byToken}), (${byFingerprint})) as device) as known`);
  return row?.device ?? null;
}

/** Remembers that a person signed in on a device, unless that says too little of itself to be known again. */
export async function rememberDevice(tx: Transaction, userId: UserId, { fingerprint, address }: DeviceEvidence, signedInAt: Date): Promise<void> {
  if (fingerprint === null || address === null) return;
  await tx
    .insert(knownDevices)
    .values({ userId, fingerprint, network: sql`${networkOf(sql`${address}::inet`)}`, signedInAt })
    .onConflictDoUpdate({ target: [knownDevices.userId, knownDevices.fingerprint, knownDevices.network], set: { signedInAt } });
}

/** Forgets the devices that one's own sessions were opened on, wherever else they may have been. */
export async function forgetDevicesOf(tx: Transaction, sessionIds: readonly SessionId[]): Promise<void> {
  const list = sql.param(`{${sessionIds.join(',')}}`); // ids need no quotes
  await tx.execute(sql`
    delete from ${knownDevices} d using ${ownSessions} s where s.id = any (${list}::uuid[]) and d.user_id = s.user_id and d.fingerprint = s.fingerprint`);
}

/** Forgets all devices of a person but the one a session was opened on; without one, all. */
export async function forgetOtherDevices(tx: Transaction, userId: UserId, keeping: SessionId | null): Promise<void> {
  await tx.execute(sql`
    delete from ${knownDevices} d
    where d.user_id = ${userId} and not exists (select from ${ownSessions} s where s.id = ${keeping}::uuid and s.fingerprint = d.fingerprint)`);
}

/** An IPv4 address stands for itself, one of IPv6 for the network a provider gives a household. */
const networkOf = (address: SQL) => sql`network(set_masklen(${address}, case family(${address}) when 6 then 64 else 32 end))::inet`;
