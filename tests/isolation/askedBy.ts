import type { Answer, TestGraph } from '../harness/graph.ts';
import { testPassword } from '../harness/world.ts';
import type { ForeignCursors, Prying } from './prying.ts';

/** Asks all questions with one token. */
export async function askAll(graph: TestGraph, prying: Readonly<Record<string, Prying>>, token: string | undefined): Promise<Record<string, Pick<Answer, 'data' | 'errors'>>> {
  const answers: Record<string, Pick<Answer, 'data' | 'errors'>> = {};
  for (const [name, { query, variables }] of Object.entries(prying)) {
    const { data, errors } = await graph.ask(query, variables, { token });
    answers[name] = { data, errors };
  }
  return answers;
}

/** Names the questions whose answers tell something of what is foreign. */
export function tellingOf(answers: Readonly<Record<string, unknown>>, foreign: readonly string[]): string[] {
  return Object.entries(answers).flatMap(([name, answer]) => (foreign.some((marker) => JSON.stringify(answer).includes(marker)) ? [name] : []));
}

/** The cursors a member of the other tenant is given there. */
export async function foreignCursors(graph: TestGraph): Promise<ForeignCursors> {
  const token = await graph.signIn('far_member_2', { password: testPassword });
  const { data } = await graph.ask(
    '{ users { edges { cursor } } currentTenant { members { edges { cursor } } } me { security { sessions { edges { cursor } } } player { achievements { edges { cursor } } } } }',
    {},
    { token },
  );
  return {
    users: data.users.edges[1].cursor,
    members: data.currentTenant.members.edges[1].cursor,
    sessions: data.me.security.sessions.edges[1].cursor,
    achievements: data.me.player.achievements.edges[0].cursor,
  };
}
