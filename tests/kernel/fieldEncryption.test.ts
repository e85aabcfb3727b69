import { decryptField, encryptField } from '@kith/kernel/fieldEncryption.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const key = (fill: number): Buffer => Buffer.alloc(32, fill);
const first = new Map([[1, key(1)]]);
const both = new Map([...first, [2, key(2)]]);
const second = new Map([[2, key(2)]]);
const place = 'users.people.phone:42';
const text = fc.string({ unit: 'grapheme', maxLength: 300 });

describe('an encrypted field', () => {
  test('opens at its place as what it was', () => {
    fc.assert(
      fc.property(text, fc.string(), (value, anywhere) => {
        expect(decryptField(first, anywhere, encryptField(first, anywhere, value))).toBe(value);
      }),
    );
  });

  test('looks different every time, and tells nothing of its value but the length', () => {
    fc.assert(
      fc.property(text, (value) => {
        const [one, other] = [encryptField(first, place, value), encryptField(first, place, value)];
        expect(one).not.toBe(other);
        expect(one).toMatch(/^1\.[\w-]{16}\.[\w-]{22}\.[\w-]*$/);
        expect(one).toHaveLength(other.length);
      }),
    );
  });

  test('does not open at another place', () => {
    fc.assert(
      fc.property(text, fc.string(), fc.string(), (value, one, other) => {
        fc.pre(one !== other);
        expect(() => decryptField(first, other, encryptField(first, one, value))).toThrow();
      }),
    );
  });

  test('does not open with one bit of it changed, wherever', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(1, 2, 3), fc.nat(), fc.integer({ min: 0, max: 7 }), (value, part, byte, bit) => {
        const parts = encryptField(first, place, value).split('.');
        const bytes = Buffer.from(parts[part] ?? '', 'base64url');
        fc.pre(bytes.length > 0);
        const at = byte % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
        parts[part] = bytes.toString('base64url');
        expect(() => decryptField(first, place, parts.join('.'))).toThrow();
      }),
    );
  });

  test('does not open shortened, and neither does what is none', () => {
    const encrypted = encryptField(first, place, 'a value of some length');
    const [version, nonce, tag, ciphertext] = encrypted.split('.');
    const short = (part = ''): string => Buffer.from(part, 'base64url').subarray(0, 4).toString('base64url');
    for (const broken of [[version, nonce, short(tag), ciphertext], [version, short(nonce), tag, ciphertext], [version, nonce, tag, short(ciphertext)], [version, nonce, tag], [version], []]) {
      expect(() => decryptField(first, place, broken.join('.')), broken.join('.')).toThrow();
    }
    fc.assert(
      fc.property(fc.string(), (garbage) => {
        expect(() => decryptField(first, place, garbage)).toThrow();
      }),
    );
  });

  test('goes on opening when a new key comes, is written with the new one, and no longer opens when its own has gone', () => {
    const old = encryptField(first, place, 'before');
    const young = encryptField(both, place, 'after');
    expect(young).toMatch(/^2\./);
    expect([decryptField(both, place, old), decryptField(both, place, young), decryptField(second, place, young)]).toEqual(['before', 'after', 'after']);
    expect(() => decryptField(second, place, old)).toThrow('encryption key 1 is not among those configured');
    expect(() => decryptField(first, place, young)).toThrow('encryption key 2');
  });

  test('does not open with the key of another version', () => {
    const encrypted = encryptField(both, place, 'a value');
    expect(() => decryptField(both, place, encrypted.replace(/^2/, '1'))).toThrow();
    expect(() => decryptField(new Map([[2, key(3)]]), place, encrypted)).toThrow();
  });

  test('tells nothing of its value when it does not open', () => {
    const encrypted = encryptField(first, place, 'a value nobody may see');
    expect(() => decryptField(first, 'elsewhere', encrypted)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('nobody may see') }));
  });
});
