import type { Answer, TestGraph } from '../harness/graph.ts';
import { mutate } from '../harness/registration.ts';
import type { TestPerson, TestTenant } from '../harness/world.ts';
import { testPassword } from '../harness/world.ts';

/** What somebody does about somebody else. */
export type SocialAct = 'userFollow' | 'userUnfollow' | 'userBlock' | 'userUnblock';

/** A person who acts in a tenant through a graph. */
export interface Actor extends TestPerson {
  readonly token: string;
  /** Does something about somebody by id, and answers the payload. */
  does(act: SocialAct, id: string): Promise<Answer['data']>;
  /** Asks something, and answers the data. Throws when there are errors. */
  ask(query: string, variables?: Record<string, unknown>): Promise<Answer['data']>;
}

/** Signs somebody of a tenant in. */
export async function actor(graph: TestGraph, tenant: TestTenant, username: string): Promise<Actor> {
  const person = tenant.people[username];
  if (person === undefined) throw new Error(`${username} does not belong to ${tenant.slug}`);
  const token = await graph.signIn(username, { password: testPassword, tenant: tenant.slug });
  return {
    ...person,
    token,
    does: (act, id) => mutate(graph, act, { userId: id }, 'user { id username followerCount followingCount } errors { code message path }', { token }),
    ask: async (query, variables = {}) => {
      const { data, errors } = await graph.ask(query, variables, { token });
      if (errors.length > 0) throw new Error(JSON.stringify(errors));
      return data;
    },
  };
}

/** The codes a payload was refused with. */
export function codesOf(payload: Answer['data']): string[] {
  return payload.errors.map(({ code }: { code: string }) => code);
}

/** The usernames of a list, in its order. */
export function namesOf(list: Answer['data']): string[] {
  return list.nodes.map(({ username }: { username: string }) => username);
}
