import { z } from 'zod';

/**
 * How a subgraph tells the gateway that the request goes on as somebody else: signing in answers an access token beside
 * the data, and the gateway, once it has verified it, asks the other subgraphs on that person's behalf.
 */
const adoption = z.object({ accessToken: z.string() });

/** Has the gateway go on with this token, put into the extensions of a subgraph's answer. */
export function adoptToken(extensions: Record<string, unknown>, accessToken: string): void {
  extensions['accessToken'] = accessToken;
}

/** The token to go on with, or null. */
export function adoptedToken(extensions: Record<string, unknown> | undefined): string | null {
  return adoption.safeParse(extensions).data?.accessToken ?? null;
}
