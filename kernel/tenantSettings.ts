import { z } from 'zod';
import { addressIn, readIpRanges } from './ipRanges.ts';
import type { PasswordFloor } from './passwordFloor.ts';
import { strictestFloor, usualFloor } from './passwordFloor.ts';

const branding = z.object({
  logoUrl: z.string().nullable().default(null),
  accentColor: z.string().regex(/^#[0-9a-f]{6}$/i).nullable().default(null),
});

/** The rules of a tenant, each with what holds where it says nothing. Keys of other versions are passed over. */
export const tenantSettings = z.object({
  /** Who may sign up: everybody, whoever was invited, nobody. */
  signUp: z.enum(['OPEN', 'INVITE', 'CLOSED']).default('OPEN'),
  /** Whether nobody may learn by registering who is registered. */
  hideRegisteredPeople: z.boolean().default(false),
  /** What passwords of its people have to score, and how long they have to be. */
  passwordScoreMin: z.int().min(usualFloor.scoreMin).max(100).default(usualFloor.scoreMin),
  passwordLengthMin: z.int().min(usualFloor.lengthMin).max(64).default(usualFloor.lengthMin),
  /** From which addresses its people may act in it, in CIDR; none means everywhere. */
  allowedIpRanges: z.array(z.string()).max(100).default([]),
  /** How long a session in it lasts, however much it is used. */
  sessionMinutesMax: z.int().min(15).max(129_600).nullable().default(null),
  /** How often each of its people may ask, and change something; null means as the process is configured. */
  apiPerMinute: z.int().min(1).max(100_000).nullable().default(null),
  writesPerMinute: z.int().min(1).max(10_000).nullable().default(null),
  branding: branding.default({ logoUrl: null, accentColor: null }),
});

export type TenantSettings = z.infer<typeof tenantSettings>;

/** The rules of a tenant that chose none. */
export const defaultTenantSettings: TenantSettings = tenantSettings.parse({});

/** Stands in a list of ranges for one that cannot be read: no address lies in it. */
const nowhere = 'nowhere';

const readable = tenantSettings.extend({
  signUp: tenantSettings.shape.signUp.catch('CLOSED'),
  hideRegisteredPeople: tenantSettings.shape.hideRegisteredPeople.catch(false),
  passwordScoreMin: tenantSettings.shape.passwordScoreMin.catch(usualFloor.scoreMin),
  passwordLengthMin: tenantSettings.shape.passwordLengthMin.catch(usualFloor.lengthMin),
  allowedIpRanges: tenantSettings.shape.allowedIpRanges.catch([nowhere]),
  sessionMinutesMax: tenantSettings.shape.sessionMinutesMax.catch(null),
  apiPerMinute: tenantSettings.shape.apiPerMinute.catch(null),
  writesPerMinute: tenantSettings.shape.writesPerMinute.catch(null),
  branding: branding.extend({ logoUrl: branding.shape.logoUrl.catch(null), accentColor: branding.shape.accentColor.catch(null) }).catch({ logoUrl: null, accentColor: null }),
});

/**
 * Reads the rules a tenant has, as they are kept. Never throws: nobody is to be kept out of everything by one value that was written behind the
 * graph's back. Such a value counts as not said, but where that would open a door: sign-up is then closed, and the ranges hold no address.
 */
export function readTenantSettings(kept: unknown): TenantSettings {
  const read = readable.safeParse(kept ?? {});
  return read.success ? read.data : { ...defaultTenantSettings, signUp: 'CLOSED', allowedIpRanges: [nowhere] };
}

/** Whether a tenant lets its people act from an address. */
export function letsIn({ allowedIpRanges }: Pick<TenantSettings, 'allowedIpRanges'>, address: string | null): boolean {
  return addressIn(readIpRanges(allowedIpRanges), address);
}

/** What a password must have to please all of several tenants: of each demand the strictest. */
export function passwordFloorOf(tenants: readonly Pick<TenantSettings, 'passwordScoreMin' | 'passwordLengthMin'>[]): PasswordFloor {
  return strictestFloor(tenants.map(({ passwordScoreMin: scoreMin, passwordLengthMin: lengthMin }) => ({ scoreMin, lengthMin })));
}
