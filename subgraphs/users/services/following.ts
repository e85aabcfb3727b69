import { announce } from '@kith/drizzle/announce.ts';
import type { Transaction } from '@kith/drizzle/database.ts';
import { Refusal } from '@kith/kernel/errors.ts';
import { eventOf } from '@kith/kernel/events.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import { requireSignedIn, scopeOf } from '@kith/kernel/viewer.ts';
import { mayBlock, mayFollow } from '../domain/policy.ts';
import { addBlock, addFollow, findAcquaintance, holdBoth, removeBlock, removeFollow } from '../stores/follows.ts';
import type { Acting } from './acting.ts';

/** Whom it is about. */
interface Other {
  readonly userId: string;
}

/**
 * Has the viewer follow a person of the active tenant in good standing, and answers whom. Refuses USER_UNKNOWN, also when that person blocked them,
 * SELF_TARGETED, and USER_BLOCKED when it was the viewer who blocked.
 */
export async function follow(acting: Acting, input: Other): Promise<UserId> {
  const { viewer, parts, requestId } = acting;
  const { userId, tenantId } = requireSignedIn(viewer);
  const at = parts.clock.now();
  return withOther(acting, somebodyElse(userId, input), async (tx, followedId) => {
    const other = await findAcquaintance(tx, followedId);
    if (other === null || !mayFollow(viewer, other)) throw unknown();
    if (other.viewerBlocks) throw new Refusal('USER_BLOCKED', 'You blocked this person. Unblock them first.', ['input', 'userId']);
    const isNew = await addFollow(tx, { followerId: userId, followedId, createdAt: at });
    if (isNew) await announce(tx, eventOf('user.followed', { occurredAt: at, userId, tenantId, requestId }, { followedId }));
  });
}

/** Has the viewer follow a person no longer, seen or not, there or not, and answers whom. Refuses USER_UNKNOWN for what is no id. */
export async function unfollow(acting: Acting, input: Other): Promise<UserId> {
  const { userId } = requireSignedIn(acting.viewer);
  return withOther(acting, idOf(input), (tx, followedId) => removeFollow(tx, userId, followedId));
}

/** Has the viewer block a person they see, and answers whom: neither follows the other any more. Refuses USER_UNKNOWN and SELF_TARGETED. */
export async function block(acting: Acting, input: Other): Promise<UserId> {
  const { viewer, parts } = acting;
  const { userId } = requireSignedIn(viewer);
  return withOther(acting, somebodyElse(userId, input), async (tx, blockedId) => {
    const other = await findAcquaintance(tx, blockedId);
    if (other === null || !mayBlock(viewer, other)) throw unknown();
    await addBlock(tx, { blockerId: userId, blockedId, createdAt: parts.clock.now() });
  });
}

/** Has the viewer block a person no longer, seen or not, there or not, and answers whom. Refuses USER_UNKNOWN for what is no id. */
export async function unblock(acting: Acting, input: Other): Promise<UserId> {
  const { userId } = requireSignedIn(acting.viewer);
  return withOther(acting, idOf(input), (tx, blockedId) => removeBlock(tx, userId, blockedId));
}

/** Writes between the viewer and somebody else while both are held: of a follow and a block at one moment, the later one sees the earlier. */
async function withOther({ viewer, parts }: Acting, otherId: UserId, write: (tx: Transaction, otherId: UserId) => Promise<void>): Promise<UserId> {
  await parts.database.transaction(scopeOf(viewer), async (tx) => {
    await holdBoth(tx, otherId);
    await write(tx, otherId);
  });
  return otherId;
}

function somebodyElse(userId: UserId, input: Other): UserId {
  const otherId = idOf(input);
  if (otherId === userId) throw new Refusal('SELF_TARGETED', 'This cannot be done to oneself.', ['input', 'userId']);
  return otherId;
}

function idOf({ userId }: Other): UserId {
  const otherId = parseId<UserId>(userId);
  if (otherId === null) throw unknown();
  return otherId;
}

function unknown(): Refusal {
  return new Refusal('USER_UNKNOWN', 'There is nobody you may see under this id.', ['input', 'userId']);
}
