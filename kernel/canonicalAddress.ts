import ipaddr from 'ipaddr.js';

/** Writes an internet address in one form, the zone of an IPv6 one left out. Null for what is none. */
export function canonicalAddress(address: string | null): string | null {
  const [withoutZone = ''] = address?.split('%', 1) ?? [];
  return ipaddr.isValid(withoutZone) ? ipaddr.parse(withoutZone).toNormalizedString() : null;
}
