import { z } from 'zod';

/**
 * What a subgraph tells the gateway beside its answer, for the gateway alone:
 * an access token to go on with, when somebody has just signed in, so that the other subgraphs are asked on that
 * person's behalf (the gateway verifies it first); and a refresh token for the browser's cookie, null to take it out.
 */
const gatewayNotes = z.object({
  accessToken: z.string().optional(),
  refreshCookie: z.object({ token: z.string(), expiresAt: z.iso.datetime() }).nullable().optional(),
});

export type GatewayNotes = z.infer<typeof gatewayNotes>;
/** A refresh token for a cookie, and when the cookie ends. */
export type RefreshCookie = NonNullable<GatewayNotes['refreshCookie']>;

/** Reads the notes out of the extensions of a subgraph's answer. What is no note is passed over. */
export function readGatewayNotes(extensions: Record<string, unknown> | undefined): GatewayNotes {
  return gatewayNotes.safeParse(extensions).data ?? {};
}
