import { createHash } from 'node:crypto';
import type { Client } from '@kith/kernel/request.ts';

/** What a device says of itself beside its headers. */
export interface DeviceClaims {
  readonly screen?: string | null;
  readonly timeZone?: string | null;
}

/**
 * The fingerprint of a device: SHA-256 over user agent, languages, encodings, screen and time zone. It tells a person's devices
 * apart and proves nothing: whoever knows the parts can claim them.
 */
export function fingerprintOf(client: Client, device: DeviceClaims | null): Buffer {
  // As a JSON list, so that no two different lists of parts run together into one text.
  const parts = [client.userAgent, client.acceptLanguage, client.acceptEncoding, device?.screen ?? null, device?.timeZone ?? null];
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}
