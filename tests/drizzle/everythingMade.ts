import { enumsIn, subgraphSchemas, tablesIn, viewsIn } from './catalogue.ts';
import type { Catalogue } from './planted.ts';

/** Everything migrations make, a line each: tables with partitions, views, enums, policies, functions, triggers, indexes, constraints, grants. */
export async function everythingMade(sql: Catalogue): Promise<string[]> {
  const schemas = [...subgraphSchemas, 'kith', 'kith_migrations'];
  const rows = await sql<{ line: string }[]>`
    with relations as (select * from pg_class where relnamespace::regnamespace::text = any (${schemas}))
    select format('schema %s %s %s', nspname, nspowner::regrole, nspacl) as line from pg_namespace where nspname = any (${schemas})
    union all select format('%s %s %s %s', relkind, oid::regclass, relowner::regrole, relacl) from relations
    union all select format('column %s.%s %s', attrelid::regclass, attname, attacl) from pg_attribute where attacl is not null and attrelid in (select oid from relations)
    union all
    select format('policy %s %s %s %s %s %s', polname, polrelid::regclass, polcmd, polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    from pg_policy
    union all
    select format('function %s %s %s %s', oid::regprocedure, proowner::regrole, proacl, md5(prosrc))
    from pg_proc where pronamespace::regnamespace::text = any (${schemas})
    union all select pg_get_triggerdef(oid) from pg_trigger where tgrelid in (select oid from relations) and not tgisinternal
    union all select format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint where conrelid in (select oid from relations)
    union all select pg_get_indexdef(indexrelid) from pg_index where indrelid in (select oid from relations)
    union all select format('applied %s', hash) from kith_migrations.applied
    order by 1`;
  return [...rows.map(({ line }) => line), ...(await tablesIn(sql)), ...(await viewsIn(sql)), ...(await enumsIn(sql))];
}
