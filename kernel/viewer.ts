import { z } from 'zod';
import { RequestError } from './errors.ts';
import type { SessionId, TenantId, UserId } from './ids.ts';
import { parseId } from './ids.ts';
import { roles } from './role.ts';

/** Turns a UUID from a token, a signed context or a message into a branded id; anything else fails the parse. */
export const id = <Id extends UserId | TenantId | SessionId>() =>
  z.string().transform((text, issues) => {
    const parsed = parseId<Id>(text);
    if (parsed === null) {
      issues.addIssue('must be a UUID');
      return z.NEVER;
    }
    return parsed;
  });

/** A signed-in person and the tenant they act in, as the access token says it. */
export const signedIn = z.object({
  kind: z.literal('person'),
  userId: id<UserId>(),
  sessionId: id<SessionId>(),
  tenantId: id<TenantId>().nullable(),
  role: z.enum(roles).nullable(),
  platformAdministrator: z.boolean(),
});

/** Whoever asks: a signed-in person, or nobody in particular. Parsed once at the border, trusted inside. */
export const viewerSchema = z.discriminatedUnion('kind', [z.object({ kind: z.literal('anonymous') }), signedIn]);

export type SignedIn = z.infer<typeof signedIn>;
export type Viewer = z.infer<typeof viewerSchema>;

/** The viewer of a request without a token. */
export const anonymous: Viewer = { kind: 'anonymous' };

/** Answers the person who asks. Refuses UNAUTHENTICATED when nobody is signed in. */
export function requireSignedIn(viewer: Viewer): SignedIn {
  if (viewer.kind === 'anonymous') throw new RequestError('UNAUTHENTICATED', 'Sign in first.');
  return viewer;
}

/** What PostgreSQL's policies read: whose statement this is and in which tenant. */
export interface Scope {
  readonly userId: UserId | null;
  readonly tenantId: TenantId | null;
}

/** The scope of a viewer's statements. */
export function scopeOf(viewer: Viewer): Scope {
  return viewer.kind === 'person' ? { userId: viewer.userId, tenantId: viewer.tenantId } : { userId: null, tenantId: null };
}
