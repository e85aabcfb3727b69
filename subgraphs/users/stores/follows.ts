import type { Transaction } from '@kith/drizzle/database.ts';
import { statement } from '@kith/drizzle/connection.ts';
import { blocks, directoryEntries, follows, knownFollows, people } from '@kith/drizzle/tables/users.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { and, eq, sql } from 'drizzle-orm';
import type { Acquaintance, Relationship } from '../domain/relationship.ts';
import { hides, viewerBlocks } from './listing.ts';

/**
 * Holds the viewer and somebody else until the end of the transaction, by the port of the keeper, whether or not the viewer sees them. What stands
 * between the two is read behind it: whoever else changes it was waited for.
 */
export async function holdBoth(tx: Transaction, otherId: UserId): Promise<void> {
  await tx.execute(sql`select users.hold_both(${otherId})`);
}

/** How somebody of the active tenant stands to the viewer. Null when nobody there has this id. */
export async function findAcquaintance(tx: Transaction, otherId: UserId): Promise<Acquaintance | null> {
  const [row] = await tx
    .select({
      id: people.id,
      status: people.status,
      inActiveTenant: sql<boolean>`true`,
      hidesFromViewer: sql<boolean>`${hides(sql`${people.id}`)}`,
      viewerBlocks: sql<boolean>`${viewerBlocks(sql`${people.id}`)}`,
    })
    .from(people)
    .innerJoin(directoryEntries, and(eq(directoryEntries.userId, people.id), eq(directoryEntries.tenantId, sql`(select kith.current_tenant_id())`)))
    .where(eq(people.id, otherId));
  return row ?? null;
}

/** Has one person follow another. Answers whether they did not before. */
export async function addFollow(tx: Transaction, follow: typeof follows.$inferInsert): Promise<boolean> {
  const added = await tx.insert(follows).values(follow).onConflictDoNothing().returning({ followedId: follows.followedId });
  return added.length > 0;
}

/** Has the viewer follow somebody no longer. */
export async function removeFollow(tx: Transaction, followerId: UserId, followedId: UserId): Promise<void> {
  await tx.delete(follows).where(and(eq(follows.followerId, followerId), eq(follows.followedId, followedId)));
}

/** Has one person block another, and both follow each other no longer, the latter by the port of the keeper: nobody writes somebody else's follows. */
export async function addBlock(tx: Transaction, block: typeof blocks.$inferInsert): Promise<void> {
  await tx.insert(blocks).values(block).onConflictDoNothing();
  await tx.execute(sql`select users.part(${block.blockedId})`);
}

/** Has the viewer block somebody no longer. */
export async function removeBlock(tx: Transaction, blockerId: UserId, blockedId: UserId): Promise<void> {
  await tx.delete(blocks).where(and(eq(blocks.blockerId, blockerId), eq(blocks.blockedId, blockedId)));
}

/** How the viewer and each of several people stand to each other. */
export const relationshipsWith = statement<Relationship & { userId: UserId }>('relationships', (db) =>
  db
    .select({
      userId: sql<UserId>`other.id`,
      viewerFollows: sql<boolean>`${follows.createdAt} is not null`,
      followedSince: follows.createdAt,
      followsViewer: sql<boolean>`theirs.created_at is not null`,
      viewerBlocks: sql<boolean>`${blocks.createdAt} is not null`,
    })
    .from(sql`unnest(${sql.placeholder('ids')}::uuid[]) as other(id)`)
    .leftJoin(follows, sql`${follows.followerId} = ${sql.placeholder('viewerId')} and ${follows.followedId} = other.id`)
    .leftJoin(sql`${knownFollows} as theirs`, sql`theirs.follower_id = other.id and theirs.followed_id = ${sql.placeholder('viewerId')}`)
    .leftJoin(blocks, sql`${blocks.blockerId} = ${sql.placeholder('viewerId')} and ${blocks.blockedId} = other.id`)
    .prepare('relationships'),
);
