import { RequestError } from './errors.ts';
import type { UserId } from './ids.ts';
import type { SignedIn, Viewer } from './viewer.ts';
import { requireSignedIn } from './viewer.ts';

/** Groups of viewers that a guarded field is open to, as the SDL's `@audience` names them. */
export type Audience = 'SELF' | 'TENANT_MODERATORS' | 'TENANT_ADMINS' | 'PLATFORM_ADMINISTRATORS';

/** Groups of viewers that a right is given to, seen from what it is about. */
export type Grantee = Audience | 'SIGNED_IN' | 'TENANT_MEMBERS';

/** What a right is about, as far as rights depend on it. */
export interface Subject {
  /** Whose it is. Null for what is nobody's own. */
  readonly userId: UserId | null;
  /** Whether it belongs to the viewer's active tenant. */
  readonly inActiveTenant: boolean;
  /** There in the payload of a mutation that wrote this subject, and nowhere else: whoever wrote it may read back what this group may read. */
  readonly readBackAs?: Audience;
}

/**
 * Who may do what in a subgraph: the one table that services, field guards and `viewerCan` read. What depends on more than groups, such as who
 * stands below whom, stands in functions beside it.
 */
export interface Policy<Act extends string = string> {
  /** Acts, each with the groups that may do it; belonging to one is enough. */
  readonly acts: Readonly<Record<Act, readonly Grantee[]>>;
  /** Guarded fields by coordinate, such as `User.email`, with the groups that read them: the same as the SDL says. */
  readonly fields: Readonly<Record<string, readonly Audience[]>>;
}

/** Whether a viewer belongs to a group, seen from a subject. */
export function belongsTo(viewer: Viewer, group: Grantee, subject: Subject): boolean {
  if (subject.readBackAs === group) return true;
  if (viewer.kind === 'anonymous') return false;
  switch (group) {
    case 'SIGNED_IN':
      return true;
    case 'SELF':
      return viewer.userId === subject.userId;
    case 'TENANT_MEMBERS':
      return subject.inActiveTenant && viewer.role !== null;
    case 'TENANT_MODERATORS':
      return subject.inActiveTenant && (viewer.role === 'MODERATOR' || viewer.role === 'ADMIN');
    case 'TENANT_ADMINS':
      return subject.inActiveTenant && viewer.role === 'ADMIN';
    case 'PLATFORM_ADMINISTRATORS':
      return viewer.platformAdministrator;
  }
}

/** Whether a viewer may do something to a subject. */
export function may<Act extends string>(policy: Policy<Act>, viewer: Viewer, act: Act, subject: Subject): boolean {
  return policy.acts[act].some((group) => belongsTo(viewer, group, subject));
}

/** Answers the viewer when they may do something to a subject. Refuses UNAUTHENTICATED when nobody is signed in, and FORBIDDEN. */
export function requireMay<Act extends string>(policy: Policy<Act>, viewer: Viewer, act: Act, subject: Subject): SignedIn {
  const person = requireSignedIn(viewer);
  if (!may(policy, viewer, act, subject)) throw forbidden();
  return person;
}

/** The refusal of what somebody may not do. */
export function forbidden(): RequestError {
  return new RequestError('FORBIDDEN', 'You may not do this.');
}
