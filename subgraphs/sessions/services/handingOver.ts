import { Refusal } from '@kith/kernel/errors.ts';
import type { GatewayNotes } from '@kith/kernel/gatewayNotes.ts';
import type { SignedIn } from '@kith/kernel/viewer.ts';
import type { SignOutScope } from '../generated/resolvers.ts';
import type { Asking, TokenPair } from './openingSession.ts';

/** How an operation goes on once somebody has signed in: in this subgraph, and by the notes in the others. */
export interface GoingOn {
  readonly notes: GatewayNotes;
  /** Answers the rest of the operation on behalf of somebody else. */
  readonly become: (viewer: SignedIn) => void;
}

/** The tokens as a payload shows them. */
type Shown<Result extends TokenPair> = Omit<Result, 'refreshToken' | 'refreshTokenIn' | 'viewer'> & { readonly refreshToken: string | null };

/**
 * Hands the tokens of a session over the way the caller chose: the refresh token in the payload, or noted for the gateway to
 * put into the browser's cookie. The rest of the operation goes on as whoever has just signed in: they may see themselves in the same answer.
 * What holds no tokens yet is handed over as it is.
 */
export function handOver<Result extends TokenPair, Other extends object = never>({ notes, become }: GoingOn, result: Result | Other): Shown<Result> | Other {
  if (!('refreshTokenIn' in result)) return result;
  const { refreshToken, refreshTokenIn, viewer, ...rest } = result;
  become(viewer);
  notes.accessToken = result.accessToken;
  if (refreshTokenIn === 'COOKIE') notes.refreshCookie = { token: refreshToken, expiresAt: result.refreshTokenExpiresAt.toISOString() };
  return { ...rest, refreshToken: refreshTokenIn === 'COOKIE' ? null : refreshToken };
}

/** Goes on with the next access token of a session whose refresh token stays where it is. */
export function handOn<Result extends Pick<TokenPair, 'accessToken' | 'viewer'>>({ notes, become }: GoingOn, { viewer, ...rest }: Result): Omit<Result, 'viewer'> {
  become(viewer);
  notes.accessToken = rest.accessToken;
  return rest;
}

/** Has the browser forget the refresh token it brought along, once that is refused. A fault takes nothing away: it may work the next time, as it may from another address. */
export function takeBackRefused(notes: GatewayNotes, asking: Asking, error: unknown): never {
  if (error instanceof Refusal && error.code !== 'ADDRESS_NOT_ALLOWED') takeBack(notes, asking);
  throw error;
}

/** Has the browser forget its refresh token after the session it asks with has ended. */
export function takeBackEnded<Result>(notes: GatewayNotes, asking: Asking, scope: SignOutScope, result: Result): Result {
  if (scope !== 'OTHERS') takeBack(notes, asking);
  return result;
}

function takeBack(notes: GatewayNotes, { client }: Asking): void {
  if (client.refreshCookie !== null) notes.refreshCookie = null;
}
