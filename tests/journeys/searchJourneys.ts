import { beforeAll, expect, test } from 'vitest';
import { aTenant, testPassword } from '../harness/world.ts';
import type { Place } from './journeys.ts';

const displayNames: Record<string, string> = { seeker: 'Seeker', per_cent: '100 % sure', under: 'a_b', dash: 'back\\slash', elodie: 'Élodie Ångström', istanbul: 'İstanbul Ltd', tokyo: '東京の人' };

const bios: Record<string, string> = { elodie: 'Repairs clocks of all kinds.', tokyo: 'Repairs bicycles, and a clock now and then.' };

/** Finding people by a piece of their names, or of what they say of themselves. */
export function searchJourneys(place: () => Place): void {
  let token: string;
  const found = async (search: string | null): Promise<string[]> => {
    const { data, errors } = await place().graph.ask('query ($search: String) { users(first: 200, search: $search) { nodes { username } totalCount } }', { search }, { token });
    expect(errors).toEqual([]);
    expect(data.users.totalCount).toBe(data.users.nodes.length);
    return data.users.nodes.map((node: { username: string }) => node.username).toSorted();
  };

  beforeAll(async () => {
    const { graph, database } = place();
    await Object.keys(displayNames).reduce((draft, name) => draft.withMember(name), aTenant('seekers')).in(database);
    for (const [username, displayName] of Object.entries(displayNames)) {
      await database.owner`update users.profiles set display_name = ${displayName} where user_id = (select id from users.people where username = ${username})`;
    }
    for (const [username, bio] of Object.entries(bios)) {
      await database.owner`update users.profiles set bio = ${bio} where user_id = (select id from users.people where username = ${username})`;
    }
    token = await graph.signIn('seeker', { password: testPassword });
  });

  test.each([
    ['a piece of a username', 'eeke', ['seeker']],
    ['a piece of a display name', 'ngstr', ['elodie']],
    ['a word of a bio', 'Clock', ['elodie', 'tokyo']],
    ['two words of a bio', 'repairs bicycles', ['tokyo']],
    ['any mix of upper and lower case', 'eLODIE', ['elodie']],
    ['letters beyond ASCII in any case', 'éLODIE åNG', ['elodie']],
    ['letters of another script', '京', ['tokyo']],
    ['white space around it', '  seeker ', ['seeker']],
    ['a per cent sign, taken literally', '%', ['per_cent']],
    ['an underscore, taken literally', 'a_b', ['under']],
    ['a backslash, taken literally', '\\', ['dash']],
    ['a quote, taken literally', "'", []],
    ['what nobody is called', 'zzzz', []],
  ])('%s finds who it should', async (_, search, usernames) => {
    expect(await found(search)).toEqual(usernames);
  });

  test('a letter that folds differently in PostgreSQL and JavaScript is found as it is written', async () => {
    expect(await found('İstanbul')).toEqual(['istanbul']);
  });

  test.each(['', '   ', null])('%j looks for nothing and finds everybody', async (search) => {
    expect(await found(search)).toHaveLength(Object.keys(displayNames).length);
  });

  test('a text of more than 100 characters is BAD_REQUEST', async () => {
    const { status, errors } = await place().graph.ask('query ($search: String) { users(search: $search) { totalCount } }', { search: 'a'.repeat(101) }, { token });
    expect({ status, code: errors[0]?.extensions.code }).toEqual({ status: 400, code: 'BAD_REQUEST' });
  });
}
