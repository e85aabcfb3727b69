import type { TestDatabase } from '../harness/testDatabase.ts';

// A column by any name it has in a statement: quoted as Drizzle writes it, bare as it stands in SQL written by hand, with or without its table.
const column = String.raw`(?:"?\b[a-z_]+\b"?\.){0,2}"?\b[a-z_]+\b"?`;
const current = String.raw`\(\s*select\s+kith\.current_tenant_id\(\)\s*\)|kith\.current_tenant_id\(\)`;
const value = String.raw`\$\d+(?:::uuid)?|${current}`;
const comparator = String.raw`=|<>|!=|is\s+distinct\s+from|is\s+not\s+distinct\s+from`;
const list = String.raw`\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)`;

/** Names of the tenant's own row in a statement: `tenants.tenants.id`, and the same under an alias. */
function idsOfTenants(text: string): Set<string> {
  const aliases = [...text.matchAll(/(?:from|join|update|into)\s+"?tenants"?\."?tenants"?\s+(?:as\s+)?("?[a-z_]+"?)/gi)].map(([, alias]) => unquoted(alias ?? ''));
  return new Set(['tenants.tenants.id', ...aliases.filter((alias) => !/^(where|on|join|inner|left|right|cross|set|order|limit|for|returning|union|group)$/.test(alias)).map((alias) => `${alias}.id`)]);
}

const unquoted = (name: string): string => name.replaceAll('"', '').trim();
const isTenantId = (name: string): boolean => /(?:^|\.)tenant_id$/.test(unquoted(name));

/** Says whether a comparison narrows rows to a tenant: it sets a tenant's column against a value, or against the tenant's column of another table. */
function narrowsIn(text: string): (left: string, right: string) => boolean {
  const ids = idsOfTenants(text);
  const isValue = (side: string): boolean => new RegExp(`^(?:${value})$`).test(side.trim());
  const isTenant = (side: string): boolean => isTenantId(side) || ids.has(unquoted(side));
  return (left, right) => (isTenant(left) && isValue(right)) || (isValue(left) && isTenant(right)) || (isTenantId(left) && isTenantId(right));
}

/**
 * Makes every condition on the tenant in a statement true of every row. The condition stays as one side of an "or", for a
 * statement has to mention all of its values. What an UPDATE sets is no condition.
 */
export function withoutTenantConditions(text: string): string {
  const narrows = narrowsIn(text);
  const isAmong = new RegExp(String.raw`(${column})\s*(?:=\s*any|not\s+in|in)\s*${list}`, 'gi');
  const compared = new RegExp(String.raw`\((${column}|${value})\s*(?:${comparator})\s*(${value}|${column})\)\s+is\s+not\s+true|(${column}|${value})\s*(?:${comparator})\s*(${value}|${column})`, 'gi');
  return outsideSets(text, (part) =>
    part
      .replaceAll(isAmong, (found: string, left: string) => (isTenantId(left) ? `(${found} or true)` : found))
      .replaceAll(compared, (found: string, ...groups: (string | undefined)[]) => (narrows(groups[0] ?? groups[2] ?? '', groups[1] ?? groups[3] ?? '') ? `(${found} or true)` : found)),
  );
}

/** Changes all of a statement but for what an UPDATE sets. */
function outsideSets(text: string, change: (part: string) => string): string {
  const sets = /\bset\b(?![^\s])[\s\S]*?(?=\bwhere\b|\bfrom\b|\breturning\b|$)/gi;
  let from = 0;
  let changed = '';
  for (const found of text.matchAll(sets)) {
    changed += change(text.slice(from, found.index)) + found[0];
    from = found.index + found[0].length;
  }
  return changed + change(text.slice(from));
}

/** Lists the conditions on a tenant that still count in a statement, found in another way than they are taken out. */
export function tenantConditionsIn(text: string): string[] {
  const narrows = narrowsIn(text);
  const counting = withoutTrue(withoutSets(text)).replaceAll(new RegExp(current, 'gi'), ' kith.current_tenant_id() ');
  const words = counting.replaceAll(/\bin\s*\(/gi, ' in (').replaceAll('=', ' = ').split(/\s+/);
  const plain = words.flatMap((word, index) => {
    const name = word.replace(/^\(+/, '');
    const next = words.slice(index + 1, index + 6).join(' ');
    const among = /^(?:= any\b|in \(|not in \()/i.test(next) && isTenantId(name);
    const against = /^(?:=|<>|!=|is distinct from|is not distinct from) +\(*(\S+)/i.exec(next)?.[1] ?? '';
    return among || narrows(name, against.replace(/(?<!\()[),]+$/, '')) ? [`${word} ${next}`] : [];
  });
  return [...plain, ...unfitConditionsIn(text)];
}

/** Lists conditions on a tenant that have a form which cannot be taken out: they have to be written as comparisons. */
export function unfitConditionsIn(text: string): string[] {
  const bare = withoutTrue(withoutSets(text)).replaceAll('"', '');
  return [
    /\busing\s*\([^)]*\btenant_id\b[^)]*\)/gi, // a join by a name in common
    /\bnatural\s+(?:left\s+|inner\s+)?join\b/gi,
    /(?<![a-z_])\((?=[^()]*,)[^()]*\btenant_id\b[^()]*\)\s*(?:=|<>|in\b)/gi, // a row against a row
    /\b(?!any\b|in\b|values\b)[a-z_]+\([^()]*\btenant_id\b[^()]*\)\s*(?:=|<>|is\b|in\b)/gi, // what a function makes of it
  ].flatMap((form) => [...bare.matchAll(form)].map(([found]) => found));
}

function withoutSets(text: string): string {
  let kept = '';
  outsideSets(text, (part) => {
    kept += part;
    return part;
  });
  return kept;
}

/** Takes out what is true of every row, `(… or true)`, by counting brackets. */
function withoutTrue(text: string): string {
  const end = text.search(/ or true\)/);
  if (end < 0) return text;
  let open = 1;
  let start = end;
  while (open > 0 && start > 0) {
    start -= 1;
    if (text[start] === ')') open += 1;
    if (text[start] === '(') open -= 1;
  }
  return withoutTrue(`${text.slice(0, start)}true${text.slice(end + ' or true)'.length)}`);
}

/** The parameters that a statement holds a tenant's column against as a list: `tenant_id = any($2)`. */
export function listsOfTenantsIn(text: string): number[] {
  return [...text.matchAll(/"?(?:tenant_id|tenants"?\."?id)"?\s*=\s*any\s*\(\$(\d+)/gi)].map(([, number]) => Number(number));
}

/** The tables and views that hold rows of tenants, as they stand in statements. */
export async function tenantScopedRelations({ owner }: TestDatabase): Promise<string[]> {
  const rows = await owner<{ name: string }[]>`
    select distinct format('"%s"."%s"', n.nspname, c.relname) as name
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('users', 'tenants', 'sessions', 'gamification')
    join pg_attribute a on a.attrelid = c.oid and (a.attname = 'tenant_id' or (n.nspname, c.relname, a.attname) = ('tenants', 'tenants', 'id'))
    where c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition`;
  return rows.map(({ name }) => name);
}

/** Whether a statement names a table or view, quoted or not. */
export function names(text: string, relation: string): boolean {
  const [schema = '', name = ''] = unquoted(relation).split('.');
  return new RegExp(String.raw`"?\b${schema}"?\."?${name}\b"?`).test(text);
}
