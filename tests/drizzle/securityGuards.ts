import { subgraphSchemas } from './catalogue.ts';
import type { Catalogue } from './planted.ts';

// A table without row-level security must be named here, with the reason.
const withoutRowLevelSecurity: readonly string[] = [
  // Belongs to no tenant and to no person. Only the sessions subgraph is granted anything on it, and the keys are encrypted.
  'sessions.signing_keys',
  // Holds the names of the logs. Nobody but the owner of the database is granted anything on it.
  'kith.monthly_logs',
];

// A policy of another shape than one equality on the tenant must be named here, with the reason.
const policiesOfAnotherShape: readonly string[] = [
  // Whoever signs in opens a session for themselves only. Checked on insert alone, so no index has to serve it; the tenant may be null.
  'opened_by_oneself on sessions.sessions: user_id = (select kith.current_user_id()) and not (tenant_id is distinct from (select kith.current_tenant_id()))',
  // The history is a person's own, in whatever tenant they tried.
  'oneself on sessions.login_history: user_id = (select kith.current_user_id())',
  // Failed attempts are written down before it is known who knocks. Insert only.
  'anybody_knocks on sessions.login_history: true',
  // Found by the hash of a secret, or of an address, before it is known who asks. Only the hash leads to the row, and only this subgraph gets there.
  'by_secret on sessions.refresh_tokens: true',
  'by_secret on sessions.two_factor_challenges: true',
  'by_secret on sessions.password_resets: true',
  'by_secret on sessions.reset_requests: true',
  'by_secret on sessions.lockouts: true',
  'by_address on users.verification_codes: true',
  // Written and never read by requests: what was voided for whom, and who changed whose standing. Insert only.
  'anybody on sessions.revocations: true',
  'anybody_changes on users.status_changes: true',
  // Alerts are a person's own; the tenant in them is where it happened.
  'oneself on sessions.alerts: user_id = (select kith.current_user_id())',
  // So are notifications, whatever tenant they are about.
  'oneself on users.notifications: user_id = (select kith.current_user_id())',
];

/** Names the tables, partitions too, that row-level security does not hold for everybody, their owner included. */
export async function tablesWithoutForcedSecurity(sql: Catalogue): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select format('%s.%s', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any (${[...subgraphSchemas, 'kith']}) and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)
    order by 1`;
  return rows.map(({ name }) => name).filter((name) => !withoutRowLevelSecurity.includes(name));
}

interface Policy {
  readonly name: string;
  readonly table: string;
  /** The column the tenant stands in; null on a table that is not scoped to one. */
  readonly tenantColumn: string | null;
  readonly condition: string;
}

/** Names the policies for login roles that are wider or more complicated than one equality on the tenant, on tables scoped to one. */
export async function policiesBeyondOneEquality(sql: Catalogue): Promise<string[]> {
  const policies = await sql<Policy[]>`
    select p.polname as name, format('%s.%s', n.nspname, c.relname) as table, condition,
           case when n.nspname = 'tenants' and c.relname = 'tenants' then 'id'
                when exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') then 'tenant_id' end as "tenantColumn"
    from pg_policy p
    join pg_class c on c.oid = p.polrelid
    join pg_namespace n on n.oid = c.relnamespace
    cross join lateral unnest(array[pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)]) condition
    where condition is not null and p.polroles <> array['kith_keeper'::regrole::oid] and n.nspname <> 'graphile_worker'
    order by 1, 2`;
  return policies
    .filter(({ tenantColumn, condition }) => (tenantColumn === null ? plain(condition) === 'true' : plain(condition) !== `${tenantColumn} = (select kith.current_tenant_id())`))
    .map(({ name, table, condition }) => `${name} on ${table}: ${plain(condition)}`)
    .filter((policy) => !policiesOfAnotherShape.includes(policy));
}

/** Writes a condition as the migration does: PostgreSQL adds brackets and names to it. */
function plain(condition: string): string {
  return condition
    .replaceAll(/ AS \w+/g, '')
    .replaceAll(/\( SELECT ([\w.]+\(\))\)/g, '(select $1)')
    .replaceAll(/\b(AND|NOT|IS DISTINCT FROM)\b/g, (word) => word.toLowerCase())
    .replace(/^\((.*)\)$/, '$1')
    .replaceAll(/(?<!not )\((\w+ = \(select [\w.]+\(\)\))\)/g, '$1')
    .replaceAll(/\(not \((.*)\)\)/g, 'not ($1)');
}

/** Names what makes a role more than one that serves requests: attributes, memberships, possessions. */
export async function overpoweredRoles(sql: Catalogue, roles: readonly string[]): Promise<string[]> {
  const rows = await sql<{ finding: string }[]>`
    select r.rolname || ' ' || finding as finding
    from pg_roles r
    cross join lateral (
      select 'is a superuser' where r.rolsuper
      union all select 'bypasses row-level security' where r.rolbypassrls
      union all select 'makes roles' where r.rolcreaterole
      union all select 'makes databases' where r.rolcreatedb
      union all select 'replicates' where r.rolreplication
      union all select 'is a member of ' || m.roleid::regrole from pg_auth_members m where m.member = r.oid
      union all select 'owns ' || pg_describe_object(d.classid, d.objid, d.objsubid)
        from pg_shdepend d
        where d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid and d.deptype = 'o' and d.dbid in (0, (select oid from pg_database where datname = current_database()))
      union all select 'may create in schema ' || n.nspname from pg_namespace n where has_schema_privilege(r.oid, n.oid, 'CREATE')
    ) findings (finding)
    where r.rolname = any (${[...roles]})
    order by 1`;
  return rows.map(({ finding }) => finding);
}

interface Grant {
  readonly role: string;
  readonly table: string;
  readonly schema: string;
  readonly partition: boolean;
  readonly privilege: string;
}

/** Lists what the roles may do with any table or view outside PostgreSQL's own, be it to a single column. */
export async function grantsTo(sql: Catalogue, roles: readonly string[]): Promise<Grant[]> {
  return sql<Grant[]>`
    select r.role, format('%s.%s', n.nspname, c.relname) as table, n.nspname as schema, c.relispartition as partition, p.privilege
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    cross join unnest(${[...roles]}::text[]) r (role)
    cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']) p (privilege)
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
      and (has_table_privilege(r.role, c.oid, p.privilege)
        or case when p.privilege in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') then has_any_column_privilege(r.role, c.oid, p.privilege) end)
    order by 1, 2, 5`;
}

/** Lists the functions that run with their owner's rights and that a role may call: the ports. */
export async function portsOf(sql: Catalogue, roles: readonly string[]): Promise<string[]> {
  const rows = await sql<{ port: string }[]>`
    select format('%s: %s.%s', r.role, n.nspname, p.proname) as port
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    cross join unnest(${[...roles]}::text[]) r (role)
    where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema') and has_function_privilege(r.role, p.oid, 'EXECUTE')
    order by 1`;
  return rows.map(({ port }) => port);
}
