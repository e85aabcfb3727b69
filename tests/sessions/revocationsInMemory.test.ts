import type { SessionId, TenantId, UserId } from '@kith/kernel/ids.ts';
import { newId } from '@kith/kernel/ids.ts';
import { Revocations, readRevocation, revocationsKeptMs } from '@kith/kernel/revocations.ts';
import { describe, expect, it } from 'vitest';
import { testClock } from '../harness/testClock.ts';

const ttlSeconds = 1_800;
const clock = testClock();
const issuedAt = (): Date => clock.now();
const token = () => ({ sessionId: newId<SessionId>(clock.now()), userId: newId<UserId>(clock.now()), tenantId: newId<TenantId>(clock.now()), issuedAt: issuedAt() });
const remembering = (entriesMax?: number): Revocations => new Revocations({ clock, keptMs: revocationsKeptMs(ttlSeconds), ...(entriesMax === undefined ? {} : { entriesMax }) });

describe('the revocations a process knows of', () => {
  it('include every token of a revoked session, and of no other', () => {
    const revocations = remembering();
    const [revoked, other] = [token(), token()];
    revocations.add({ sessionId: revoked.sessionId, userId: null, tenantId: null, revokedAt: clock.now() });
    expect(revocations.includes(revoked)).toBe(true);
    expect(revocations.includes({ ...revoked, issuedAt: new Date(clock.now().getTime() + 60_000) })).toBe(true);
    expect(revocations.includes({ ...other, userId: revoked.userId })).toBe(false);
  });

  it.each([
    { ms: -1, voided: true },
    { ms: 0, voided: true },
    { ms: 1, voided: false },
  ])('include a token a person was given $ms ms after theirs were voided: $voided', ({ ms, voided }) => {
    const revocations = remembering();
    const { sessionId, userId, tenantId } = token();
    revocations.add({ sessionId: null, userId, tenantId: null, revokedAt: clock.now() });
    expect(revocations.includes({ sessionId, userId, tenantId, issuedAt: new Date(clock.now().getTime() + ms) })).toBe(voided);
  });

  it.each([
    { ms: -1, voided: true },
    { ms: 0, voided: true },
    { ms: 1, voided: false },
  ])('include a token for acting in a tenant that was given $ms ms after those of the tenant were voided: $voided', ({ ms, voided }) => {
    const revocations = remembering();
    const given = token();
    revocations.add({ sessionId: null, userId: null, tenantId: given.tenantId, revokedAt: clock.now() });
    const issued = new Date(clock.now().getTime() + ms);
    expect(revocations.includes({ ...given, issuedAt: issued })).toBe(voided);
    expect(revocations.includes({ ...token(), tenantId: given.tenantId, issuedAt: issued })).toBe(voided);
    expect(revocations.includes({ ...given, tenantId: newId<TenantId>(clock.now()), issuedAt: issued })).toBe(false);
    expect(revocations.includes({ ...given, tenantId: null, issuedAt: issued })).toBe(false);
  });

  it('of tenants are bounded with the others', () => {
    const revocations = remembering(100);
    const given = Array.from({ length: 101 }, () => {
      clock.advanceSeconds(1);
      const one = token();
      revocations.add({ sessionId: null, userId: null, tenantId: one.tenantId, revokedAt: clock.now() });
      return one;
    });
    expect(revocations.size).toBeLessThanOrEqual(100);
    expect(given.every((one) => revocations.includes(one))).toBe(true);
    clock.advanceSeconds(ttlSeconds + 61);
    revocations.add({ sessionId: token().sessionId, userId: null, tenantId: null, revokedAt: clock.now() });
    expect(revocations.size).toBe(1);
  });

  it('are read as an older version tells of them, which says nothing of tenants', () => {
    const { sessionId } = token();
    expect(readRevocation(JSON.stringify({ sessionId, userId: null, revokedAt: clock.now() }))).toEqual({ sessionId, userId: null, tenantId: null, revokedAt: clock.now() });
  });

  it('keep the later of two moments for a person, in whatever order they are heard of', () => {
    const revocations = remembering();
    const given = token();
    clock.advanceSeconds(10);
    revocations.add({ sessionId: null, userId: given.userId, tenantId: null, revokedAt: clock.now() });
    revocations.add({ sessionId: null, userId: given.userId, tenantId: null, revokedAt: new Date(clock.now().getTime() - 60_000) });
    expect(revocations.includes(given)).toBe(true);
  });

  it.each([
    { afterSeconds: ttlSeconds + 59, size: 2 },
    { afterSeconds: ttlSeconds + 61, size: 1 },
  ])('number $size when the first is $afterSeconds s old: one is dropped when no token it is about can be alive', ({ afterSeconds, size }) => {
    const revocations = remembering();
    revocations.add({ sessionId: token().sessionId, userId: null, tenantId: null, revokedAt: clock.now() });
    clock.advanceSeconds(afterSeconds);
    revocations.add({ sessionId: token().sessionId, userId: null, tenantId: null, revokedAt: clock.now() });
    expect(revocations.size).toBe(size);
  });

  it('stay bounded: when there are too many, the older half comes to one moment for everybody, and nobody who was signed out comes back in', () => {
    const revocations = remembering(100);
    const bystander = token();
    const revoked = Array.from({ length: 101 }, () => {
      clock.advanceSeconds(1);
      const one = token();
      revocations.add({ sessionId: one.sessionId, userId: null, tenantId: null, revokedAt: clock.now() });
      return one;
    });
    expect(revocations.size).toBeLessThanOrEqual(100);
    expect(revoked.every((one) => revocations.includes(one))).toBe(true);
    expect(revocations.includes(bystander)).toBe(true);
    expect(revocations.includes(token())).toBe(false);
  });

  it.each(['', 'no json', '{}', '{"sessionId":"no id","userId":null,"revokedAt":"2026-01-01T00:00:00Z"}', '[]', 'null'])('are not read out of %j', (message) => {
    expect(readRevocation(message)).toBeNull();
  });
});
