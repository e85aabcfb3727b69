import { statement } from '@kith/drizzle/connection.ts';
import type { SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { directoryEntries, people, profiles } from '@kith/drizzle/tables/users.ts';
import type { SQL } from 'drizzle-orm';
import { eq, sql } from 'drizzle-orm';
import type { Person } from '../domain/person.ts';
import { personColumns } from './people.ts';

/** Who is listed, and whether a text is looked for: each combination is a statement of its own, with its own plan. */
export type DirectoryVariant = 'listed' | 'everyone' | 'listed search' | 'everyone search';

const order: SortOrder = {
  keys: [
    { column: sql`${directoryEntries.verified}`, type: 'boolean' },
    { column: sql`${directoryEntries.followerCount}`, type: 'int' },
    { column: sql`${directoryEntries.userId}`, type: 'uuid' },
  ],
  descending: true,
};

function entriesOf(variant: DirectoryVariant): SQL {
  const listed = variant.startsWith('listed') ? sql`and ${directoryEntries.listed}` : sql``;
  const found = variant.endsWith('search') ? sql`and ${directoryEntries.searchText} like lower(${sql.placeholder('pattern')})` : sql``;
  return sql`${directoryEntries.tenantId} = ${sql.placeholder('tenantId')} ${listed} ${found}`;
}

/** A page of a tenant's directory. The page is cut out of the index first, then its people are looked up. */
export const directoryPage = pagedStatement<Person, DirectoryVariant>('directory page', (db, page, variant = 'listed') => {
  const { beyond, orderBy, limit } = pageClauses(order, page);
  return db
    .select({ ...personColumns, inActiveTenant: sql<boolean>`true` })
    .from(
      sql`(select ${directoryEntries.userId}, row_number() over (order by ${orderBy}) as place from ${directoryEntries}
        where ${entriesOf(variant)} and ${beyond} order by ${orderBy} limit ${limit}) as page`,
    )
    .innerJoin(people, eq(people.id, sql`page.user_id`))
    .innerJoin(profiles, eq(profiles.userId, people.id))
    .orderBy(sql`page.place`)
    .prepare('directory_page');
});

const countOf = (variant: DirectoryVariant) =>
  statement<{ count: number }>('directory count', (db) =>
    db.select({ count: sql<number>`count(*)::int` }).from(directoryEntries).where(entriesOf(variant)).prepare('directory_count'),
  );

/** How many people a tenant's directory has. */
export const directoryCounts: Record<DirectoryVariant, ReturnType<typeof countOf>> = {
  listed: countOf('listed'),
  everyone: countOf('everyone'),
  'listed search': countOf('listed search'),
  'everyone search': countOf('everyone search'),
};
