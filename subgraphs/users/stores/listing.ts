import { blocks, directory, hidingPeople } from '@kith/drizzle/tables/users.ts';
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';

/** How far a list of people reaches: to those in good standing who are not kept apart from the viewer by a block, or to everyone. */
export type Reach = 'listed' | 'everyone';

/**
 * Whether lists of a reach show a person of the active tenant, given their id and whether they are in good standing. Each question is a probe of an index,
 * written so that PostgreSQL makes no join of it: with `not exists` it took somebody's 250 blocks in hand for every one of 10,000 people, and a
 * search of 20 ms took 2 s. Nor is null asked for, which PostgreSQL takes to be rare: it then expects to find nobody, and reads and sorts the whole list.
 */
export function isFound(reach: Reach, userId: SQL, listed: SQL): SQL {
  return reach === 'everyone' ? sql`true` : sql`${listed} and not ${viewerBlocks(userId)} and not ${hides(userId)}`;
}

/** Whether a person has blocked the viewer. */
export function hides(userId: SQL): SQL {
  return sql`coalesce((select true from ${hidingPeople} where ${hidingPeople.userId} = ${userId}), false)`;
}

/** Whether the viewer has blocked a person. */
export function viewerBlocks(userId: SQL): SQL {
  return sql`coalesce((select true from ${blocks} where ${blocks.blockerId} = (select kith.current_user_id()) and ${blocks.blockedId} = ${userId}), false)`;
}

/** Whether a person of the active tenant is in good standing. Null for everybody else. */
export function listedInDirectory(userId: SQL): SQL {
  return sql`(select ${directory.listed} from ${directory} where ${directory.userId} = ${userId})`;
}
