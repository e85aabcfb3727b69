import type { Clock } from '@kith/kernel/clock.ts';
import type { UserId } from '@kith/kernel/ids.ts';
import { parseId } from '@kith/kernel/ids.ts';
import type { Page, PageArguments } from '@kith/kernel/page.ts';
import { pageOf, pageRequest } from '@kith/kernel/page.ts';
import { requireMay } from '@kith/kernel/policy.ts';
import type { Viewer } from '@kith/kernel/viewer.ts';
import type { DataExport } from '../domain/dataExport.ts';
import { asOf, dataExportCursors } from '../domain/dataExport.ts';
import type { ErasureReport } from '../domain/erasure.ts';
import type { FormerUsername } from '../domain/formerUsername.ts';
import { formerUsernameCursors } from '../domain/formerUsername.ts';
import { policy } from '../domain/policy.ts';
import type { PastStatusChange } from '../domain/statusHistory.ts';
import { statusChangeCursors } from '../domain/statusHistory.ts';
import type { UsersLoaders } from '../loaders.ts';

/** Lists how a person's account went from status to status. Refuses BAD_REQUEST for a page that cannot be. */
export async function statusHistoryOf(loaders: UsersLoaders, userId: UserId, args: PageArguments): Promise<Page<PastStatusChange>> {
  const page = pageRequest(args, statusChangeCursors);
  const rows = await loaders.statusChangesOfPerson.load(userId, page);
  return pageOf<PastStatusChange, unknown>(page, rows, statusChangeCursors, () => loaders.statusChangeCountOfPerson.load(userId));
}

/** Lists the names a person gave up. Refuses BAD_REQUEST for a page that cannot be. */
export async function formerUsernamesOf(loaders: UsersLoaders, userId: UserId, args: PageArguments): Promise<Page<FormerUsername>> {
  const page = pageRequest(args, formerUsernameCursors);
  const rows = await loaders.formerUsernamesOfPerson.load(userId, page);
  return pageOf<FormerUsername, unknown>(page, rows, formerUsernameCursors, () => loaders.formerUsernameCountOfPerson.load(userId));
}

/** Lists the documents a person asked for, as they are at this moment. Refuses BAD_REQUEST for a page that cannot be. */
export async function dataExportsOf(loaders: UsersLoaders, clock: Clock, userId: UserId, args: PageArguments): Promise<Page<DataExport>> {
  const page = pageRequest(args, dataExportCursors);
  const now = clock.now();
  const rows = (await loaders.dataExportsOfPerson.load(userId, page)).map((row) => asOf(row, now));
  return pageOf<DataExport, unknown>(page, rows, dataExportCursors, () => loaders.dataExportCountOfPerson.load(userId));
}

/** Finds what was erased of an account. Refuses UNAUTHENTICATED, and FORBIDDEN to whoever is no administrator of the platform. */
export async function erasureReportOf(viewer: Viewer, loaders: UsersLoaders, id: string): Promise<ErasureReport | null> {
  requireMay(policy, viewer, 'readErasureReports', { userId: null, inActiveTenant: false });
  const userId = parseId<UserId>(id);
  return userId === null ? null : loaders.erasureReport.load(userId);
}
