import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import type { UserId } from '@kith/kernel/ids.ts';
import type postgres from 'postgres';
import type { Transaction } from './database.ts';
import { credentials } from './tables/sessions.ts';
import { people, preferences, profiles } from './tables/users.ts';
import { violatedConstraint } from './violatedConstraint.ts';

/** A login name: as it is shown, and as it is compared. */
interface LoginName {
  readonly shown: string;
  readonly canonical: string;
}

/** Somebody who comes over from another system. */
export interface PersonToImport {
  readonly id: UserId;
  readonly email: LoginName;
  /** Names to try, one after the other. */
  readonly usernames: readonly [LoginName, ...LoginName[]];
  readonly displayName: string | null;
  readonly emailVerified: boolean;
  /** Of any form that signing in can check. */
  readonly passwordHash: string;
  readonly createdAt: Date;
}

/** What became of one: kept, or which of their names somebody has already. */
export type ImportOutcome = 'IMPORTED' | 'EMAIL_TAKEN' | 'USERNAME_TAKEN';

/** Ends a transaction that was only a trial. */
class TrialOver extends Error {}

/**
 * Puts people in, with profile, preferences and credential, by the keeper's role; the owner of the database alone can take it. All of them in
 * one transaction if they fit, else in two of half as many, and so on: who is taken already keeps nobody else out. A trial keeps nothing.
 * Answers what became of each.
 */
export async function importPeople(owner: postgres.Sql, batch: readonly PersonToImport[], { trial }: { trial: boolean }): Promise<ImportOutcome[]> {
  if (batch.length === 0) return [];
  try {
    await drizzle(owner).transaction(async (tx) => {
      await addPeople(tx, batch);
      if (trial) throw new TrialOver();
    });
    return batch.map(() => 'IMPORTED');
  } catch (error) {
    if (error instanceof TrialOver) return batch.map(() => 'IMPORTED');
    const constraint = violatedConstraint(error);
    if (constraint === null) throw error;
    const [person, ...others] = batch;
    if (person !== undefined && others.length === 0) return [await importAnother(owner, person, constraint, trial)];
    const half = Math.ceil(batch.length / 2);
    return [...(await importPeople(owner, batch.slice(0, half), { trial })), ...(await importPeople(owner, batch.slice(half), { trial }))];
  }
}

/** Tries the next name, if it was the name that somebody has. */
async function importAnother(owner: postgres.Sql, person: PersonToImport, constraint: string, trial: boolean): Promise<ImportOutcome> {
  if (constraint === 'people_email_taken') return 'EMAIL_TAKEN';
  if (constraint !== 'people_username_taken') throw new Error(`importing ran into ${constraint}`);
  const [, next, ...more] = person.usernames;
  if (next === undefined) return 'USERNAME_TAKEN';
  const [outcome] = await importPeople(owner, [{ ...person, usernames: [next, ...more] }], { trial });
  return outcome ?? 'USERNAME_TAKEN';
}

async function addPeople(tx: Transaction, batch: readonly PersonToImport[]): Promise<void> {
  // Policies bind the owner of the tables as well; the keeper's let everything through.
  await tx.execute(sql`set local role kith_keeper`);
  await tx.insert(people).values(
    batch.map(({ id, email, usernames: [username], emailVerified, createdAt }) => ({
      id,
      email: email.shown,
      emailCanonical: email.canonical,
      emailVerifiedAt: emailVerified ? createdAt : null,
      username: username.shown,
      usernameCanonical: username.canonical,
      status: emailVerified ? ('ACTIVE' as const) : ('PENDING_VERIFICATION' as const),
      createdAt,
      updatedAt: createdAt,
    })),
  );
  await tx.insert(profiles).values(batch.map(({ id, displayName, createdAt }) => ({ userId: id, displayName, updatedAt: createdAt })));
  await tx.insert(preferences).values(batch.map(({ id, createdAt }) => ({ userId: id, updatedAt: createdAt })));
  await tx.insert(credentials).values(batch.map(({ id, passwordHash, createdAt }) => ({ userId: id, passwordHash, passwordChangedAt: createdAt })));
}
