import { desc } from 'drizzle-orm';
import type { Transaction } from '../../database.ts';
import { notifications } from '../../tables/notifications.ts';
import { roleChanges } from '../../tables/tenants.ts';
import { follows, statusChanges } from '../../tables/users.ts';
import type { Cast, Member } from '../cast.ts';
import { personNamed, stopOf } from '../cast.ts';
import { daysFrom } from '../days.ts';
import { demoIds } from '../demoId.ts';

type Notification = typeof notifications.$inferInsert;

/** Writes down how accounts and roles changed, and tells people of their new roles and of whoever followed them last. */
export async function tellNews(tx: Transaction, cast: Cast): Promise<void> {
  const nextId = demoIds('notification');
  await tx.insert(statusChanges).values(statusRows(cast));
  await tx.insert(roleChanges).values(roleRows(cast));
  const news = [...newRoles(cast), ...(await newFollowers(tx))];
  await tx.insert(notifications).values(news.map((row) => ({ ...row, id: nextId() })));
}

function statusRows(cast: Cast): (typeof statusChanges.$inferInsert)[] {
  const nextId = demoIds('status change');
  const { at, by } = stopOf(cast);
  return cast.people.flatMap(({ id: userId, persona: { standing }, verifiedAt }) => {
    const proven = verifiedAt === null ? [] : [{ id: nextId(), userId, fromStatus: 'PENDING_VERIFICATION' as const, toStatus: 'ACTIVE' as const, actorId: userId, changedAt: verifiedAt }];
    if (standing === undefined || standing.status === 'PENDING_VERIFICATION') return proven;
    return [...proven, { id: nextId(), userId, fromStatus: 'ACTIVE' as const, toStatus: standing.status, reason: standing.reason, actorId: by.id, changedAt: at }];
  });
}

/** Nobody joins with power: whoever has some was given it ten minutes after joining. */
function appointed(cast: Cast): readonly (Member & { readonly appointedAt: Date })[] {
  return cast.members.filter(({ role }) => role === 'ADMIN' || role === 'MODERATOR').map((member) => ({ ...member, appointedAt: daysFrom(member.joinedAt, 0, 10) }));
}

function roleRows(cast: Cast): (typeof roleChanges.$inferInsert)[] {
  const nextId = demoIds('role change');
  const { id: changedBy } = personNamed(cast, 'margaret');
  return appointed(cast).map(({ tenantId, membershipId, userId, role, appointedAt }) => ({
    id: nextId(),
    tenantId,
    membershipId,
    userId,
    fromRole: 'USER',
    toRole: role,
    changedBy,
    changedAt: appointedAt,
  }));
}

function newRoles(cast: Cast): Omit<Notification, 'id'>[] {
  const { id: actorId } = personNamed(cast, 'margaret');
  return appointed(cast).map(({ tenantId, userId, membershipId, role: to, appointedAt: createdAt }) => ({
    userId,
    tenantId,
    type: 'ROLE_CHANGED',
    priority: 2,
    actorId,
    data: { membershipId, from: 'USER', to },
    inApp: true,
    createdAt,
    readAt: daysFrom(createdAt, 1),
    expiresAt: daysFrom(createdAt, 90),
  }));
}

/** Of whoever followed them last, everybody has yet to read. */
async function newFollowers(tx: Transaction): Promise<Omit<Notification, 'id'>[]> {
  const latest = await tx
    .selectDistinctOn([follows.followedId])
    .from(follows)
    .orderBy(follows.followedId, desc(follows.createdAt), follows.followerId);
  return latest.map(({ followedId: userId, followerId: actorId, createdAt }) => ({
    userId,
    type: 'NEW_FOLLOWER',
    priority: 1,
    actorId,
    data: {},
    inApp: true,
    createdAt,
    expiresAt: daysFrom(createdAt, 30),
  }));
}
