import { completeness } from '@kith/users/domain/completeness.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import { generousLimits, mutate, wholePerson } from '../harness/registration.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import { aTenant, testPassword } from '../harness/world.ts';

let database: TestDatabase;
let graph: TestGraph;
/** Another process on the same database. */
let other: TestGraph;
let vera: string;

beforeAll(async () => {
  database = await testDatabase('migrated');
  await aTenant('place').withMember('vera').withMember('walter').in(database);
  graph = await startGraph(database.url, { environment: generousLimits });
  other = await startGraph(database.url, { environment: generousLimits });
  vera = await graph.signIn('vera', { password: testPassword });
});
afterAll(async () => {
  await Promise.all([graph.stop(), other.stop()]);
  await database.drop();
});

const versionOf = async (token = vera): Promise<number> => (await graph.ask('{ me { version } }', {}, { token })).data.me.version;

/** Updates Vera as she is now. */
async function update(change: object, process = graph): Promise<Answer['data']> {
  return mutate(process, 'userUpdate', { version: await versionOf(), ...change }, `user { ${wholePerson} } errors { code message path }`, { token: vera });
}

const everything = {
  displayName: 'Vera Rubin',
  bio: 'Looks at galaxies.\nFound what is not there.',
  pictureUrl: 'https://pictures.example/vera.webp',
  bannerUrl: 'http://pictures.example/andromeda.webp?w=2000#top',
  location: 'Washington',
  website: 'https://vera.example/',
  interests: ['rotation curves', 'music'],
  skills: ['spectroscopy'],
  socialLinks: { twitter: 'vera', instagram: 'vera.rubin', tiktok: 'v', discord: 'vera#1', youtube: 'VeraRubin' },
};
const nothing = {
  displayName: null,
  bio: null,
  pictureUrl: null,
  bannerUrl: null,
  location: null,
  website: null,
  interests: [],
  skills: [],
  socialLinks: { twitter: null, instagram: null, tiktok: null, discord: null, youtube: null },
};

describe('an update', () => {
  it('changes what is given, and counts the version up by one', async () => {
    const before = await versionOf();
    const { user, errors } = await update(everything);
    expect(errors).toEqual([]);
    expect(user).toMatchObject({ version: before + 1, profile: everything });
  });

  it('leaves what is not given as it is', async () => {
    await update(everything);
    const { user } = await update({ location: 'Tucson', socialLinks: { tiktok: 'vv' } });
    expect(user.profile).toMatchObject({ ...everything, location: 'Tucson', socialLinks: { ...everything.socialLinks, tiktok: 'vv' } });
  });

  it('empties what null is given for', async () => {
    await update(everything);
    const { socialLinks, ...rest } = nothing;
    expect((await update({ ...rest, interests: null, skills: null, socialLinks: { ...socialLinks, youtube: undefined } })).user.profile).toMatchObject({
      ...nothing,
      socialLinks: { ...socialLinks, youtube: everything.socialLinks.youtube },
    });
    expect((await update({ socialLinks: null })).user.profile).toMatchObject(nothing);
  });

  it('tells which fields it was about, and not what is in them', async () => {
    await update({ bio: 'a secret of the bio', location: null });
    const told = await database.owner`select payload::text as text from kith.events where name = 'user.updated' and payload -> 'fields' = '["bio", "location"]'`;
    expect(told).toEqual([{ text: '{"fields": ["bio", "location"]}' }]);
  });

  it('is seen in the same answer, also by what was read before in the same operation', async () => {
    const version = await versionOf();
    const { data } = await graph.ask(
      'mutation ($a: UserUpdateInput!, $b: UserUpdateInput!) { a: userUpdate(input: $a) { user { version profile { location } } } b: userUpdate(input: $b) { user { version profile { location } } } }',
      { a: { version, location: 'one' }, b: { version: version + 1, location: 'two' } },
      { token: vera },
    );
    expect(data).toEqual({ a: { user: { version: version + 1, profile: { location: 'one' } } }, b: { user: { version: version + 2, profile: { location: 'two' } } } });
  });

  it('follows the display name into the directory', async () => {
    await update({ displayName: 'Findable Observer' });
    const { data } = await graph.ask('{ users(search: "findable obs") { nodes { username } } }', {}, { token: vera });
    expect(data.users.nodes).toEqual([{ username: 'vera' }]);
  });

  it('needs a signed-in person', async () => {
    const { errors } = await graph.ask('mutation ($input: UserUpdateInput!) { userUpdate(input: $input) { errors { code } } }', { input: { version: 1, bio: 'x' } });
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('an outdated version', () => {
  it('changes nothing and answers the present state', async () => {
    await update(everything);
    const outdated = (await versionOf()) - 1;
    const { user, errors } = await update({ version: outdated, bio: 'overwritten' });
    expect(errors).toEqual([{ code: 'VERSION_CONFLICT', message: expect.any(String), path: ['input', 'version'] }]);
    expect(user).toMatchObject({ version: outdated + 1, profile: everything });
  });

  const storm = async (processes: readonly TestGraph[], token: string): Promise<string[]> => {
    const version = await versionOf(token);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => mutate(processes[index % processes.length] ?? graph, 'userUpdate', { version, bio: `writer ${index}` }, 'user { version profile { bio } } errors { code }', { token })),
    );
    return answers.map(({ errors }) => errors[0]?.code ?? 'CHANGED');
  };

  it('is what 19 of 20 have who write at once through two processes', async () => {
    const before = await versionOf();
    const codes = await storm([graph, other], vera);
    expect(codes.filter((code) => code === 'CHANGED')).toHaveLength(1);
    expect(codes.filter((code) => code === 'VERSION_CONFLICT')).toHaveLength(19);
    expect(await versionOf()).toBe(before + 1);
  });

  it('would not be noticed without the condition in the statement that writes', async () => {
    const careless = await startGraph(database.url, { environment: generousLimits, rewrite: (text) => text.replace(/"users"\."people"\."version" = (\$\d+)/, '$1::int is not null') });
    const walter = await careless.signIn('walter', { password: testPassword });
    expect((await storm([careless], walter)).filter((code) => code === 'CHANGED')).toHaveLength(20);
    await careless.stop();
  });
});

describe('what a profile may hold', () => {
  const url = (length: number) => `https://example.org/${'p'.repeat(length - 20)}`;
  const list = (items: number, length: number) => Array.from({ length: items }, (_, index) => `${index} `.padEnd(length, 'x'));
  it.each([
    ['a display name of 100 characters', { displayName: '𝄞'.repeat(100) }, null],
    ['a display name of 101 characters', { displayName: '𝄞'.repeat(101) }, ['DISPLAY_NAME_INVALID', 'displayName']],
    ['an empty display name', { displayName: ' ' }, ['DISPLAY_NAME_INVALID', 'displayName']],
    ['a bio of 5,000 characters', { bio: '𝄞'.repeat(5_000) }, null],
    ['a bio of 5,001 characters', { bio: 'b'.repeat(5_001) }, ['BIO_TOO_LONG', 'bio']],
    ['a picture address of 500 characters', { pictureUrl: url(500) }, null],
    ['a picture address of 501 characters', { pictureUrl: url(501) }, ['URL_INVALID', 'pictureUrl']],
    ['a picture address that runs a script', { pictureUrl: 'javascript:alert(1)' }, ['URL_INVALID', 'pictureUrl']],
    ['a picture that is its own address', { pictureUrl: 'data:image/png;base64,AAAA' }, ['URL_INVALID', 'pictureUrl']],
    ['a banner address of 501 characters', { bannerUrl: url(501) }, ['URL_INVALID', 'bannerUrl']],
    ['a web site that is no address', { website: 'my page' }, ['URL_INVALID', 'website']],
    ['a web site by ftp', { website: 'ftp://example.org/' }, ['URL_INVALID', 'website']],
    ['a location of 100 characters', { location: 'l'.repeat(100) }, null],
    ['a location of 101 characters', { location: 'l'.repeat(101) }, ['FIELD_TOO_LONG', 'location']],
    ['50 interests of 50 characters', { interests: list(50, 50) }, null],
    ['51 interests', { interests: list(51, 10) }, ['FIELD_TOO_LONG', 'interests']],
    ['an interest of 51 characters', { interests: list(1, 51) }, ['FIELD_TOO_LONG', 'interests']],
    ['50 skills of 50 characters', { skills: list(50, 50) }, null],
    ['51 skills', { skills: list(51, 10) }, ['FIELD_TOO_LONG', 'skills']],
    ['a name elsewhere of 100 characters', { socialLinks: { discord: 'd'.repeat(100) } }, null],
    ['a name elsewhere of 101 characters', { socialLinks: { discord: 'd'.repeat(101) } }, ['FIELD_TOO_LONG', 'socialLinks', 'discord']],
  ])('%s', async (_, change, refusal) => {
    const before = await versionOf();
    const { user, errors } = await update(change);
    if (refusal === null) {
      expect([errors, user.version]).toEqual([[], before + 1]);
      return;
    }
    const [code, ...path] = refusal;
    expect(errors).toEqual([{ code, message: expect.any(String), path: ['input', ...path] }]);
    expect(user).toBeNull();
    expect(await versionOf()).toBe(before);
  });

  it('is brought into one form: names by NFKC, spaces taken off, lists without blanks and repetitions', async () => {
    const { user } = await update({ displayName: '  Ｖｅｒａ ', location: ' Gaithersburg ', bio: '   ', interests: [' music', 'music ', '', '  '], socialLinks: { twitter: '@vera' } });
    expect(user.profile).toMatchObject({ displayName: 'Vera', location: 'Gaithersburg', bio: null, interests: ['music'], socialLinks: { twitter: 'vera' } });
  });
});

describe('how complete a profile is', () => {
  const points = [
    ['pictureUrl', { pictureUrl: 'https://example.org/p.webp' }, 15],
    ['bio', { bio: 'b' }, 10],
    ['displayName', { displayName: 'd' }, 10],
    ['location', { location: 'l' }, 5],
    ['website', { website: 'https://example.org/' }, 5],
    ['twitter', { socialLinks: { twitter: 't' } }, 5],
    ['instagram', { socialLinks: { instagram: 'i' } }, 5],
    ['youtube', { socialLinks: { youtube: 'y' } }, 10],
    ['bannerUrl', { bannerUrl: 'https://example.org/b.webp' }, 0],
    ['tiktok', { socialLinks: { tiktok: 't' } }, 0],
    ['discord', { socialLinks: { discord: 'd' } }, 0],
    ['interests', { interests: ['i'] }, 0],
    ['skills', { skills: ['s'] }, 0],
  ] as const;

  // 20 for having a profile and 15 for the verified address.
  it.each(points)('%s counts for its part', async (_, change, expected) => {
    await update({ ...nothing, socialLinks: null });
    const { user } = await update(change);
    expect(user.profile.completeness).toBe(35 + expected);
  });

  it('adds up to 100, and counts as complete from 80 on', async () => {
    await update({ ...nothing, socialLinks: null });
    let sum = 35;
    for (const [, change, worth] of points) {
      sum += worth;
      const { completeness: reached, isComplete } = (await update(change)).user.profile;
      expect([reached, isComplete]).toEqual([sum, sum >= 80]);
    }
    expect(sum).toBe(100);
  });

  it('is 20 for somebody who has told nothing and proven nothing', () => {
    const empty = { displayName: null, bio: null, pictureUrl: null, bannerUrl: null, location: null, website: null, interests: [], skills: [], twitter: null, instagram: null, tiktok: null, discord: null, youtube: null };
    expect(completeness(empty, false)).toBe(20);
    expect(completeness(empty, true)).toBe(35);
  });
});
