import { z } from 'zod';
import type { TestDatabase } from '../harness/testDatabase.ts';

const column = String.raw`"[a-z_]+"(?:\."[a-z_]+")*`;
const isTenant = (name: string): boolean => name.endsWith('"tenant_id"') || name === '"tenants"."tenants"."id"';
const comparison = String.raw`(${column})\s+(?:=|<>|is distinct from|is not distinct from)\s+(\$\d+(?:::uuid)?|${column})`;
// With what is said of the comparison's outcome, where something is.
const condition = new RegExp(String.raw`\(${comparison}\) is not true|${comparison}`, 'g');

/** Whether a comparison narrows rows to a tenant: it sets a tenant's column against a value, or against the tenant's column of another table. */
function narrows(left: string, right: string): boolean {
  return isTenant(left) && (right.startsWith('$') || right.endsWith('"tenant_id"')) && !(left === '"tenants"."tenants"."id"' && right.startsWith('"'));
}

/**
 * Makes every condition on the tenant in a statement true of every row. The condition stays as one side of an "or", for a
 * statement has to mention all of its values.
 */
export function withoutTenantConditions(text: string): string {
  return text.replaceAll(condition, (found: string, ...groups: unknown[]) => {
    const [deniedLeft, deniedRight, left, right] = z.tuple([z.string().optional(), z.string().optional(), z.string().optional(), z.string().optional()]).parse(groups.slice(0, 4));
    return narrows(deniedLeft ?? left ?? '', deniedRight ?? right ?? '') ? `(${found} or true)` : found;
  });
}

/** Lists the conditions on a tenant that still count in a statement, found in another way than they are taken out. */
export function tenantConditionsIn(text: string): string[] {
  const counting = text.replaceAll(/\([^()]*(?:\([^()]*\)[^()]*)* or true\)/g, 'true');
  const words = counting.split(/\s+/);
  return words.flatMap((word, index) => {
    const name = word.replace(/^\(+/, '');
    const next = words.slice(index + 1, index + 5).join(' ');
    const against = /^(?:=|<>|is distinct from|is not distinct from) \(*(\S+)/.exec(next)?.[1] ?? '';
    return narrows(name, against.replace(/[),]+$/, '')) ? [`${word} ${next}`] : [];
  });
}

/** The tables and views that hold rows of tenants, as they stand in statements. */
export async function tenantScopedRelations({ owner }: TestDatabase): Promise<string[]> {
  const rows = await owner<{ name: string }[]>`
    select distinct format('"%s"."%s"', n.nspname, c.relname) as name
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('users', 'tenants', 'sessions', 'gamification')
    join pg_attribute a on a.attrelid = c.oid and (a.attname = 'tenant_id' or (n.nspname, c.relname, a.attname) = ('tenants', 'tenants', 'id'))
    where c.relkind in ('r', 'p', 'v') and not c.relispartition`;
  return rows.map(({ name }) => name);
}
