import { statement } from '@kith/drizzle/connection.ts';
import type { PageClauses, SortOrder } from '@kith/drizzle/pagedStatement.ts';
import { pageClauses, pagedStatement } from '@kith/drizzle/pagedStatement.ts';
import { directory, people, profiles } from '@kith/drizzle/tables/users.ts';
import type { SQL } from 'drizzle-orm';
import { eq, sql } from 'drizzle-orm';
import type { Person } from '../domain/person.ts';
import type { Reach } from './listing.ts';
import { isFound } from './listing.ts';
import { personIn } from './people.ts';

/**
 * Who is found, and whether a text is looked for, or only letters, in which there is no word of three for the index of texts: it would be read from end to
 * end, and the tenant is less. Each combination is a statement of its own, with its own plan. Everything else that narrows the list comes in as
 * a value: the order's own index answers whether somebody is verified, and the rest is looked at on the way.
 */
export type DirectoryVariant = Reach | `${Reach} text` | `${Reach} letters`;
type LookedFor = 'text' | 'letters' | undefined;

function partsOf(variant: DirectoryVariant): [Reach, LookedFor] {
  return variant.split(' ') as [Reach, LookedFor]; // as the type is written
}

const order: SortOrder = {
  keys: [
    { column: sql`${directory.verified}`, type: 'boolean' },
    { column: sql`${directory.followerCount}`, type: 'int' },
    { column: sql`${directory.userId}`, type: 'uuid' },
  ],
  descending: true,
};

const sortedOrder: SortOrder = {
  keys: [
    { column: sql`entry.verified`, type: 'boolean' },
    { column: sql`entry.follower_count`, type: 'int' },
    { column: sql`entry.user_id`, type: 'uuid' },
  ],
  descending: true,
};

const lookedFor = {
  text: sql`${directory.searchText} like lower(${sql.placeholder('pattern')})`,
  letters: sql`strpos(${directory.searchText}, lower(${sql.placeholder('text')})) > 0`,
};

/** What narrows the directory whoever asks. */
function entriesOf(what: LookedFor): SQL {
  const role = sql`${sql.placeholder('role')}::kith.role`;
  const status = sql`${sql.placeholder('status')}::users.user_status`;
  return sql`${directory.verified} = any(${sql.placeholder('verified')}::boolean[])
    and (${role} is null or ${directory.role} = ${role}) and (${status} is null or ${directory.status} = ${status}) and ${what === undefined ? sql`true` : lookedFor[what]}`;
}

/**
 * The entries of a page in their order, before it is known who is kept from the viewer. Whoever goes by a text is found in the index of texts and sorted first:
 * left to itself PostgreSQL may walk through the tenant in the order of the list, for a word it does not know to be rare.
 */
function entriesInOrder(what: LookedFor, { beyond, orderBy }: PageClauses): SQL {
  const entries = sql`select ${directory.userId}, ${directory.role}, ${directory.verified}, ${directory.followerCount}, ${directory.listed}
    from ${directory} where ${entriesOf(what)} and ${beyond}`;
  return what === 'text' ? sql`(${entries} order by ${orderBy} offset 0)` : sql`(${entries})`;
}

/** A page of the active tenant's directory. The page is cut out of the index first, then its people are looked up. */
export const directoryPage = pagedStatement<Person, DirectoryVariant>('directory page', (db, page, variant = 'listed') => {
  const [reach, what] = partsOf(variant);
  const clauses = pageClauses(order, page);
  const sorted = pageClauses(sortedOrder, page).orderBy;
  return db
    .select(personIn(sql`page.role`))
    .from(
      sql`(select entry.user_id, entry.role, row_number() over (order by ${sorted}) as place from ${entriesInOrder(what, clauses)} as entry
        where ${isFound(reach, sql`entry.user_id`, sql`entry.listed`)} order by ${sorted} limit ${clauses.limit}) as page`,
    )
    .innerJoin(people, eq(people.id, sql`page.user_id`))
    .innerJoin(profiles, eq(profiles.userId, people.id))
    .orderBy(sql`page.place`)
    .prepare('directory_page');
});

function countOf(variant: DirectoryVariant) {
  const [reach, what] = partsOf(variant);
  const counted = sql`${entriesOf(what)} and ${isFound(reach, sql`${directory.userId}`, sql`${directory.listed}`)}`;
  return statement<{ count: number }>('directory count', (db) =>
    db.select({ count: sql<number>`count(*)::int` }).from(directory).where(counted).prepare('directory_count'),
  );
}

/** How many people a tenant's directory has. */
export const directoryCounts: Record<DirectoryVariant, ReturnType<typeof countOf>> = {
  listed: countOf('listed'),
  everyone: countOf('everyone'),
  'listed text': countOf('listed text'),
  'everyone text': countOf('everyone text'),
  'listed letters': countOf('listed letters'),
  'everyone letters': countOf('everyone letters'),
};
