import { demoPassword } from '@kith/kernel/demo.ts';
import type { RecordKeys } from '@kith/kernel/recordKeys.ts';
import { inArray, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { Transaction } from '../database.ts';
import { tenants } from '../tables/tenants.ts';
import { countUp } from './acts/countingUp.ts';
import { earnExperience } from './acts/earningExperience.ts';
import { follow } from './acts/following.ts';
import { foundTenants } from './acts/foundingTenants.ts';
import { invitePeople } from './acts/inviting.ts';
import { joinTenants } from './acts/joining.ts';
import { keepRecords } from './acts/keepingRecords.ts';
import { payPoints } from './acts/payingPoints.ts';
import { registerPeople } from './acts/registering.ts';
import { signIn } from './acts/signingIn.ts';
import { tellNews } from './acts/tellingNews.ts';
import { unlockAchievements } from './acts/unlockingAchievements.ts';
import type { Cast } from './cast.ts';
import { castOf } from './cast.ts';
import { startOfDay } from './days.ts';

export interface SeedOptions {
  /** The data is laid into the four weeks before this day. It must lie in months the migrated logs have partitions for. */
  readonly now: Date;
  readonly hashPassword: (password: string) => Promise<string>;
  /** What the audit log is chained with: the key of the processes that will go on with it. */
  readonly records: RecordKeys;
}

// Held while seeding: a second seeder waits and then finds everything there. Any number but that of another lock will do.
const seedLock = 714_011_104;

/**
 * Fills a migrated database with the demo data, all of it or, when something fails, nothing. The data is the same each
 * time, but that its times hang on the day of `now`. Answers false, and changes nothing, when it is already there.
 */
export async function seedDemo(ownerUrl: string, options: SeedOptions): Promise<boolean> {
  const client = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  try {
    return await drizzle(client).transaction((tx) => seedOnce(tx, castOf(startOfDay(options.now)), options));
  } finally {
    await client.end();
  }
}

async function seedOnce(tx: Transaction, cast: Cast, { hashPassword, records }: SeedOptions): Promise<boolean> {
  await tx.execute(sql`select pg_advisory_xact_lock(${seedLock})`);
  // Policies bind the owner of the tables as well; the keeper's let everything through.
  await tx.execute(sql`set local role kith_keeper`);
  if (await isSeeded(tx, cast)) return false;
  await foundTenants(tx, cast);
  await registerPeople(tx, cast, await hashPassword(demoPassword));
  await joinTenants(tx, cast);
  await invitePeople(tx, cast);
  await follow(tx, cast);
  await tellNews(tx, cast);
  await signIn(tx, cast);
  await earnExperience(tx, cast);
  await payPoints(tx, cast);
  await unlockAchievements(tx, cast);
  await countUp(tx);
  await keepRecords(tx, cast, records);
  return true;
}

/** Goes by the tenants' slugs: when one of them is taken, the demo data cannot come in beside it. */
async function isSeeded(tx: Transaction, cast: Cast): Promise<boolean> {
  const slugs = cast.tenants.map(({ slug }) => slug);
  const found = await tx.select({ id: tenants.id }).from(tenants).where(inArray(tenants.slug, slugs)).limit(1);
  return found.length > 0;
}
