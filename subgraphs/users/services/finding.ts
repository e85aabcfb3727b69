import type { ReadScope } from '@kith/drizzle/readScope.ts';
import { cursorValues } from '@kith/drizzle/pagedStatement.ts';
import type { Page, PageArguments } from '@kith/kernel/page.ts';
import { cursorCodec, cursorId, cursorInt, pageOf, pageRequest } from '@kith/kernel/page.ts';
import { searchPattern } from '@kith/kernel/searchPattern.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { requireSignedIn } from '@kith/kernel/viewer.ts';
import { z } from 'zod';
import type { Person } from '../domain/person.ts';
import { mayListEveryone } from '../domain/policy.ts';
import type { UsersLoaders } from '../loaders.ts';
import type { DirectoryVariant } from '../stores/directory.ts';
import { directoryCounts, directoryPage } from '../stores/directory.ts';

const cursors = cursorCodec('users', z.tuple([z.boolean(), cursorInt, cursorId]), (person: Person) => [person.emailVerifiedAt !== null, person.followerCount, person.id]);

/**
 * Finds a page of the people of the viewer's active tenant, verified ones first, then by followers.
 * Refuses UNAUTHENTICATED, and BAD_REQUEST for a page or a search text that cannot be.
 */
export async function findPeople(
  viewer: Viewer,
  reads: ReadScope,
  loaders: UsersLoaders,
  args: PageArguments & { search?: string | null },
): Promise<Page<Person>> {
  const { tenantId } = requireSignedIn(viewer);
  const page = pageRequest(args, cursors);
  const pattern = searchPattern(args.search ?? null);
  const variant: DirectoryVariant = `${mayListEveryone(viewer) ? 'everyone' : 'listed'}${pattern === null ? '' : ' search'}`;
  const parameters = { tenantId, pattern };
  const people = await reads.run(directoryPage(page, variant), { ...parameters, ...cursorValues(page) });
  for (const person of people) loaders.person.prime(person.id, person);
  return pageOf(page, people, cursors, async () => (await reads.run(directoryCounts[variant], parameters))[0]?.count ?? 0);
}
