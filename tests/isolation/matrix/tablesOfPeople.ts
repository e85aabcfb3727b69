import type { TestDatabase } from '../../harness/testDatabase.ts';

/** A column, as the canaries need to know it. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  /** First value of an enumeration. */
  readonly firstLabel: string | null;
  /** What it points to. */
  readonly refersTo: string | null;
}

/** A table with rows of people or of tenants. */
export interface TableOfPeople {
  readonly name: string;
  readonly columns: readonly Column[];
  /** The column that says whose a row is, and the one that says of which tenant. */
  readonly personColumn: string | null;
  readonly tenantColumn: string | null;
}

/** Finds every table of the four schemas whose rows are a person's or a tenant's. */
export async function tablesOfPeople({ owner }: TestDatabase): Promise<TableOfPeople[]> {
  const rows = await owner<(Omit<Column, 'name'> & { table: string; column: string })[]>`
    select n.nspname || '.' || c.relname as table, a.attname as column, format_type(a.atttypid, null) as type,
           a.attnotnull and not a.atthasdef and a.attidentity = '' as required,
           (select e.enumlabel from pg_enum e where e.enumtypid = a.atttypid order by e.enumsortorder limit 1) as "firstLabel",
           (select fn.nspname || '.' || f.relname from pg_constraint k join pg_class f on f.oid = k.confrelid join pg_namespace fn on fn.oid = f.relnamespace
            where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any (k.conkey) order by array_length(k.conkey, 1) limit 1) as "refersTo"
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('users', 'tenants', 'sessions', 'gamification')
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relkind in ('r', 'p') and not c.relispartition
    order by n.nspname, c.relname, a.attnum`;
  const tables = Map.groupBy(rows, ({ table }) => table);
  return [...tables]
    .map(([name, columns]) => ({
      name,
      columns: columns.map(({ column, type, required, firstLabel, refersTo }) => ({ name: column, type, required, firstLabel, refersTo })),
      personColumn: name === 'users.people' ? 'id' : columnCalled(columns, ['user_id', 'player_id']) ?? columns.find(({ refersTo }) => refersTo === 'users.people')?.column ?? null,
      tenantColumn: name === 'tenants.tenants' ? 'id' : columnCalled(columns, ['tenant_id']),
    }))
    .filter(({ personColumn, tenantColumn }) => personColumn !== null || tenantColumn !== null);
}

function columnCalled(columns: readonly { readonly column: string }[], names: readonly string[]): string | null {
  return names.find((name) => columns.some(({ column }) => column === name)) ?? null;
}

/** Whether a column can hold something that is recognised wherever it shows. */
export function holdsText({ type }: Pick<Column, 'type'>): boolean {
  return ['text', 'text[]', 'character varying', 'inet'].includes(type.replace(/\(\d+\)/, ''));
}
