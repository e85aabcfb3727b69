import { canonicalLogin } from '@kith/kernel/canonical.ts';
import type { Role } from '@kith/kernel/role.ts';
import { passwordHashing } from '@kith/kernel/passwordHashing.ts';
import { v7 } from 'uuid';
import { hashingParameters } from './settings.ts';
import type { TestDatabase } from './testDatabase.ts';

/** The password of everybody the tests make. */
export const testPassword = 'Test-graph-2026!';

/** A person made for a test. */
export interface TestPerson {
  readonly id: string;
  readonly username: string;
  readonly email: string;
}

/** A tenant made for a test, with its people by username. */
export interface TestTenant {
  readonly id: string;
  readonly slug: string;
  readonly people: Readonly<Record<string, TestPerson>>;
}

interface Member {
  readonly username: string;
  readonly role: Role;
  readonly person?: TestPerson;
}

/** Describes a tenant by its people; `in` makes it. */
export interface TenantDraft {
  withAdmin(username: string): TenantDraft;
  withMember(username: string, role?: Role): TenantDraft;
  /** Somebody who exists already, as in another tenant. */
  withPerson(person: TestPerson, role?: Role): TenantDraft;
  /** So many members of the role USER, called `<prefix>1`, `<prefix>2` ... */
  withMembers(count: number, prefix?: string): TenantDraft;
  in(database: TestDatabase): Promise<TestTenant>;
}

/** Begins the description of a tenant. */
export function aTenant(slug: string, members: readonly Member[] = []): TenantDraft {
  const and = (...more: Member[]): TenantDraft => aTenant(slug, [...members, ...more]);
  return {
    withAdmin: (username) => and({ username, role: 'ADMIN' }),
    withMember: (username, role = 'USER') => and({ username, role }),
    withPerson: (person, role = 'USER') => and({ username: person.username, role, person }),
    withMembers: (count, prefix = 'member') => and(...Array.from({ length: count }, (_, index) => ({ username: `${prefix}${index + 1}`, role: 'USER' as const }))),
    in: (database) => makeTenant(database, slug, members),
  };
}

let hashed: Promise<string> | undefined;

async function makeTenant({ owner }: TestDatabase, slug: string, members: readonly Member[]): Promise<TestTenant> {
  hashed ??= passwordHashing(hashingParameters).then((hashing) => hashing.hash(testPassword));
  const passwordHash = await hashed;
  const id = v7();
  const people = members.map(({ username, person }) => person ?? { id: v7(), username, email: `${username}@test.kith.test` });
  const made = people.filter((_, index) => members[index]?.person === undefined);
  const now = new Date();
  await owner.begin(async (tx) => {
    await tx`set local role kith_keeper`;
    await tx`insert into tenants.tenants ${tx({ id, name: `Tenant ${slug}`, slug, created_at: now, updated_at: now })}`;
    if (made.length > 0) {
      await tx`insert into users.people ${tx(
        made.map(({ id: userId, username, email }) => ({
          id: userId,
          email,
          email_canonical: canonicalLogin(email),
          email_verified_at: now,
          username,
          username_canonical: canonicalLogin(username),
          status: 'ACTIVE',
          created_at: now,
          updated_at: now,
        })),
      )}`;
      await tx`insert into users.profiles ${tx(made.map((person) => ({ user_id: person.id, display_name: person.username, updated_at: now })))}`;
      await tx`insert into users.preferences ${tx(made.map((person) => ({ user_id: person.id, updated_at: now })))}`;
      await tx`insert into sessions.credentials ${tx(made.map((person) => ({ user_id: person.id, password_hash: passwordHash, password_changed_at: now })))}`;
    }
    await tx`insert into tenants.memberships ${tx(
      people.map((person, index) => ({ id: v7(), tenant_id: id, user_id: person.id, role: members[index]?.role ?? 'USER', joined_at: new Date(now.getTime() + index) })),
    )}`;
    await tx`insert into gamification.players ${tx(people.map((person) => ({ id: v7(), tenant_id: id, user_id: person.id, created_at: now })))}`;
  });
  return { id, slug, people: Object.fromEntries(people.map((person) => [person.username, person])) };
}
