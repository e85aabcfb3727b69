import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits, mutate } from '../harness/registration.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant, testPassword } from '../harness/world.ts';

let database: TestDatabase;
let graph: TestGraph;
let token: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  await aTenant('place').withMember('vera').withMember('walter').in(database);
  graph = await startGraph(database.url, { environment: generousLimits });
  token = await graph.signIn('vera', { password: testPassword });
});
afterAll(async () => {
  await graph.stop();
  await database.drop();
});

const shown = 'preferences { locale timeZone colorScheme showPresence }';
const update = (input: object): Promise<Answer['data']> => mutate(graph, 'userPreferencesUpdate', input, `${shown} errors { code path }`, { token });
const defaults = { locale: 'en', timeZone: 'UTC', colorScheme: 'SYSTEM', showPresence: true };

describe('preferences', () => {
  it('change field by field; what is not given, or null, stays', async () => {
    expect(await update({ locale: 'PT-br', colorScheme: 'DARK' })).toEqual({ preferences: { ...defaults, locale: 'pt-BR', colorScheme: 'DARK' }, errors: [] });
    expect(await update({ timeZone: 'europe/lisbon', locale: null })).toEqual({ preferences: { locale: 'pt-BR', timeZone: 'Europe/Lisbon', colorScheme: 'DARK', showPresence: true }, errors: [] });
    expect((await graph.ask(`{ me { ${shown} } }`, {}, { token })).data.me.preferences).toEqual({ locale: 'pt-BR', timeZone: 'Europe/Lisbon', colorScheme: 'DARK', showPresence: true });
    expect(await update(defaults)).toEqual({ preferences: defaults, errors: [] });
  });

  it('are seen as they are now by each of two changes in one operation', async () => {
    const { data } = await graph.ask(
      'mutation { a: userPreferencesUpdate(input: { colorScheme: DARK }) { preferences { colorScheme } } b: userPreferencesUpdate(input: { colorScheme: LIGHT }) { preferences { colorScheme } } }',
      {},
      { token },
    );
    expect(data).toEqual({ a: { preferences: { colorScheme: 'DARK' } }, b: { preferences: { colorScheme: 'LIGHT' } } });
  });

  it.each([
    ['en-US', null],
    ['zh-Hant-TW', null],
    ['en_US', 'LOCALE_INVALID'],
    ['', 'LOCALE_INVALID'],
    ['the language of my mother', 'LOCALE_INVALID'],
    [`en-${'a'.repeat(8)}-${'b'.repeat(8)}-${'c'.repeat(8)}-${'d'.repeat(8)}`, 'LOCALE_INVALID'],
  ])('of the locale %j', async (locale, code) => {
    const { preferences, errors } = await update({ locale });
    expect([preferences?.locale ?? null, errors]).toEqual(code === null ? [locale, []] : [null, [{ code, path: ['input', 'locale'] }]]);
  });

  it.each([
    ['Asia/Kathmandu', 'Asia/Kathmandu'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['utc', 'UTC'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
    ['Mars/Olympus_Mons', null],
    ['+01:00', null],
    ['', null],
    ['E'.repeat(65), null],
  ])('of the time zone %j', async (timeZone, kept) => {
    const { preferences, errors } = await update({ timeZone });
    if (kept === null) expect([preferences, errors]).toEqual([null, [{ code: 'TIME_ZONE_INVALID', path: ['input', 'timeZone'] }]]);
    else expect(preferences.timeZone).toMatch(new RegExp(`^${kept.replace('+', String.raw`\+`)}$`, 'i'));
  });

  it('that hide a person take them out of what others see of who is there, in the same transaction', async () => {
    graph.statements.reset();
    expect((await update({ showPresence: false })).preferences.showPresence).toBe(false);
    expect(graph.statements.sent.filter((text) => text.includes('users.hide_presence()'))).toHaveLength(1);
    graph.statements.reset();
    await update({ showPresence: true });
    expect(graph.statements.sent.filter((text) => text.includes('users.hide_presence()'))).toEqual([]);
  });

  it('tell which of them changed, and not to what', async () => {
    await database.owner`delete from kith.events where name = 'user.preferences_updated'`;
    await update({ colorScheme: 'LIGHT', locale: 'de' });
    await update({});
    expect(await database.owner`select payload from kith.events where name = 'user.preferences_updated'`).toEqual([{ payload: { fields: ['locale', 'colorScheme'] } }]);
  });

  it('are nobody else’s to change, and need a signed-in person', async () => {
    const walter = await graph.signIn('walter', { password: testPassword });
    await mutate(graph, 'userPreferencesUpdate', { locale: 'fi' }, 'errors { code }', { token: walter });
    expect((await graph.ask(`{ me { ${shown} } }`, {}, { token })).data.me.preferences.locale).not.toBe('fi');
    expect((await graph.ask('mutation { userPreferencesUpdate(input: {}) { errors { code } } }')).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});
