import { addressIn, parseIpRange, readIpRanges } from '@kith/kernel/ipRanges.ts';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

describe('a range', () => {
  it.each([
    ['10.1.0.0/16', '10.1.0.0/16'],
    [' 192.0.2.7 ', '192.0.2.7/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['1.2.3.4/8', '1.0.0.0/8'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1/128'],
    ['2001:db8::1/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['::ffff:a00:1', '10.0.0.1/32'],
    ['::ffff:10.0.0.1/96', '0.0.0.0/0'],
  ])('%j is read as %s', (text, canonical) => {
    expect(parseIpRange(text)?.text).toBe(canonical);
    expect(parseIpRange(canonical)?.text).toBe(canonical);
  });

  it.each([
    '', '/', '/8', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/+8', '10.0.0.0/08', '10.0.0.0/8/8', '10.0.0.0/8.0', '10.0.0.0/255.0.0.0', '10.0.0.0/1e1',
    '10.0.0', '10', '010.0.0.1', '10.0.0.01/32', '0x0a.0.0.1', '256.0.0.1', '10.0.0.0-10.0.0.9', '10.*', '2001:db8::/129', '2001:db8::g', ':::', 'fe80::1%eth0', 'fe80::%eth0/64',
    '::ffff:10.0.0.0/95', '::ffff:0:0/64', '::ffff:010.0.0.1', 'localhost', '10.0.0.0 /8', '10.0.0.0/ 8',
  ])('%j is none', (text) => {
    expect(parseIpRange(text)).toBeNull();
  });
});

const lies = (ranges: readonly string[], address: string | null): boolean => addressIn(readIpRanges(ranges), address);

describe('an address', () => {
  it.each([
    // What a comparison of texts gets wrong.
    ['10.10.0.1', ['10.1.0.0/16'], false],
    ['10.1.255.255', ['10.1.0.0/16'], true],
    ['10.2.0.0', ['10.1.0.0/16'], false],
    ['12.0.0.1', ['1.2.3.4/8'], false],
    ['1.99.99.99', ['1.2.3.4/8'], true],
    ['192.0.2.70', ['192.0.2.7'], false],
    ['192.0.2.7', ['192.0.2.7'], true],
    ['2001:db8:1::1', ['2001:db8::/32'], true],
    ['2001:db80::1', ['2001:db8::/32'], false],
    ['2001:0DB8:0000::0001', ['2001:db8::1/128'], true],
    ['2001:db8::2', ['2001:db8::1/128'], false],
    // The bounds of ranges that do not end between numbers.
    ['172.31.255.255', ['172.16.0.0/12'], true],
    ['172.32.0.0', ['172.16.0.0/12'], false],
    // Everything of a kind is nothing of the other.
    ['203.0.113.9', ['0.0.0.0/0'], true],
    ['2001:db8::1', ['0.0.0.0/0'], false],
    ['2001:db8::1', ['::/0'], true],
    ['203.0.113.9', ['::/0'], false],
    // IPv4 in either spelling.
    ['::ffff:10.0.0.1', ['10.0.0.0/8'], true],
    ['::ffff:10.0.0.1', ['::/0'], false],
    ['10.0.0.1', ['::ffff:10.0.0.0/104'], true],
    ['11.0.0.1', ['::ffff:10.0.0.0/104'], false],
    // With the name of a network card.
    ['fe80::1%eth0', ['fe80::/10'], true],
    // Any of several.
    ['192.0.2.1', ['10.0.0.0/8', '192.0.2.0/24'], true],
    // What is none, and what cannot be read.
    ['nonsense', ['0.0.0.0/0', '::/0'], false],
    ['010.0.0.1', ['8.0.0.0/8', '10.0.0.0/8'], false],
    ['', ['0.0.0.0/0'], false],
    [null, ['0.0.0.0/0', '::/0'], false],
    ['10.0.0.1', ['nowhere'], false],
    ['10.0.0.1', ['nowhere', '10.0.0.0/8'], true],
  ])('%s lies in %j: %s', (address, ranges, expected) => {
    expect(lies(ranges, address)).toBe(expected);
  });

  it('lies everywhere when there are no ranges, even if it is not known', () => {
    expect([lies([], '192.0.2.1'), lies([], null)]).toEqual([true, true]);
  });
});

const number = (address: string): bigint => address.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);

test('an IPv4 address lies in a range exactly when the bits in front are the same, in either spelling', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, network, bits) => {
      const shift = BigInt(32 - bits);
      const expected = number(address) >> shift === number(network) >> shift;
      expect(lies([`${network}/${bits}`], address)).toBe(expected);
      expect(lies([`::ffff:${network}/${96 + bits}`], `::ffff:${address}`)).toBe(expected);
    }),
  );
});

test('the network of a range lies in it, and its canonical text is read as itself', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 128 }), (address, bits) => {
      const range = parseIpRange(`${address}/${bits}`);
      fc.pre(range !== null);
      expect(parseIpRange(range?.text ?? '')).toEqual(range);
      expect(addressIn([range], address)).toBe(true);
    }),
  );
});

test('nothing that comes in breaks the reading', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.string({ maxLength: 4 })).map((both) => both.join('/'))), (text) => {
      const range = parseIpRange(text);
      if (range !== null) expect(parseIpRange(range.text)?.text).toBe(range.text);
    }),
  );
});
