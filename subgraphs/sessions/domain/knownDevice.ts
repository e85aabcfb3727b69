import type { Client } from '@kith/kernel/request.ts';
import type { DeviceClaims } from './fingerprint.ts';
import { fingerprintOf } from './fingerprint.ts';
import { hashOfSecret, parseRefreshToken } from './refreshToken.ts';

/** For how long a device is known after it was last signed in on. */
export const knownDeviceRule = { rememberedMs: 90 * 86_400_000 } as const;

/**
 * What a device has to show to be known: a refresh token its person was given there, which nobody can guess; or the fingerprint of an
 * earlier sign-in together with the network it came from. The fingerprint alone proves nothing, since whoever knows its parts can claim them;
 * to pass for a known device by both, one has to sit in the person's own network, and even then gets no more than the budget of one device.
 */
export interface DeviceEvidence {
  /** Null when the client says too little of itself to be told apart. */
  readonly fingerprint: Buffer | null;
  readonly address: string | null;
  readonly refreshTokenHash: Buffer | null;
}

/** Gathers what a client shows of its device. */
export function evidenceOf(client: Client, device: DeviceClaims | null): DeviceEvidence {
  const token = parseRefreshToken(client.refreshCookie);
  return {
    fingerprint: client.userAgent === null ? null : fingerprintOf(client, device),
    address: client.address,
    refreshTokenHash: token === null ? null : hashOfSecret(token),
  };
}
