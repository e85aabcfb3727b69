import { v7 } from 'uuid';
import type { TestDatabase } from '../../harness/testDatabase.ts';
import type { TestPerson, TestTenant } from '../../harness/world.ts';
import type { TableOfPeople } from '../matrix/tablesOfPeople.ts';

/** What a mutation can be aimed by: names and ids of one person and one tenant, or of nobody. */
export interface Names {
  /** The id of a row of theirs, as in `id('sessions.sessions')`. */
  readonly id: (table: string) => string;
  readonly username: string;
  readonly email: string;
  readonly slug: string;
  /** Something secret that was given to them, or something like it. */
  readonly token: string;
}

/** Names of somebody in another tenant, read off the database. */
export async function namesOf({ owner }: TestDatabase, tables: readonly TableOfPeople[], person: TestPerson, tenant: TestTenant): Promise<Names> {
  const ids = new Map<string, string>();
  for (const { name, columns, personColumn, tenantColumn } of tables.filter((table) => table.columns.some((column) => column.name === 'id'))) {
    const [player] = await owner<{ id: string }[]>`select id from gamification.players where user_id = ${person.id} and tenant_id = ${tenant.id}`;
    const isOf = personColumn === 'player_id' ? (player?.id ?? null) : person.id;
    const ofPerson = personColumn === null || name === 'tenants.tenants' ? owner`` : owner`and ${owner(personColumn)} = ${isOf}`;
    const ofTenant = tenantColumn === null ? owner`` : owner`and ${owner(tenantColumn)} = ${tenant.id}`;
    const [row] = await owner<{ id: string }[]>`select id from ${owner(name)} where true ${ofPerson} ${ofTenant} order by id limit 1`;
    if (row !== undefined && columns.length > 0) ids.set(name, row.id);
  }
  const [account] = await owner<{ email: string }[]>`select email from users.people where id = ${person.id}`;
  return {
    id: (table) => {
      const id = ids.get(table);
      if (id === undefined) throw new Error(`${person.username} has no row in ${table}: see tests/isolation/matrix/plantedRows.ts`);
      return id;
    },
    username: person.username,
    email: account?.email ?? person.email,
    slug: tenant.slug,
    token: `a secret given to ${person.username}`,
  };
}

/** Names of nobody and nothing. */
export function namesOfNobody(): Names {
  return { id: () => v7(), username: 'far_nobody', email: 'far_nobody@test.kith.test', slug: 'far-nowhere', token: 'a secret given to far_nobody' };
}
