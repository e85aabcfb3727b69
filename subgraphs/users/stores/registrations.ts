import type { Transaction } from '@kith/drizzle/database.ts';
import { people, preferences, profiles } from '@kith/drizzle/tables/users.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { eq, sql } from 'drizzle-orm';
import type { Person } from '../domain/person.ts';
import type { Preferences } from '../domain/preferences.ts';
import type { RegistrationDraft } from '../domain/registration.ts';
import type { Username } from '../domain/username.ts';
import { personIn, preferenceColumns } from './people.ts';

/** A person to be. */
export interface NewPerson {
  readonly id: UserId;
  readonly username: Username;
  readonly draft: RegistrationDraft;
  readonly passwordHash: string;
  /** Whether they cannot sign in before they have proven their address. */
  readonly hidden: boolean;
  readonly at: Date;
}

/**
 * Adds a person, with profile, preferences and credential, in a transaction in their scope. An address or a name that is taken
 * is answered by `people_email_taken` and `people_username_taken`, the address first.
 */
export async function addPerson(tx: Transaction, person: NewPerson): Promise<void> {
  const { id, username, draft, passwordHash, hidden, at } = person;
  // Not by Drizzle's insert: that names every column, and this role may write only some of them.
  await tx.execute(sql`insert into ${people} (id, email, email_canonical, username, username_canonical, hidden_until_verified, created_at, updated_at)
    values (${id}, ${draft.email.address}, ${draft.email.canonical}, ${username.shown}, ${username.canonical}, ${hidden}, ${at.toISOString()}::timestamptz, ${at.toISOString()}::timestamptz)`);
  await tx.insert(profiles).values({ userId: id, displayName: draft.displayName, updatedAt: at });
  await tx.insert(preferences).values({ userId: id, locale: draft.locale, updatedAt: at });
  await tx.execute(sql`select sessions.create_credential(${id}, ${passwordHash}, ${at.toISOString()}::timestamptz)`);
}

/** A person's own view of themselves, with their preferences, in a transaction in their scope. */
export async function findOneself(tx: Transaction, userId: UserId): Promise<(Person & { ownPreferences: Preferences }) | null> {
  const [row] = await tx
    .select({
      ...personIn(sql`null`),
      ownPreferences: preferenceColumns,
    })
    .from(people)
    .innerJoin(profiles, eq(profiles.userId, people.id))
    .innerJoin(preferences, eq(preferences.userId, people.id))
    .where(eq(people.id, userId));
  return row ?? null;
}

/** Whom an address belongs to that was registered with once more. The name is set aside for them. */
export async function repeatRegistration(tx: Transaction, emailCanonical: string, username: Username, at: Date): Promise<UserId> {
  const [row] = await tx
    .select({ ownerId: sql<UserId>`owner_id` })
    .from(sql`users.repeat_registration(${emailCanonical}, ${username.canonical}, ${at.toISOString()}::timestamptz) as owner_id`);
  if (row === undefined) throw new Error('an address that was taken belongs to nobody');
  return row.ownerId;
}
