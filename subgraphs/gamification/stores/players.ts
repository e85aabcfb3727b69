import { statement } from '@kith/drizzle/connection.ts';
import { accounts, players } from '@kith/drizzle/tables/gamification.ts';
import type { SQL } from 'drizzle-orm';
import { and, eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Player } from '../domain/player.ts';

const sparkle = alias(accounts, 'sparkle');
const premium = alias(accounts, 'premium');
// Literals, not parameters: the plan must know that each is one row of a unique index.
const wallet = (account: typeof sparkle | typeof premium, currency: SQL) =>
  and(eq(account.playerId, players.id), sql`${account.tenantId} = ${players.tenantId} and ${account.kind} = 'WALLET' and ${account.currency} = ${currency}`);

/** Players of the active tenant by person, with what their wallets hold. A wallet is made by its first movement. */
export const playersByPerson = statement<Player>('players by person', (db) =>
  db
    .select({
      id: players.id,
      userId: players.userId,
      experience: players.experience,
      sparklePoints: sql<string>`coalesce(${sparkle.balance}, 0.0000)`,
      premiumPoints: sql<string>`coalesce(${premium.balance}, 0.0000)`,
    })
    .from(players)
    .leftJoin(sparkle, wallet(sparkle, sql`'SPARKLE'`))
    .leftJoin(premium, wallet(premium, sql`'PREMIUM'`))
    .where(and(eq(players.tenantId, sql.placeholder('tenantId')), sql`${players.userId} = any(${sql.placeholder('ids')}::uuid[])`))
    .prepare('players_by_person'),
);
