import { randomBytes } from 'node:crypto';
import type postgres from 'postgres';
import { encryptField } from '@kith/kernel/fieldEncryption.ts';
import { v7 } from 'uuid';
import { encryptionKeys } from '../../harness/settings.ts';
import type { TestDatabase } from '../../harness/testDatabase.ts';
import { mintCanary } from './mintedCanary.ts';
import type { Column, TableOfPeople } from './tablesOfPeople.ts';
import { holdsText } from './tablesOfPeople.ts';

/** Somebody's place in a tenant, for which rows are made. */
export interface Place {
  readonly userId: string;
  readonly tenantId: string;
}

const dayMs = 86_400_000;

/** A table into which no row could be planted, and what PostgreSQL said to it. */
export type Unplanted = Record<string, string>;

/** Tables whose rows would change what the graph does, rather than what it shows: revoke tokens, hide people from each other, do away with them, break a chain it goes on. */
const leftAlone = /\.(revocations|.*blocks|.*deletions|.*erasures|audit_heads)$/;

// The key the tests configure: what does not open is a fault.
const keys = new Map([[1, Buffer.from(encryptionKeys.slice('1:'.length), 'base64')]]);

/** What a row needs beside what its columns ask for, where a constraint or whoever reads it says so. */
const suited: Readonly<Record<string, (place: Place) => Readonly<Record<string, Value>>>> = {
  'sessions.login_history': () => ({ failure: 'WRONG_PASSWORD' }),
  'users.data_exports': () => ({ state: 'READY', ready_at: new Date(), expires_at: new Date(Date.now() + dayMs), document: mintCanary({ name: 'document', type: 'text' })[0] ?? null }),
  'users.notifications': () => ({ in_app: true }),
  'users.phone_numbers': ({ userId }) => ({ number_encrypted: encryptField(keys, `users.phone_numbers.number:${userId}`, '+351912345678') }),
  'users.push_tokens': () => ({ token_ending: 'kith' }),
};

/**
 * Makes a row in every table of people for everybody who has none, of whatever fits the columns: a table that comes along tomorrow
 * is filled without a word about it here. Answers where that did not work.
 */
export async function plantRows({ owner }: TestDatabase, tables: readonly TableOfPeople[], places: readonly Place[]): Promise<Unplanted> {
  const unplanted: Unplanted = {};
  await owner.begin(async (tx) => {
    for (const table of tables.filter(({ name }) => !leftAlone.test(name))) {
      for (const place of places) {
        if (await hasRow(tx, table, place)) continue;
        const problem = (await inserted(tx, table, place, 'full')) && (await inserted(tx, table, place, 'bare'));
        if (problem !== null) unplanted[table.name] = problem;
      }
    }
  });
  return unplanted;
}

/** Inserts a row with all the text it can hold, or with what it must hold alone. Answers what is wrong, or null. */
async function inserted(tx: Sql, table: TableOfPeople, place: Place, how: 'full' | 'bare'): Promise<string | null> {
  const row = await rowFor(tx, table, place, how);
  return tx
    .savepoint((inner) => inner`insert into ${inner(table.name)} ${inner(row)}`)
    .then(() => null)
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
}

type Sql = postgres.TransactionSql;

async function personOf(tx: Sql, column: string | null, { userId, tenantId }: Place): Promise<string | null> {
  if (column !== 'player_id') return userId;
  const [player] = await tx<{ id: string }[]>`select id from gamification.players where user_id = ${userId} and tenant_id = ${tenantId}`;
  return player?.id ?? null;
}

async function hasRow(tx: Sql, { name, personColumn, tenantColumn }: TableOfPeople, place: Place): Promise<boolean> {
  const ofPerson = personColumn === null ? tx`` : tx`and ${tx(personColumn)} = ${await personOf(tx, personColumn, place)}`;
  const ofTenant = tenantColumn === null ? tx`` : tx`and ${tx(tenantColumn)} = ${place.tenantId}`;
  const found = await tx`select 1 from ${tx(name)} where true ${ofPerson} ${ofTenant} limit 1`;
  return found.length > 0;
}

type Value = string | number | boolean | Date | Buffer | string[] | object | null;

async function rowFor(tx: Sql, table: TableOfPeople, place: Place, how: 'full' | 'bare'): Promise<Record<string, Value>> {
  const row: Record<string, Value> = {};
  for (const column of table.columns) {
    const value = await valueFor(tx, table, column, place, how);
    if (value !== undefined) row[column.name] = value;
  }
  return { ...row, ...suited[table.name]?.(place) };
}

async function valueFor(tx: Sql, { personColumn, tenantColumn }: TableOfPeople, column: Column, place: Place, how: 'full' | 'bare'): Promise<Value | undefined> {
  if (column.name === tenantColumn) return place.tenantId;
  if (column.name === personColumn) return personOf(tx, personColumn, place);
  if (column.refersTo !== null && column.type === 'uuid' && column.required) return referred(tx, column.refersTo, place);
  if (column.required) return plainValue(column);
  return how === 'full' && holdsText(column) ? mintCanary(column)[0] : undefined;
}

/** Something of the same tenant to point to; of another person where it is a person that is pointed to. */
async function referred(tx: Sql, table: string, { userId, tenantId }: Place): Promise<string | null> {
  if (table === 'users.people') {
    const [other] = await tx<{ id: string }[]>`select user_id as id from tenants.memberships where tenant_id = ${tenantId} and user_id <> ${userId} order by joined_at limit 1`;
    return other?.id ?? null;
  }
  const [same] = await tx.savepoint((inner) => inner<{ id: string }[]>`select id from ${inner(table)} where tenant_id = ${tenantId} order by id limit 1`).catch(() => []);
  return same?.id ?? null;
}

function plainValue({ name, type, firstLabel }: Column): Value | undefined {
  if (firstLabel !== null) return firstLabel;
  if (type === 'uuid') return v7();
  if (holdsText({ type })) return mintCanary({ name, type })[0];
  if (type.startsWith('timestamp')) return /expires|until|ends|due/.test(name) ? new Date(Date.now() + dayMs) : new Date();
  if (type === 'date') return new Date();
  if (type === 'bytea') return randomBytes(32);
  if (type === 'boolean') return false;
  if (type === 'jsonb' || type === 'json') return {};
  if (type.endsWith('[]')) return [];
  return /int|numeric/.test(type) ? 1 : undefined;
}
