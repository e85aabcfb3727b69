import { defaultTenantSettings, passwordFloorOf, readTenantSettings, tenantSettings } from '@kith/kernel/tenantSettings.ts';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

test('a tenant that says nothing has the defaults', () => {
  const defaults = {
    signUp: 'OPEN',
    hideRegisteredPeople: false,
    passwordScoreMin: 60,
    passwordLengthMin: 12,
    allowedIpRanges: [],
    sessionMinutesMax: null,
    apiPerMinute: null,
    writesPerMinute: null,
    branding: { logoUrl: null, accentColor: null },
  };
  expect([defaultTenantSettings, tenantSettings.parse({}), readTenantSettings({}), readTenantSettings(null)]).toEqual([defaults, defaults, defaults, defaults]);
});

describe('the bounds of', () => {
  it.each([
    ['passwordScoreMin', 60, 100],
    ['passwordLengthMin', 12, 64],
    ['sessionMinutesMax', 15, 129_600],
    ['apiPerMinute', 1, 100_000],
    ['writesPerMinute', 1, 10_000],
  ])('%s are %i and %i, in whole numbers', (key, min, max) => {
    const takes = (value: unknown): boolean => tenantSettings.safeParse({ [key]: value }).success;
    expect([min, max, min - 1, max + 1, min + 0.5, String(min)].map(takes)).toEqual([true, true, false, false, false, false]);
  });

  it.each([
    ['accentColor', { branding: { accentColor: '#7c3aed' } }, { branding: { accentColor: 'red' } }],
    ['allowedIpRanges', { allowedIpRanges: Array.from({ length: 100 }, () => '10.0.0.0/8') }, { allowedIpRanges: Array.from({ length: 101 }, () => '10.0.0.0/8') }],
    ['signUp', { signUp: 'INVITE' }, { signUp: 'SOMETIMES' }],
  ])('%s hold', (_, good, bad) => {
    expect([tenantSettings.safeParse(good).success, tenantSettings.safeParse(bad).success]).toEqual([true, false]);
  });
});

describe('rules as they are kept', () => {
  it('are read although another version wrote keys of its own', () => {
    expect(readTenantSettings({ motto: 'Onward.', passwordLengthMin: 16, branding: { motto: 'Onward.', accentColor: '#000000' } })).toEqual({
      ...defaultTenantSettings,
      passwordLengthMin: 16,
      branding: { logoUrl: null, accentColor: '#000000' },
    });
  });

  it.each([
    [{ passwordLengthMin: 'long', sessionMinutesMax: 20 }, { ...defaultTenantSettings, sessionMinutesMax: 20 }],
    [{ apiPerMinute: 0, branding: 'blue' }, defaultTenantSettings],
    [{ signUp: 'SOMETIMES' }, { ...defaultTenantSettings, signUp: 'CLOSED' }],
    [{ allowedIpRanges: '10.0.0.0/8' }, { ...defaultTenantSettings, allowedIpRanges: ['nowhere'] }],
    [{ allowedIpRanges: [7] }, { ...defaultTenantSettings, allowedIpRanges: ['nowhere'] }],
    ['rubbish', { ...defaultTenantSettings, signUp: 'CLOSED', allowedIpRanges: ['nowhere'] }],
  ])('count as not said where they cannot be so, unless that opened a door: %j', (kept, read) => {
    expect(readTenantSettings(kept)).toEqual(read);
  });

  it('never break the reading', () => {
    fc.assert(fc.property(fc.jsonValue(), (kept) => tenantSettings.safeParse(readTenantSettings(kept)).success));
    const keys = Object.keys(defaultTenantSettings);
    fc.assert(fc.property(fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()), (kept) => tenantSettings.safeParse(readTenantSettings(kept)).success));
  });
});

test('of what several tenants ask of a password the strictest holds, of each demand on its own', () => {
  const tenants = [{ passwordScoreMin: 80, passwordLengthMin: 12 }, { passwordScoreMin: 60, passwordLengthMin: 20 }];
  expect([passwordFloorOf(tenants), passwordFloorOf([])]).toEqual([{ scoreMin: 80, lengthMin: 20 }, { scoreMin: 60, lengthMin: 12 }]);
});
