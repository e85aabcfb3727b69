import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { testClock } from '../harness/testClock.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { TestTenant } from '../harness/world.ts';
import { aTenant } from '../harness/world.ts';
import { whoIs } from '../sessions/sessionActs.ts';
import { auditOf, enter, eventsOf, settingsFields, tenantActs, topLevelCode } from './tenantActs.ts';

const clock = testClock();
let database: TestDatabase;
let graph: TestGraph;
let acts: ReturnType<typeof tenantActs>;

beforeAll(async () => {
  database = await testDatabase('migrated');
  graph = await startGraph(database.url, { clock });
  acts = tenantActs(graph);
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

let made = 0;
/** A tenant with rules nobody has chosen yet, and its administrator's token. */
async function aFreshTenant(): Promise<{ tenant: TestTenant; admin: string }> {
  made += 1;
  const tenant = await aTenant(`ruled-${made}`).withAdmin(`ruler_${made}`).withMember(`ruled_${made}`).withMember(`mod_${made}`, 'MODERATOR').in(database);
  return { tenant, admin: await enter(graph, `ruler_${made}`) };
}
const codesAndPaths = ({ errors }: { errors: { code: string; path: string[] }[] }) => errors.map(({ code, path }) => [code, path.slice(1).join('.')]);
const untouched = {
  version: 1, signUp: 'OPEN', hideRegisteredPeople: false, passwordScoreMin: 60, passwordLengthMin: 12, allowedIpRanges: [], sessionMinutesMax: null, apiPerMinute: null, writesPerMinute: null, updatedAt: null,
};
const readBy = async (token: string) => (await graph.ask(`{ currentTenant { branding { logoUrl accentColor } settings { ${settingsFields} } } }`, {}, { token })).data.currentTenant;
/** Whether somebody who acts in the tenant has to go on by new rules. */
const isVoided = async (token: string) => (await eventually(() => whoIs(graph, token), (who) => who === 'UNAUTHENTICATED', 400).then(() => true, () => false));

describe('the rules of a tenant', () => {
  it('are what holds by itself until somebody changes them', async () => {
    const { admin } = await aFreshTenant();
    expect(await readBy(admin)).toEqual({ branding: { logoUrl: null, accentColor: null }, settings: untouched });
  });

  it('change where something is given, stay where nothing is, and are told of and written down', async () => {
    const { tenant, admin } = await aFreshTenant();
    const change = { signUp: 'INVITE', passwordLengthMin: 16, apiPerMinute: 500, branding: { logoUrl: 'https://cdn.test/logo.svg', accentColor: '#7C3AED' } };
    const { settings, errors } = await acts.settle({ version: 1, ...change }, admin);
    expect({ errors, settings }).toEqual({ errors: [], settings: { ...untouched, version: 2, signUp: 'INVITE', passwordLengthMin: 16, apiPerMinute: 500, updatedAt: clock.now().toISOString() } });
    clock.advanceSeconds(1);
    expect((await acts.settle({ version: 2, apiPerMinute: null, branding: { logoUrl: null } }, admin)).settings).toMatchObject({ version: 3, signUp: 'INVITE', apiPerMinute: null });
    expect((await readBy(admin)).branding).toEqual({ logoUrl: null, accentColor: '#7c3aed' });
    expect((await eventsOf(database, tenant.id)).map(({ name, payload }) => [name, payload])).toEqual([
      ['tenant.settings_changed', { fields: ['signUp', 'passwordLengthMin', 'apiPerMinute', 'branding'] }],
      ['tenant.settings_changed', { fields: ['apiPerMinute', 'branding'] }],
    ]);
    expect((await auditOf(database, tenant.id))[0]).toMatchObject({
      action: 'tenant.settings_update',
      before: { signUp: 'OPEN', passwordLengthMin: 12, apiPerMinute: null },
      after: { signUp: 'INVITE', passwordLengthMin: 16, apiPerMinute: 500 },
    });
    const [kept] = await database.owner<{ settings: object }[]>`select settings from tenants.settings where tenant_id = ${tenant.id}`;
    expect(Object.keys(kept?.settings ?? {}).toSorted()).toEqual(['allowedIpRanges', 'apiPerMinute', 'branding', 'hideRegisteredPeople', 'passwordLengthMin', 'passwordScoreMin', 'sessionMinutesMax', 'signUp', 'writesPerMinute']);
  });

  it('keep what another version of the product wrote beside them', async () => {
    const { tenant, admin } = await aFreshTenant();
    await database.owner`insert into tenants.settings (tenant_id, settings, updated_at) values (${tenant.id}, '{"fromTheFuture": [1]}', now())`;
    await acts.settle({ version: 1, signUp: 'CLOSED' }, admin);
    expect(await database.owner`select settings -> 'fromTheFuture' as kept, settings ->> 'signUp' as chosen from tenants.settings where tenant_id = ${tenant.id}`).toEqual([{ kept: [1], chosen: 'CLOSED' }]);
  });

  it.each([
    ['a password length of 11', { passwordLengthMin: 11 }, 'SETTING_INVALID', 'passwordLengthMin'],
    ['one of 12', { passwordLengthMin: 12 }, null, ''],
    ['one of 64', { passwordLengthMin: 64 }, null, ''],
    ['one of 65', { passwordLengthMin: 65 }, 'SETTING_INVALID', 'passwordLengthMin'],
    ['a strength of 59', { passwordScoreMin: 59 }, 'SETTING_INVALID', 'passwordScoreMin'],
    ['one of 101', { passwordScoreMin: 101 }, 'SETTING_INVALID', 'passwordScoreMin'],
    ['sessions of 14 minutes', { sessionMinutesMax: 14 }, 'SETTING_INVALID', 'sessionMinutesMax'],
    ['sessions of 129,601', { sessionMinutesMax: 129_601 }, 'SETTING_INVALID', 'sessionMinutesMax'],
    ['no request at all', { apiPerMinute: 0 }, 'SETTING_INVALID', 'apiPerMinute'],
    ['10,001 mutations', { writesPerMinute: 10_001 }, 'SETTING_INVALID', 'writesPerMinute'],
    ['what is no range', { allowedIpRanges: ['127.0.0.0/8', '300.1.1.1/8'] }, 'IP_RANGE_INVALID', 'allowedIpRanges'],
    ['101 ranges', { allowedIpRanges: ['127.0.0.0/8', ...Array.from({ length: 100 }, (_, index) => `10.0.${index}.0/24`)] }, 'IP_RANGE_INVALID', 'allowedIpRanges'],
    ['ranges without oneself', { allowedIpRanges: ['203.0.113.0/24'] }, 'IP_RANGE_EXCLUDES_YOU', 'allowedIpRanges'],
    ['a logo of another protocol', { branding: { logoUrl: 'javascript:alert(1)' } }, 'URL_INVALID', 'branding.logoUrl'],
    ['a logo of 501 characters', { branding: { logoUrl: `https://cdn.test/${'l'.repeat(500)}` } }, 'URL_INVALID', 'branding.logoUrl'],
    ['a colour by name', { branding: { accentColor: 'red' } }, 'SETTING_INVALID', 'branding.accentColor'],
  ])('with %s: %s', async (_, change, code, path) => {
    const { admin } = await aFreshTenant();
    const payload = await acts.settle({ version: 1, ...change }, admin);
    expect(codesAndPaths(payload)).toEqual(code === null ? [] : [[code, path]]);
    if (code !== null) expect([payload.settings, (await readBy(admin)).settings]).toEqual([null, untouched]);
  });

  it('write ranges in their one form, each once', async () => {
    const { admin } = await aFreshTenant();
    expect((await acts.settle({ version: 1, allowedIpRanges: ['127.0.0.1', '127.0.0.1/32', '10.1.2.3/8'] }, admin)).settings.allowedIpRanges).toEqual(['127.0.0.1/32', '10.0.0.0/8']);
  });

  it('that somebody else has changed meanwhile are refused with their present state beside', async () => {
    const { admin } = await aFreshTenant();
    await acts.settle({ version: 1, signUp: 'CLOSED' }, admin);
    const payload = await acts.settle({ version: 1, signUp: 'OPEN' }, admin);
    expect(codesAndPaths(payload)).toEqual([['VERSION_CONFLICT', 'version']]);
    expect(payload.settings).toMatchObject({ version: 2, signUp: 'CLOSED' });
  });

  it.each([['that are kept', true], ['of which none are kept yet', false]])('%s, changed 20 times at once by one version, change once', async (_, areKept) => {
    const { tenant, admin } = await aFreshTenant();
    if (areKept) await database.owner`insert into tenants.settings (tenant_id, settings, updated_at) values (${tenant.id}, '{}', now())`;
    const answers = await Promise.all(Array.from({ length: 20 }, (__, index) => acts.settle({ version: 1, passwordLengthMin: 20 + index }, admin)));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect((await readBy(admin)).settings.version).toBe(2);
  });
});

describe('rules that let fewer people act', () => {
  it.each([
    ['sessions that are shorter', {}, { sessionMinutesMax: 60 }, true],
    ['sessions that are longer', { sessionMinutesMax: 60 }, { sessionMinutesMax: 120 }, false],
    ['ranges where there were none', {}, { allowedIpRanges: ['127.0.0.0/8'] }, true],
    ['a range more', { allowedIpRanges: ['127.0.0.0/8'] }, { allowedIpRanges: ['10.0.0.0/8', '127.0.0.0/8'] }, false],
    ['a range less', { allowedIpRanges: ['10.0.0.0/8', '127.0.0.0/8'] }, { allowedIpRanges: ['127.0.0.0/8'] }, true],
    ['no ranges any more', { allowedIpRanges: ['127.0.0.0/8'] }, { allowedIpRanges: [] }, false],
    ['passwords that are longer', {}, { passwordLengthMin: 20 }, false],
  ])('hold at once: %s', async (_, before, after, voids) => {
    const { admin, tenant } = await aFreshTenant();
    if (Object.keys(before).length > 0) await acts.settle({ version: 1, ...before }, admin);
    clock.advanceSeconds(2);
    const [ruler, member] = [await enter(graph, `ruler_${made}`), await enter(graph, `ruled_${made}`)];
    expect(codesAndPaths(await acts.settle({ version: Object.keys(before).length > 0 ? 2 : 1, ...after }, ruler))).toEqual([]);
    expect(await isVoided(member)).toBe(voids);
    const voided = await database.owner`select from sessions.revocations where tenant_id = ${tenant.id} and revoked_at = ${clock.now()}`;
    expect(voided).toHaveLength(voids ? 1 : 0);
  });
});

describe('who may', () => {
  it('change them are administrators, read them as well, and see how the tenant looks everybody in it', async () => {
    const { tenant, admin } = await aFreshTenant();
    await acts.settle({ version: 1, branding: { accentColor: '#123456' } }, admin);
    for (const who of ['ruled', 'mod']) {
      const token = await enter(graph, `${who}_${made}`, tenant.slug);
      expect(await topLevelCode(acts.settle({ version: 2, signUp: 'CLOSED' }, token))).toBe('FORBIDDEN');
      expect(await readBy(token)).toEqual({ branding: { logoUrl: null, accentColor: '#123456' }, settings: null });
    }
    expect(await topLevelCode(acts.settle({ version: 2, signUp: 'CLOSED' }))).toBe('UNAUTHENTICATED');
  });
});
