import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A range of addresses: those that begin with the first so many bits of its network. */
export interface IpRange {
  /** The one way to write it, such as `10.0.0.0/8` or `2001:db8::/32`. */
  readonly text: string;
  readonly network: Address;
  readonly bits: number;
}

const addressBits = { ipv4: 32, ipv6: 128 } as const;
/** In front of an IPv4 address that is written as IPv6, `::ffff:10.0.0.1`, stand so many bits. */
const mappedBits = 96;
const lengthForm = /^(?:0|[1-9]\d{0,2})$/;

/**
 * Reads a range in the notation of CIDR (RFC 4632, RFC 4291), or a single address. Bits behind its length are cleared, so `10.1.2.3/8` is
 * `10.0.0.0/8`, and IPv4 written as IPv6 is read as IPv4. Null for what is none: a name of a network card, a number that begins with a zero, which
 * some read as octal, a length with a sign or out of range, and IPv4 as IPv6 with fewer bits than stand in front of it. `::/0` is all of IPv6, and no IPv4.
 */
export function parseIpRange(text: string): IpRange | null {
  const [address = '', length, ...more] = text.trim().split('/');
  if (more.length > 0 || address.includes('%') || (length !== undefined && !lengthForm.test(length))) return null;
  const parsed = parseAddress(address);
  if (parsed === null) return null;
  const written = length === undefined ? null : Number(length);
  const bits = written === null ? addressBits[parsed.kind()] : isMapped(address) ? written - mappedBits : written;
  return bits < 0 || bits > addressBits[parsed.kind()] ? null : rangeOf(parsed, bits);
}

/** Reads ranges that were read before they were kept. One that cannot be read any more stands for no address at all, so that a list never becomes empty, and with it everywhere. */
export function readIpRanges(texts: readonly string[]): readonly (IpRange | null)[] {
  return texts.map(parseIpRange);
}

/** Whether an address lies in one of the ranges. No ranges are everywhere; an address that is not known, or is none, lies in no range. */
export function addressIn(ranges: readonly (IpRange | null)[], address: string | null): boolean {
  if (ranges.length === 0) return true;
  const parsed = address === null ? null : parseAddress(address.split('%', 1)[0] ?? address);
  return parsed !== null && ranges.some((range) => range !== null && holds(range, parsed));
}

function parseAddress(text: string): Address | null {
  // Stricter than the library, which takes octal and hexadecimal numbers, and fewer than four of them.
  return isIP(text) === 0 ? null : ipaddr.process(text);
}

function isMapped(text: string): boolean {
  const parsed = ipaddr.parse(text);
  return parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress();
}

function rangeOf(address: Address, bits: number): IpRange {
  const kind = address instanceof ipaddr.IPv4 ? ipaddr.IPv4 : ipaddr.IPv6;
  const network = kind.networkAddressFromCIDR(`${address.toString()}/${bits}`);
  return { text: `${network.toString()}/${bits}`, network, bits };
}

function holds({ network, bits }: IpRange, address: Address): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}
