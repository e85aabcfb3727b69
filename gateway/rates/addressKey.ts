import ipaddr from 'ipaddr.js';

/**
 * What stands for an address when things are counted by it. An IPv6 address counts as its network of /64: one subscriber has that many
 * addresses to choose from. An IPv4 address written as IPv6 counts as itself.
 */
export function addressKey(address: string | null): string {
  if (address === null || !ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${withoutZone(parsed.toString())}/64`).toString()}/64`;
}

function withoutZone(address: string): string {
  return address.split('%', 1)[0] ?? address;
}
