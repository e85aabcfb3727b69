import { cursorValues } from '@kith/drizzle/pagedStatement.ts';
import type { ReadScope } from '@kith/drizzle/readScope.ts';
import type { TenantId, UserId } from '@kith/kernel/ids.ts';
import type { Page, PageArguments } from '@kith/kernel/page.ts';
import { pageOf, pageRequest } from '@kith/kernel/page.ts';
import type { AuditEntry } from '../domain/auditEntry.ts';
import { auditCursors, readAuditFilter } from '../domain/auditEntry.ts';
import type { TenantsLoaders } from '../loaders.ts';
import { auditCount, auditPage, auditParameters, auditVariant } from '../stores/auditLists.ts';

type LogArguments = PageArguments & Parameters<typeof readAuditFilter>[0];

/** Reads a page of a tenant's audit log. Refuses BAD_REQUEST for a page or a filter that cannot be. Who may read it, the field's audience says. */
export async function auditLogOf(reads: ReadScope, tenantId: TenantId, args: LogArguments): Promise<Page<AuditEntry>> {
  const page = pageRequest(args, auditCursors);
  const filter = readAuditFilter(args);
  const variant = auditVariant(filter);
  const parameters = { tenantId, ...auditParameters(filter) };
  const rows = await reads.run(auditPage(page, variant), { ...parameters, ...cursorValues(page) });
  return pageOf(page, rows, auditCursors, async () => (await reads.run(auditCount(variant), parameters))[0]?.count ?? 0);
}

/** Lists what was done to a person in the active tenant. Refuses BAD_REQUEST for a page that cannot be. */
export async function auditAboutPerson(loaders: TenantsLoaders, userId: UserId, args: PageArguments): Promise<Page<AuditEntry>> {
  const page = pageRequest(args, auditCursors);
  const rows = await loaders.auditAboutPerson.load(userId, page);
  return pageOf<AuditEntry, unknown>(page, rows, auditCursors, () => loaders.auditCountAboutPerson.load(userId));
}

/** Lists what a person did in the active tenant. Refuses BAD_REQUEST for a page that cannot be. */
export async function auditByPerson(loaders: TenantsLoaders, userId: UserId, args: PageArguments): Promise<Page<AuditEntry>> {
  const page = pageRequest(args, auditCursors);
  const rows = await loaders.auditByPerson.load(userId, page);
  return pageOf<AuditEntry, unknown>(page, rows, auditCursors, () => loaders.auditCountByPerson.load(userId));
}
