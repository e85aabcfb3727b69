import { subgraphSchemas } from './catalogue.ts';
import type { Catalogue } from './planted.ts';

/** A row, as to_jsonb writes it. */
type Row = Readonly<Record<string, unknown>>;

/** Every row of every table of the four schemas, by table, in an order of its own. Run as someone policies do not bind. */
export async function databaseContents(sql: Catalogue): Promise<Record<string, Row[]>> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any (${[...subgraphSchemas]}) and c.relkind in ('r', 'p') and not c.relispartition
    order by 1`;
  const contents: Record<string, Row[]> = {};
  for (const { name } of tables) {
    const rows = await sql.unsafe<{ row: Row }[]>(`select to_jsonb(t) as row from ${name} t order by to_jsonb(t)::text collate "C"`);
    contents[name] = rows.map(({ row }) => row);
  }
  return contents;
}
