/** Where a key stands: made known, signing, or signing no more. */
export type SigningKeyState = 'NEXT' | 'SIGNING' | 'RETIRED';

/** How long a process goes on with the keys it has read, be it to sign or to publish. */
export const keysRememberedMs = 30_000;

/**
 * How long a key is published before it signs: by then whoever checks tokens has asked for the keys anew. Gateways do every minute, and that is what
 * others are told to do.
 */
export const publishedBeforeMsMin = 5 * 60_000;

/** How long a retired key is kept and published: as long as a token lives that a process with an old memory may have signed with it. */
export function retiredKeptMs(accessTokenTtlSeconds: number): number {
  return accessTokenTtlSeconds * 1_000 + keysRememberedMs + 60_000;
}

/** Whether tokens signed with a key may still be about. */
export function isPublished(key: { readonly retiredAt: Date | null }, now: Date, accessTokenTtlSeconds: number): boolean {
  return key.retiredAt === null || now.getTime() - key.retiredAt.getTime() < retiredKeptMs(accessTokenTtlSeconds);
}
