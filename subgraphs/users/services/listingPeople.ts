import { cursorValues } from '@kith/drizzle/pagedStatement.ts';
import type { ReadScope } from '@kith/drizzle/readScope.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import type { Page, PageArguments } from '@kith/kernel/page.ts';
import { pageOf, pageRequest } from '@kith/kernel/page.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import { requireSignedIn } from '@kith/kernel/viewer.ts';
import type { DatedPerson, PeopleList } from '../domain/peopleList.ts';
import { onlineCursors, peopleCursors } from '../domain/peopleList.ts';
import { mayListEveryone } from '../domain/policy.ts';
import { onlineSince } from '../domain/presence.ts';
import type { UsersLoaders } from '../loaders.ts';
import { onlineCounts, onlinePage } from '../stores/presences.ts';

/** Lists the people that hang on a person, of those the viewer may see. Refuses BAD_REQUEST for a page that cannot be. */
export async function peopleOf(loaders: UsersLoaders, list: PeopleList, userId: UserId, args: PageArguments): Promise<Page<DatedPerson>> {
  const page = pageRequest(args, peopleCursors[list]);
  const rows = await loaders.people[list].load(userId, page);
  return pageOf<DatedPerson, unknown>(page, rows, peopleCursors[list], () => loaders.peopleCount[list].load(userId));
}

/** Lists who is online in the viewer's active tenant, the one seen last in front. Refuses UNAUTHENTICATED, and BAD_REQUEST for a page that cannot be. */
export async function peopleOnline(viewer: Viewer, reads: ReadScope, loaders: UsersLoaders, now: Date, args: PageArguments): Promise<Page<DatedPerson>> {
  const { tenantId } = requireSignedIn(viewer);
  const page = pageRequest(args, onlineCursors);
  const reach = mayListEveryone(viewer) ? 'everyone' : 'listed';
  const parameters = { tenantId, since: onlineSince(now).toISOString() };
  const people = await reads.run(onlinePage(page, reach), { ...parameters, ...cursorValues(page) });
  for (const person of people) loaders.person.prime(person.id, person);
  return pageOf(page, people, onlineCursors, async () => (await reads.run(onlineCounts[reach], parameters))[0]?.count ?? 0);
}
