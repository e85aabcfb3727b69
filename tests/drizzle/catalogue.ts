import type { Catalogue } from './planted.ts';

/** The schemas the four subgraphs keep their rows in. */
export const subgraphSchemas = ['users', 'tenants', 'sessions', 'gamification'] as const;

interface Column {
  readonly relation: string;
  readonly name: string;
  readonly shape: string;
  readonly default: string | null;
}

/** The columns and primary keys of every table, a line each. Partitions are not told apart from their table. */
export async function tablesIn(sql: Catalogue): Promise<string[]> {
  const columns = await sql<Column[]>`
    select c.oid::regclass::text as relation, a.attname as name,
           format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else ' null' end as shape,
           pg_get_expr(d.adbin, d.adrelid) as default
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace::regnamespace::text = any (${[...subgraphSchemas]}) and c.relkind in ('r', 'p') and not c.relispartition
    order by c.oid, a.attnum`;
  const lines: string[] = [];
  for (const column of columns) {
    lines.push(`table ${column.relation}: ${column.name} ${column.shape}${await defaultOf(sql, column)}`);
  }
  return [...lines, ...(await primaryKeysIn(sql))];
}

async function defaultOf(sql: Catalogue, column: Column): Promise<string> {
  if (column.default === null) return '';
  const [row] = await sql.unsafe<{ value: unknown }[]>(`select to_jsonb(${column.default}) as value`);
  return ` default ${JSON.stringify(row?.value)}`;
}

async function primaryKeysIn(sql: Catalogue): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select format('table %s: primary key (%s)', c.conrelid::regclass, string_agg(a.attname, ', ' order by k.place)) as line
    from pg_constraint c
    join pg_class t on t.oid = c.conrelid
    cross join unnest(c.conkey) with ordinality k (attnum, place)
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum
    where c.contype = 'p' and c.connamespace::regnamespace::text = any (${[...subgraphSchemas]}) and not t.relispartition
    group by c.oid, c.conrelid`;
  return rows.map(({ line }) => line);
}

/** The columns of every view, a line each: as nullable as the table columns they show, and nullable where they show none. */
export async function viewsIn(sql: Catalogue): Promise<string[]> {
  const views = await sql<{ name: string; definition: string }[]>`
    select c.oid::regclass::text as name, pg_get_viewdef(c.oid) as definition
    from pg_class c
    where c.relnamespace::regnamespace::text = any (${[...subgraphSchemas]}) and c.relkind in ('v', 'm')`;
  const lines: string[] = [];
  for (const { name, definition } of views) lines.push(...(await viewLines(sql, name, definition)));
  return lines;
}

// A view's own columns say nothing of null. What its query shows unaltered PostgreSQL traces back to table and column when it describes it.
async function viewLines(sql: Catalogue, view: string, definition: string): Promise<string[]> {
  const { columns } = await sql.unsafe(definition).describe();
  const lines: string[] = [];
  const described = columns as readonly { name: string; type: number; table: number; number: number }[]; // as PostgreSQL sends them: the types leave two out
  for (const { name, type, table, number } of described) {
    const [found] = await sql<{ shape: string }[]>`
      select coalesce((select format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else ' null' end from pg_attribute where attrelid = ${table} and attnum = ${number}),
                      format_type(${type}, null) || ' null') as shape`;
    lines.push(`view ${view}: ${name} ${found?.shape}`);
  }
  return lines;
}

/** The values of every enum, a line each. */
export async function enumsIn(sql: Catalogue): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select format('enum %s.%s: %s', n.nspname, t.typname, string_agg(e.enumlabel, ', ' order by e.enumsortorder)) as line
    from pg_type t
    join pg_namespace n on n.oid = t.typnamespace
    join pg_enum e on e.enumtypid = t.oid
    where n.nspname = any (${[...subgraphSchemas, 'kith']})
    group by n.nspname, t.typname`;
  return rows.map(({ line }) => line);
}
