import type postgres from 'postgres';
import type { TestDatabase } from '../../harness/testDatabase.ts';
import type { Audience, MatrixViewer, Subject } from './audiences.ts';
import { isAmong } from './audiences.ts';
import type { Finding } from './checker.ts';
import { mintCanary, recognised } from './mintedCanary.ts';
import type { Column, TableOfPeople } from './tablesOfPeople.ts';
import { holdsText } from './tablesOfPeople.ts';

/**
 * Who sees what stands in a table, or in one column of it, seen from the person and the tenant of the row. What is not named is
 * seen by nobody: a column that shows and is not here is a finding.
 */
const columnAudiences: Readonly<Record<string, readonly Audience[]>> = {
  'users.people.id': ['SELF', 'TENANT_MEMBERS'],
  'users.people.username': ['SELF', 'TENANT_MEMBERS'],
  'users.people.email': ['SELF', 'TENANT_ADMINS'],
  'users.people.status_reason': ['SELF', 'TENANT_ADMINS'],
  'users.profiles': ['SELF', 'TENANT_MEMBERS'],
  'users.preferences': ['SELF'],
  'users.username_history': ['SELF'],
  'users.status_changes': ['SELF', 'TENANT_ADMINS'],
  'users.notifications': ['SELF'],
  'users.push_tokens': ['SELF'],
  'users.data_exports': ['SELF'],
  'tenants.tenants': ['BELONGING', 'PLATFORM_ADMINISTRATORS'],
  'tenants.tenants.status_reason': ['TENANT_ADMINS', 'PLATFORM_ADMINISTRATORS'],
  'tenants.memberships': ['SELF', 'TENANT_MEMBERS'],
  'tenants.role_changes': ['SELF', 'TENANT_ADMINS'],
  'tenants.invitations': ['SELF', 'TENANT_ADMINS'],
  'tenants.invitations.email_canonical': [],
  'tenants.invitations.message': [],
  'tenants.audit_entries': ['TENANT_ADMINS'],
  'sessions.sessions': ['SELF', 'TENANT_ADMINS'],
  'sessions.sessions.user_agent': [],
  'sessions.login_history': ['SELF'],
  'sessions.alerts': ['SELF'],
  'sessions.known_devices': ['SELF'],
  'gamification.players': ['TENANT_MEMBERS'],
  'gamification.achievements': ['TENANT_MEMBERS'],
};

/** Columns that keep what they hold: the graph decides by it, or people sign in with it. */
const kept = /^(username|slug|password_hash|search_text|role|status|kind|template|type|target_type|target_id|token_prefix|token_ending|.*_canonical|.*_encrypted)$/;

const isPlanted = (column: Column): boolean => holdsText(column) && !kept.test(column.name);

/** Where a canary sits. */
interface Perch {
  readonly column: string;
  readonly subject: Subject;
  readonly who: readonly Audience[];
}

/** Every value that is recognised wherever it shows, and where it comes from. */
export type Canaries = ReadonlyMap<string, readonly Perch[]>;

/** Writes a value that stands nowhere else into every text and every address of every row of a person or a tenant. */
export async function plantCanaries({ owner }: TestDatabase, tables: readonly TableOfPeople[]): Promise<void> {
  await owner.begin(async (tx) => {
    for (const { name, columns } of tables) {
      const planted = columns.filter(isPlanted);
      if (planted.length === 0) continue;
      const rows = await tx<{ place: string; partition: string }[]>`select ctid::text as place, tableoid::regclass::text as partition from ${tx(name)}`;
      for (let { place, partition } of rows) {
        for (const column of planted) {
          for (const value of mintCanary(column)) {
            const moved = await written(tx, partition, column.name, value, place);
            if (moved === null) continue;
            place = moved;
            break;
          }
        }
      }
    }
    // People are found by what their address comes down to.
    await tx`update users.people set email_canonical = lower(email)`;
  });
}

/** Writes a value, and answers where the row is now; null where the column does not take it. */
async function written(tx: postgres.TransactionSql, table: string, column: string, value: string | string[], place: string): Promise<string | null> {
  return tx
    .savepoint(async (inner) => {
      const [row] = await inner<{ place: string }[]>`update ${inner(table)} set ${inner(column)} = ${value} where ctid = ${place}::tid returning ctid::text as place`;
      return row?.place ?? null;
    })
    .catch(() => null);
}

/** Reads off the database what there is to be recognised, and whose it is. */
export async function canariesIn({ owner }: TestDatabase, tables: readonly TableOfPeople[], tenantsOf: (personId: string) => readonly string[]): Promise<Canaries> {
  const players = new Map((await owner<{ id: string; user_id: string }[]>`select id, user_id from gamification.players`).map((player) => [player.id, player.user_id]));
  const invited = new Map((await owner<{ id: string; email_canonical: string }[]>`select id, email_canonical from users.people`).map((person) => [person.email_canonical, person.id]));
  const canaries = new Map<string, Perch[]>();
  for (const { name, columns, personColumn, tenantColumn } of tables) {
    const texts = columns.filter((column) => column.name === 'id' || holdsText(column));
    for (const { row } of await owner<{ row: Record<string, unknown> }[]>`select to_jsonb(t) as row from ${owner(name)} t`) {
      const person = personColumn === null ? null : String(row[personColumn]);
      // An invitation is that of whoever goes by its address.
      const personId = name === 'tenants.invitations' ? (invited.get(String(row['email_canonical'])) ?? null) : person === null ? null : (players.get(person) ?? person);
      const tenantId = tenantColumn === null ? null : row[tenantColumn];
      const subject = { personId, tenantIds: typeof tenantId === 'string' ? [tenantId] : personId === null || tenantColumn !== null ? [] : tenantsOf(personId) };
      for (const { name: column } of texts) {
        const perch = { column: `${name}.${column}`, subject, who: columnAudiences[`${name}.${column}`] ?? columnAudiences[name] ?? [] };
        for (const [word] of JSON.stringify(row[column] ?? null).matchAll(recognised)) canaries.set(word, [...(canaries.get(word) ?? []), perch]);
      }
    }
  }
  return canaries;
}

/** What the cursors of an answer say: they are Base64 of sort keys, for anybody to read. */
function cursorsRead(text: string): string {
  return [...text.matchAll(/"(?:cursor|startCursor|endCursor)":"([^"]+)"/g)].map(([, cursor = '']) => Buffer.from(cursor, 'base64url').toString()).join(' ');
}

/** Searches a whole answer for what its viewer must not see, wherever in it. */
export function canariesSeen(text: string, viewer: MatrixViewer, canaries: Canaries, path: string): Finding[] {
  return [...new Set(`${text} ${cursorsRead(text)}`.match(recognised))].flatMap((word) => {
    const perches = canaries.get(word);
    if (perches === undefined || perches.some(({ who, subject }) => who.some((audience) => isAmong(viewer, audience, subject)))) return [];
    // A copy that nobody reads, such as an address written canonically, is not where it came from.
    const read = perches.filter(({ who }) => who.length > 0);
    const from = new Set((read.length > 0 ? read : perches).map(({ column }) => column));
    return [{ viewer: viewer.name, path, coordinate: [...from].join(', '), seen: word }];
  });
}

/** The columns with text in which no canary sits, although nothing is known against it. */
export function columnsWithoutCanaries(tables: readonly TableOfPeople[], canaries: Canaries): string[] {
  const held = new Set([...canaries].flatMap(([word, perches]) => (/^(kc|198\.)/.test(word) ? perches.map(({ column }) => column) : [])));
  return tables.flatMap(({ name, columns }) => columns.filter(isPlanted).map((column) => `${name}.${column.name}`)).filter((column) => !held.has(column));
}
