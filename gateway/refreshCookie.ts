import type { RefreshCookie } from '@kith/kernel/gatewayNotes.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The cookie a refresh token travels in: no script reads it, no other site's form brings it along. Over https it has the
 * `__Host-` prefix, which ties it to this very host (RFC 6265bis); on a developer's machine there is no https to insist on.
 */
const secureName = '__Host-kith_refresh';
const plainName = 'kith_refresh';

/**
 * The refresh token a browser brings along, or null. Over https the plain name is not looked at: a neighbouring host could have
 * planted a cookie of that name, and with it somebody else's session.
 */
export function readRefreshCookie(incoming: FastifyRequest, secure: boolean): string | null {
  return incoming.cookies[secure ? secureName : plainName]?.slice(0, 500) ?? null;
}

/** Has the browser keep a refresh token, or, given null, forget it. */
export function writeRefreshCookie(reply: FastifyReply, cookie: RefreshCookie | null, secure: boolean): void {
  const name = secure ? secureName : plainName;
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const;
  if (cookie === null) void reply.clearCookie(name, options);
  else void reply.setCookie(name, cookie.token, { ...options, expires: new Date(cookie.expiresAt) });
}
