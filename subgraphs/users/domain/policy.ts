import type { Policy, Subject } from '@kith/kernel/policy.ts';
import { belongsTo, forbidden, may, requireMay } from '@kith/kernel/policy.ts';
import type { Role } from '@kith/kernel/role.ts';
import { atLeast } from '@kith/kernel/role.ts';
import type { SignedIn, Viewer } from '@kith/kernel/viewer.ts';
import type { Person } from './person.ts';
import { leadsFrom } from './statusChange.ts';

/** Who may do what in the users subgraph. */
export const policy = {
  acts: {
    see: ['SELF', 'TENANT_MEMBERS', 'PLATFORM_ADMINISTRATORS'],
    seeShutOut: ['SELF', 'TENANT_ADMINS'],
    listEveryone: ['TENANT_ADMINS'],
    update: ['SELF'],
    follow: ['TENANT_MEMBERS'],
    block: ['TENANT_MEMBERS'],
    suspend: ['TENANT_ADMINS', 'PLATFORM_ADMINISTRATORS'],
    ban: ['TENANT_ADMINS', 'PLATFORM_ADMINISTRATORS'],
    reinstate: ['TENANT_ADMINS', 'PLATFORM_ADMINISTRATORS'],
    delete: ['SELF', 'PLATFORM_ADMINISTRATORS'],
    restore: ['PLATFORM_ADMINISTRATORS'],
    readContact: ['SELF', 'TENANT_ADMINS'],
    readErasureReports: ['PLATFORM_ADMINISTRATORS'],
  },
  fields: {
    'User.email': ['SELF', 'TENANT_ADMINS'],
    'User.status': ['SELF', 'TENANT_ADMINS'],
    'User.statusReason': ['SELF', 'TENANT_ADMINS'],
    'User.suspendedUntil': ['SELF', 'TENANT_ADMINS'],
    'User.phoneNumber': ['SELF', 'TENANT_ADMINS'],
    'User.statusHistory': ['SELF', 'TENANT_ADMINS'],
    'User.preferences': ['SELF'],
    'User.blockedUsers': ['SELF'],
    'User.notifications': ['SELF'],
    'User.unreadNotificationCount': ['SELF'],
    'User.notificationPreferences': ['SELF'],
    'User.pushTokens': ['SELF'],
    'User.formerUsernames': ['SELF'],
    'User.dataExports': ['SELF'],
    'User.deletion': ['SELF', 'PLATFORM_ADMINISTRATORS'],
    'User.deletionImpact': ['SELF', 'PLATFORM_ADMINISTRATORS'],
  },
} as const satisfies Policy;

/** What a person can be the object of. */
export type UserAct = keyof (typeof policy)['acts'];

type About = Pick<Person, 'id' | 'inActiveTenant' | 'readBackAs'>;
type Seen = About & Pick<Person, 'status' | 'hidesFromViewer'>;

/** A person, as rights about them see them. */
export function aboutPerson({ id, inActiveTenant, readBackAs }: About): Subject {
  return { userId: id, inActiveTenant, ...(readBackAs === undefined ? {} : { readBackAs }) };
}

/** What a guarded field is about: all of them hang on people. */
export function subjectOf(_viewer: Viewer, _type: string, person: Person): Subject {
  return aboutPerson(person);
}

/** The viewer's active tenant, as rights over its people in general see it. */
export const activeTenant: Subject = { userId: null, inActiveTenant: true };

/**
 * Whether a viewer may see that a person exists. Banned and deleted people are there for themselves and for administrators only; whoever blocked
 * the viewer is not there for them, unless they are an administrator of the tenant.
 */
export function maySee(viewer: Viewer, person: Seen): boolean {
  if (may(policy, viewer, 'seeShutOut', aboutPerson(person))) return true;
  const shutOut = person.hidesFromViewer || person.status === 'BANNED' || person.status === 'DELETED';
  return belongsTo(viewer, 'SIGNED_IN', aboutPerson(person)) && person.inActiveTenant && !shutOut;
}

/** Whether a viewer may follow a person, as far as it does not hang on whom the viewer blocked: somebody else of the active tenant, in good standing. */
export function mayFollow(viewer: Viewer, person: Seen): boolean {
  return may(policy, viewer, 'follow', aboutPerson(person)) && isSomebodyElse(viewer, person) && person.status === 'ACTIVE' && !person.hidesFromViewer;
}

/** Whether a viewer may block a person: somebody else of the active tenant whom they see. */
export function mayBlock(viewer: Viewer, person: Seen): boolean {
  return may(policy, viewer, 'block', aboutPerson(person)) && isSomebodyElse(viewer, person) && maySee(viewer, person);
}

function isSomebodyElse(viewer: Viewer, { id }: About): boolean {
  return viewer.kind === 'person' && viewer.userId !== id;
}

/** Whether a viewer finds people of every status in the directory, or only those in good standing. */
export function mayListEveryone(viewer: Viewer): boolean {
  return may(policy, viewer, 'listEveryone', activeTenant);
}

/** What is done about somebody's account. */
export type StatusAct = 'suspend' | 'ban' | 'reinstate';

/** Answers the viewer when they may decide about accounts at all. Refuses UNAUTHENTICATED and FORBIDDEN. */
export function requireAdministrator(viewer: Viewer, act: StatusAct): SignedIn {
  return requireMay(policy, viewer, act, activeTenant);
}

/** What deciding about somebody's account asks of them. */
export interface StatusTarget {
  readonly id: Person['id'];
  /** In the active tenant. */
  readonly role: Role;
  readonly platformAdministrator: boolean;
}

/**
 * Whether somebody who may decide about accounts may decide about this one: administrators of a tenant whoever stands below them, those of
 * the platform everybody. An administrator of the platform is out of reach of a tenant's, and nobody decides about themselves.
 */
export function standsAbove(viewer: SignedIn, target: StatusTarget): boolean {
  const below = viewer.platformAdministrator || (!atLeast(target.role, 'ADMIN') && !target.platformAdministrator);
  return below && target.id !== viewer.userId;
}

/** Refuses FORBIDDEN unless `standsAbove`. */
export function requireMayChangeStatus(viewer: SignedIn, target: StatusTarget): void {
  if (!standsAbove(viewer, target)) throw forbidden();
}

/** Whether a viewer may do something about a person's account as it stands: what they may do at all, to whom, and what the account can become. */
export function mayChangeStatus(viewer: Viewer, act: StatusAct, { id, status, roleInActiveTenant: role, platformAdministrator }: Person): boolean {
  if (viewer.kind === 'anonymous' || role === null || !may(policy, viewer, act, activeTenant)) return false;
  return standsAbove(viewer, { id, role, platformAdministrator }) && leadsFrom[act].includes(status);
}

/** Whether a viewer may delete a person's account: it has not been deleted yet. */
export function mayDelete(viewer: Viewer, person: Person): boolean {
  return may(policy, viewer, 'delete', asItself(person)) && person.status !== 'DELETED';
}

/** Whether a viewer may do something to a person that hangs on nothing but who they are. */
export function mayNow(viewer: Viewer, act: 'update' | 'readContact', person: Person): boolean {
  return may(policy, viewer, act, asItself(person));
}

/** Without what a payload lets be read back: it gives no right to do anything. */
function asItself({ id, inActiveTenant }: Person): Subject {
  return aboutPerson({ id, inActiveTenant });
}
