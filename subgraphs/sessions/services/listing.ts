import type { UserId } from '@kith/kernel/ids.ts';
import type { Page, PageArguments } from '@kith/kernel/page.ts';
import { pageOf, pageRequest } from '@kith/kernel/page.ts';
import type { Session } from '../domain/session.ts';
import { sessionCursors } from '../domain/session.ts';
import type { SessionsLoaders } from '../loaders.ts';

/** Lists the living sessions of a person that the viewer may know of. Refuses BAD_REQUEST for a page that cannot be. */
export async function sessionsOfPerson(loaders: SessionsLoaders, userId: UserId, args: PageArguments): Promise<Page<Session>> {
  const page = pageRequest(args, sessionCursors);
  const rows = await loaders.sessionsOfPerson.load(userId, page);
  return pageOf<Session, unknown>(page, rows, sessionCursors, () => loaders.sessionCountOfPerson.load(userId));
}
