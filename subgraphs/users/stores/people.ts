import type { Drizzle } from '@kith/drizzle/connection.ts';
import { statement } from '@kith/drizzle/connection.ts';
import { directoryEntries, people, preferences, profiles } from '@kith/drizzle/tables/users.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { Role } from '@kith/kernel/role.ts';
import type { SQL } from 'drizzle-orm';
import { and, eq, sql } from 'drizzle-orm';
import type { Person } from '../domain/person.ts';
import type { Preferences } from '../domain/preferences.ts';
import type { Theme } from '../domain/theme.ts';
import { hides } from './listing.ts';

/**
 * The columns of a person with their profile, given their role in the active tenant, null outside it. Person and profile are one to one, and
 * reading them together saves a statement.
 */
export const personIn = (role: SQL) => ({
  id: people.id,
  username: people.username,
  usernameCanonical: people.usernameCanonical,
  email: people.email,
  emailVerifiedAt: people.emailVerifiedAt,
  status: people.status,
  statusReason: people.statusReason,
  suspendedUntil: people.suspendedUntil,
  platformAdministrator: people.platformAdministrator,
  version: people.version,
  followerCount: people.followerCount,
  followingCount: people.followingCount,
  createdAt: people.createdAt,
  inActiveTenant: sql<boolean>`${role} is not null`,
  roleInActiveTenant: sql<Role | null>`${role}`,
  hidesFromViewer: sql<boolean>`${hides(sql`${people.id}`)}`,
  profile: {
    displayName: profiles.displayName,
    bio: profiles.bio,
    pictureUrl: profiles.pictureUrl,
    bannerUrl: profiles.bannerUrl,
    location: profiles.location,
    website: profiles.website,
    interests: profiles.interests,
    skills: profiles.skills,
    twitter: profiles.twitter,
    instagram: profiles.instagram,
    tiktok: profiles.tiktok,
    discord: profiles.discord,
    youtube: profiles.youtube,
  },
});

/** The columns of what a person chose for themselves. */
export const preferenceColumns = {
  locale: preferences.locale,
  timeZone: preferences.timeZone,
  colorScheme: preferences.colorScheme,
  showPresence: preferences.showPresence,
};

const selectPeople = (db: Drizzle) =>
  db
    .select(personIn(sql`${directoryEntries.role}`))
    .from(people)
    .innerJoin(profiles, eq(profiles.userId, people.id))
    .leftJoin(directoryEntries, and(eq(directoryEntries.userId, people.id), eq(directoryEntries.tenantId, sql.placeholder('tenantId'))));

/** People by id. */
export const peopleById = statement<Person>('people by id', (db) =>
  selectPeople(db).where(sql`${people.id} = any(${sql.placeholder('ids')}::uuid[])`).prepare('people_by_id'),
);

/** People by username in canonical form. */
export const peopleByUsername = statement<Person>('people by username', (db) =>
  selectPeople(db).where(sql`${people.usernameCanonical} = any(${sql.placeholder('usernames')}::text[])`).prepare('people_by_username'),
);

/** Preferences by person. */
export const preferencesByPerson = statement<Preferences & { userId: UserId }>('preferences by person', (db) =>
  db
    .select({ userId: preferences.userId, ...preferenceColumns })
    .from(preferences)
    .where(sql`${preferences.userId} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('preferences_by_person'),
);

/** Themes by person: apart from the people, since one theme can be longer than all the rest of a page of them. */
export const themesByPerson = statement<{ userId: UserId; theme: Theme }>('themes by person', (db) =>
  db
    .select({ userId: profiles.userId, theme: profiles.theme })
    .from(profiles)
    .where(sql`${profiles.userId} = any(${sql.placeholder('ids')}::uuid[])`)
    .prepare('themes_by_person'),
);
