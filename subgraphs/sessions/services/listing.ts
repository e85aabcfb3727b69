import type { UserId } from '@kith/kernel/ids.ts';
import type { Page, PageArguments } from '@kith/kernel/page.ts';
import { pageOf, pageRequest } from '@kith/kernel/page.ts';
import type { Alert } from '../domain/alert.ts';
import { alertCursors } from '../domain/alert.ts';
import type { KnownDevice } from '../domain/knownDeviceList.ts';
import { knownDeviceCursors } from '../domain/knownDeviceList.ts';
import type { Login } from '../domain/login.ts';
import { loginCursors } from '../domain/login.ts';
import type { Session } from '../domain/session.ts';
import { sessionCursors } from '../domain/session.ts';
import type { SessionsLoaders } from '../loaders.ts';

/** Lists the living sessions of a person that the viewer may know of. Refuses BAD_REQUEST for a page that cannot be. */
export async function sessionsOfPerson(loaders: SessionsLoaders, userId: UserId, args: PageArguments): Promise<Page<Session>> {
  const page = pageRequest(args, sessionCursors);
  const rows = await loaders.sessionsOfPerson.load(userId, page);
  return pageOf<Session, unknown>(page, rows, sessionCursors, () => loaders.sessionCountOfPerson.load(userId));
}

/** Lists the attempts to sign in as a person. Refuses BAD_REQUEST for a page that cannot be. */
export async function loginsOfPerson(loaders: SessionsLoaders, userId: UserId, args: PageArguments): Promise<Page<Login>> {
  const page = pageRequest(args, loginCursors);
  const rows = await loaders.loginsOfPerson.load(userId, page);
  return pageOf<Login, unknown>(page, rows, loginCursors, () => loaders.loginCountOfPerson.load(userId));
}

/** Lists the devices a person is known on. Refuses BAD_REQUEST for a page that cannot be. */
export async function knownDevicesOfPerson(loaders: SessionsLoaders, userId: UserId, args: PageArguments): Promise<Page<KnownDevice>> {
  const page = pageRequest(args, knownDeviceCursors);
  const rows = await loaders.knownDevicesOfPerson.load(userId, page);
  return pageOf<KnownDevice, unknown>(page, rows, knownDeviceCursors, () => loaders.knownDeviceCountOfPerson.load(userId));
}

/** Lists the alerts about a person. Refuses BAD_REQUEST for a page that cannot be. */
export async function alertsOfPerson(loaders: SessionsLoaders, userId: UserId, args: PageArguments): Promise<Page<Alert>> {
  const page = pageRequest(args, alertCursors);
  const rows = await loaders.alertsOfPerson.load(userId, page);
  return pageOf<Alert, unknown>(page, rows, alertCursors, () => loaders.alertCountOfPerson.load(userId));
}
