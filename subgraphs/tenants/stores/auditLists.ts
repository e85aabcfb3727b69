import { statement } from '@kith/drizzle/connection.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { auditEntries } from '@kith/drizzle/tables/audit.ts';
import type { ChildRow } from '@kith/kernel/connectionLoader.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import type { AuditEntry, AuditFilter } from '../domain/auditEntry.ts';

const order: SortOrder = {
  keys: [
    { column: sql`${auditEntries.occurredAt}`, type: 'timestamptz' },
    { column: sql`${auditEntries.id}`, type: 'uuid' },
  ],
  descending: true,
};

const shown = {
  id: auditEntries.id,
  sequence: auditEntries.seq,
  occurredAt: auditEntries.occurredAt,
  actorId: auditEntries.actorId,
  impersonatorId: auditEntries.impersonatorId,
  action: auditEntries.action,
  targetType: auditEntries.targetType,
  targetId: auditEntries.targetId,
  before: sql<AuditEntry['before']>`${auditEntries.before}`,
  after: sql<AuditEntry['after']>`${auditEntries.after}`,
  ipAddress: sql<string | null>`host(${auditEntries.ipAddress})`,
  userAgent: auditEntries.userAgent,
  requestId: auditEntries.requestId,
  digest: sql<string | null>`encode(${auditEntries.digest}, 'hex')`,
  redactedAt: auditEntries.redactedAt,
};

const ofTenant = sql`${auditEntries.tenantId} = ${sql.placeholder('tenantId')}`;

/** What each part of a filter adds. Each combination is a statement of its own, with its own plan. */
const conditions: Readonly<Record<keyof AuditFilter, SQL>> = {
  action: sql`starts_with(${auditEntries.action}, ${sql.placeholder('action')}) and (${auditEntries.action} = ${sql.placeholder('wholeAction')} or ${sql.placeholder('wholeAction')}::text is null)`,
  actorId: sql`${auditEntries.actorId} = ${sql.placeholder('actorId')}`,
  targetUserId: sql`${auditEntries.targetType} = 'user' and ${auditEntries.targetId} = ${sql.placeholder('targetUserId')}`,
  from: sql`${auditEntries.occurredAt} >= ${sql.placeholder('from')}::timestamptz`,
  until: sql`${auditEntries.occurredAt} < ${sql.placeholder('until')}::timestamptz`,
};

/** Which parts of a filter are there, as the name of a variant. */
export function auditVariant(filter: AuditFilter): string {
  return (Object.keys(conditions) as (keyof AuditFilter)[]).filter((part) => filter[part] !== null).join(' '); // the keys of the record above
}

/** The values of a filter for its placeholders. */
export function auditParameters({ action, actorId, targetUserId, from, until }: AuditFilter): Record<string, unknown> {
  const wholeAction = action?.endsWith('.') === true ? null : action;
  return { action, wholeAction, actorId, targetUserId, from: from?.toISOString() ?? null, until: until?.toISOString() ?? null };
}

function matching(variant: string): SQL {
  const parts = variant.split(' ').filter((part) => part !== '') as (keyof AuditFilter)[]; // auditVariant wrote it
  return sql.join([ofTenant, ...parts.map((part) => conditions[part])], sql` and `);
}

/** A page of a tenant's audit log, the latest entry first. */
export const auditPage = pagedStatement<AuditEntry, string>('audit page', (db, page, variant = '') => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  return db
    .select(shown)
    .from(auditEntries)
    .where(sql`${matching(variant)} and ${beyond}`)
    .orderBy(sql`${orderBy} limit ${limit}`)
    .prepare('audit_page');
});

const counts = new Map<string, ReturnType<typeof makeCount>>();
const makeCount = (variant: string) =>
  statement<{ count: number }>('audit count', (db) => db.select({ count: sql<number>`count(*)::int` }).from(auditEntries).where(matching(variant)).prepare('audit_count'));

/** How many entries match a filter. */
export function auditCount(variant: string): ReturnType<typeof makeCount> {
  const known = counts.get(variant) ?? makeCount(variant);
  counts.set(variant, known);
  return known;
}

/** An entry under the person it was asked for. */
export type AuditRow = AuditEntry & ChildRow<UserId>;

const parents = sql`unnest(${sql.placeholder('ids')}::uuid[]) as parent(id)`;
const ofActor = sql`${ofTenant} and ${auditEntries.actorId} = parent.id`;
const aboutTarget = sql`${ofTenant} and ${auditEntries.targetType} = 'user' and ${auditEntries.targetId} = parent.id::text`;

const inLateral = (condition: SQL, rest: SQL): SQL => sql`${parents} cross join lateral (
  select ${sql.join(Object.entries(shown).map(([name, column]) => sql`${column} as ${sql.identifier(name)}`), sql`, `)} from ${auditEntries} where ${condition} ${rest}) as e`;

const rowColumns = {
  parentId: sql<UserId>`parent.id`,
  id: sql<string>`e.id`,
  sequence: sql<number | null>`e.sequence`.mapWith(auditEntries.seq),
  occurredAt: sql`e."occurredAt"`.mapWith(auditEntries.occurredAt),
  actorId: sql<UserId | null>`e."actorId"`,
  impersonatorId: sql<UserId | null>`e."impersonatorId"`,
  action: sql<string>`e.action`,
  targetType: sql<string>`e."targetType"`,
  targetId: sql<string>`e."targetId"`,
  before: sql<AuditEntry['before']>`e.before`,
  after: sql<AuditEntry['after']>`e.after`,
  ipAddress: sql<string | null>`e."ipAddress"`,
  userAgent: sql<string | null>`e."userAgent"`,
  requestId: sql<string>`e."requestId"`,
  digest: sql<string | null>`e.digest`,
  redactedAt: sql<Date | null>`e."redactedAt"`.mapWith(auditEntries.redactedAt),
};

const pageUnder = (name: string, condition: SQL) =>
  pagedStatement<AuditRow>(name, (db, page) => {
    const { beyond, orderBy, limit } = pageClauses(order, page);
    return db.select(rowColumns).from(inLateral(sql`${condition} and ${beyond}`, sql`order by ${orderBy} limit ${limit}`)).prepare(name.replaceAll(' ', '_'));
  });

const countUnder = (name: string, condition: SQL) =>
  statement<{ parentId: UserId; count: number }>(name, (db) =>
    db
      .select({ parentId: sql<UserId>`parent.id`, count: sql<number>`e.count` })
      .from(sql`${parents} cross join lateral (select count(*)::int from ${auditEntries} where ${condition}) as e`)
      .prepare(name.replaceAll(' ', '_')),
  );

/** A page of what was done to each of several people in the active tenant, the latest first. */
export const auditAboutPeople = pageUnder('audit about people', aboutTarget);
export const auditCountsAboutPeople = countUnder('audit counts about people', aboutTarget);

/** A page of what each of several people did in the active tenant, the latest first. */
export const auditByPeople = pageUnder('audit by people', ofActor);
export const auditCountsByPeople = countUnder('audit counts by people', ofActor);
