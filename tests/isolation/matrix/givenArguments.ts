import type { TwoTenants } from '../twoTenants.ts';
import { personOf } from '../twoTenants.ts';
import type { GivenArguments } from './paths.ts';

/**
 * What fields are asked with, by coordinate: a field of the query once with each set, a field further down with the first. `first`
 * is given to every list. A new argument that has to be given needs an entry here.
 */
export function givenArguments({ home, away, both }: TwoTenants): GivenArguments {
  const [colleague, stranger] = [personOf(home, 'home_member'), personOf(away, 'far_member_1')];
  return {
    'Query.user': [{ id: both.id }, { id: colleague.id }, { id: personOf(home, 'home_admin').id }, { id: stranger.id }],
    'Query.userByUsername': [{ username: both.username }, { username: stranger.username }],
    'Query.users': [{}, { search: 'far_' }],
    'Query.usernameAvailable': [{ username: stranger.username }],
    'Query.tenant': [
      { id: home.id, slug: null },
      { id: null, slug: home.slug },
      { id: away.id, slug: null },
      { id: null, slug: away.slug },
    ],
    'Query.passwordStrength': [{ password: 'password' }],
    'Query.erasureReport': [{ userId: both.id }, { userId: stranger.id }],
    'Query.invitation': [{ token: 'no such token' }],
  };
}
