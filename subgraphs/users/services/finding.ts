import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { cursorValues } from '@kith/drizzle/pagedStatement.ts';
import type { Page, PageArguments } from '@kith/kernel/page.ts';
import { cursorCodec, cursorId, cursorInt, pageOf, pageRequest } from '@kith/kernel/page.ts';
import type { Role } from '@kith/kernel/role.ts';
import { searchPattern } from '@kith/kernel/searchPattern.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { requireSignedIn } from '@kith/kernel/viewer.ts';
import { z } from 'zod';
import type { Person, UserStatus } from '../domain/person.ts';
import { mayListEveryone } from '../domain/policy.ts';
import type { UsersLoaders } from '../loaders.ts';
import type { DirectoryVariant } from '../stores/directory.ts';
import { directoryCounts, directoryPage } from '../stores/directory.ts';

const cursors = cursorCodec('users', z.tuple([z.boolean(), cursorInt, cursorId]), (person: Person) => [person.emailVerifiedAt !== null, person.followerCount, person.id]);

/** Three letters or digits in a row: less than that the index of texts does not know. */
const hasWord = /[\p{L}\p{N}]{3}/u;

/** What narrows the directory. */
interface DirectoryFilter {
  readonly search?: string | null;
  readonly role?: Role | null;
  readonly status?: UserStatus | null;
  readonly verified?: boolean | null;
}

/**
 * Finds a page of the people of the viewer's active tenant, verified ones first, then by followers. Whoever is no administrator finds people in good
 * standing only, none of whom blocked them or was blocked by them; asked for others, nobody.
 * Refuses UNAUTHENTICATED, and BAD_REQUEST for a page or a search text that cannot be.
 */
export async function findPeople(
  viewer: Viewer,
  reads: ReadScope,
  loaders: UsersLoaders,
  args: PageArguments & DirectoryFilter,
): Promise<Page<Person>> {
  requireSignedIn(viewer);
  const page = pageRequest(args, cursors);
  const pattern = searchPattern(args.search ?? null);
  const text = args.search?.trim() ?? '';
  const reach = mayListEveryone(viewer) ? 'everyone' : 'listed';
  const variant: DirectoryVariant = pattern === null ? reach : `${reach} ${hasWord.test(text) ? 'text' : 'letters'}`;
  // Both, rather than none in particular, so that the index of the order answers it either way.
  const parameters = { text, pattern, role: args.role ?? null, status: args.status ?? null, verified: args.verified === null || args.verified === undefined ? '{false,true}' : `{${args.verified}}` };
  const people = await reads.run(directoryPage(page, variant), { ...parameters, ...cursorValues(page) });
  for (const person of people) loaders.person.prime(person.id, person);
  return pageOf(page, people, cursors, async () => (await reads.run(directoryCounts[variant], parameters))[0]?.count ?? 0);
}
