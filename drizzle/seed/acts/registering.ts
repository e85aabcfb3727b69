import { canonicalLogin } from '@kith/kernel/canonical.ts';
import type { Transaction } from '../../database.ts';
import { credentials } from '../../tables/sessions.ts';
import { people, preferences, profiles } from '../../tables/users.ts';
import type { Cast, CastPerson } from '../cast.ts';
import { stopOf } from '../cast.ts';
import { emailOf } from '../people.ts';

/** Registers everybody, all with one password: account, profile, preferences and credential. */
export async function registerPeople(tx: Transaction, cast: Cast, passwordHash: string): Promise<void> {
  await tx.insert(people).values(cast.people.map((person) => accountRow(cast, person)));
  await tx.insert(profiles).values(cast.people.map(profileRow));
  await tx.insert(preferences).values(cast.people.map(preferencesRow));
  await tx.insert(credentials).values(cast.people.map(({ id, createdAt }) => ({ userId: id, passwordHash, passwordChangedAt: createdAt })));
}

function accountRow(cast: Cast, { id, persona, createdAt, verifiedAt }: CastPerson): typeof people.$inferInsert {
  const email = emailOf(persona.username);
  return {
    id,
    email,
    emailCanonical: canonicalLogin(email),
    emailVerifiedAt: verifiedAt,
    username: persona.username,
    usernameCanonical: canonicalLogin(persona.username),
    platformAdministrator: persona.platformAdministrator ?? false,
    createdAt,
    ...standingOf(cast, { persona, createdAt, verifiedAt }),
  };
}

function standingOf(cast: Cast, { persona, createdAt, verifiedAt }: Pick<CastPerson, 'persona' | 'createdAt' | 'verifiedAt'>) {
  const { standing } = persona;
  if (standing?.status === 'PENDING_VERIFICATION') return { status: standing.status, updatedAt: createdAt };
  if (standing === undefined) return { status: 'ACTIVE' as const, statusChangedAt: verifiedAt, updatedAt: verifiedAt ?? createdAt };
  const { at, by, suspendedUntil } = stopOf(cast);
  return {
    status: standing.status,
    statusReason: standing.reason,
    statusChangedAt: at,
    statusChangedBy: by.id,
    suspendedUntil: standing.status === 'SUSPENDED' ? suspendedUntil : null,
    updatedAt: at,
  };
}

function profileRow({ id, persona, createdAt }: CastPerson): typeof profiles.$inferInsert {
  return {
    userId: id,
    displayName: persona.displayName,
    bio: persona.bio,
    pictureUrl: persona.picture ? `https://pictures.kith.test/${canonicalLogin(persona.username)}.webp` : null,
    location: persona.location,
    website: persona.website,
    interests: [...(persona.interests ?? [])],
    skills: [...(persona.skills ?? [])],
    theme: persona.theme ?? {},
    twitter: persona.twitter,
    instagram: persona.instagram,
    tiktok: persona.tiktok,
    discord: persona.discord,
    youtube: persona.youtube,
    updatedAt: createdAt,
  };
}

function preferencesRow({ id, persona, createdAt }: CastPerson): typeof preferences.$inferInsert {
  return {
    userId: id,
    locale: persona.locale ?? 'en',
    timeZone: persona.timeZone ?? 'UTC',
    colorScheme: persona.colorScheme ?? 'SYSTEM',
    updatedAt: createdAt,
  };
}
