import { auditedTenants, readAuditLog } from '@kith/drizzle/auditReading.ts';
import type { AuditedAct } from '@kith/drizzle/auditLog.ts';
import { appendAudit } from '@kith/drizzle/auditLog.ts';
import type { AuditReport, VerifyingOptions } from '@kith/drizzle/auditLogVerification.ts';
import { verifyAuditLog } from '@kith/drizzle/auditLogVerification.ts';
import { configuredDatabase } from '@kith/drizzle/configuredDatabase.ts';
import type { Database } from '@kith/drizzle/database.ts';
import { parseConfig } from '@kith/kernel/config.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import { makeLog } from '@kith/kernel/log.ts';
import { recordKeys } from '@kith/kernel/recordKeys.ts';
import type { TenantsParts } from '@kith/tenants/tenantsParts.ts';
import { tenantsParts, tenantsSettings } from '@kith/tenants/tenantsParts.ts';
import { v7 } from 'uuid';
import { recordKey, testEnvironment } from '../harness/settings.ts';
import type { TestClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { aTenant } from '../harness/world.ts';

/** The keys of the tests. */
export const records = recordKeys(recordKey);

/** A log of its own, of a tenant made for it. */
export interface TestLog {
  readonly tenantId: TenantId;
  readonly slug: string;
  /** Adds so many entries, one after the other. */
  append(count: number, act?: Partial<AuditedAct>, userId?: string | null): Promise<void>;
  verify(options?: VerifyingOptions): Promise<AuditReport>;
  /** How it differs from what was written, if it does. */
  difference(options?: VerifyingOptions): Promise<{ kind: string; seq: number | null } | null>;
}

let made = 0;

/** Makes a tenant and the ways to its log. */
export async function aLog(database: TestDatabase, as: Database): Promise<TestLog> {
  made += 1;
  const { id, slug } = await aTenant(`log-${made}`).withAdmin(`keeper${made}`).in(database);
  const tenantId = id as TenantId; // made as one
  const verify: TestLog['verify'] = (options) => readAuditLog(database.owner, tenantId, (log) => verifyAuditLog(records, tenantId, log, options));
  return {
    tenantId,
    slug,
    append: (count, act = {}, userId = v7()) => appendTo(as, tenantId, count, act, userId),
    verify,
    async difference(options) {
      const { difference } = await verify(options);
      return difference === null ? null : { kind: difference.kind, seq: difference.seq };
    },
  };
}

/** Adds so many entries to the log of a tenant, one after the other, by somebody. */
export async function appendTo(as: Database, tenantId: string, count: number, act: Partial<AuditedAct>, userId: string | null): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await as.transaction({ userId: userId as UserId | null, tenantId: tenantId as TenantId }, (tx) => appendAudit(tx, records, { ...anAct(index), ...act })); // ids like any
  }
}

/** Something that may have been done. */
export function anAct(index = 0): AuditedAct {
  return {
    at: new Date(),
    action: 'user.suspend',
    targetType: 'user',
    targetId: v7(),
    before: { status: 'ACTIVE', reason: null },
    after: { status: 'SUSPENDED', reason: `for reason ${index}`, suspendedUntil: new Date() },
    client: { address: '2001:DB8::17', userAgent: 'Lynx/2.8' },
    requestId: `request-${index}`,
  };
}

/** What the services of tenants work with, and what they log. */
export function partsOfTenants(database: TestDatabase, clock: TestClock): { parts: TenantsParts; logged: { msg: string; jws?: string; tenantId?: string }[] } {
  const config = parseConfig(testEnvironment(database.url), tenantsSettings);
  const logged: { msg: string }[] = [];
  const log = makeLog({ name: 'tests', level: 'info', format: 'json', destination: { write: (line) => void logged.push(JSON.parse(line) as { msg: string }) } }); // pino's own lines
  return { parts: tenantsParts(config, configuredDatabase(config, 'tenants'), clock, log), logged };
}

/** Whether every log of a database holds. */
export async function brokenLogs(database: TestDatabase): Promise<string[]> {
  const broken: string[] = [];
  for (const { id, slug } of await auditedTenants(database.owner)) {
    const { difference } = await readAuditLog(database.owner, id, (log) => verifyAuditLog(records, id, log));
    if (difference !== null) broken.push(`${slug}: ${difference.what}`);
  }
  return broken;
}
