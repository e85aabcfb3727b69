import { cursorCodec, cursorMoment } from '@kith/kernel/page.ts';
import { z } from 'zod';

/** A device a person is known on, as they see it. */
export interface KnownDevice {
  /** SHA-256 in hexadecimal. */
  readonly fingerprint: string;
  readonly network: string;
  readonly signedInAt: Date;
}

/** Where a list of known devices goes on: when somebody last signed in there, and the device. */
export type KnownDeviceCursor = readonly [signedInAt: string, fingerprint: string, network: string];

const fingerprint = z.string().regex(/^[0-9a-f]{64}$/);
const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

export const knownDeviceCursors = cursorCodec('known devices', z.tuple([cursorMoment, fingerprint, network]), (device: KnownDevice) => [
  device.signedInAt.toISOString(),
  device.fingerprint,
  device.network,
]);
