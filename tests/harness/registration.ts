import type { Answer, AskOptions, TestGraph } from './graph.ts';

/** A password that nobody else has and no rule refuses. */
export const goodPassword = 'Lantern-orbit-57-quiet';

/** Limits of requests that tests of other things do not run into. */
export const generousLimits = {
  RATE_API_PER_MINUTE: '100000',
  RATE_WRITES_PER_MINUTE: '100000',
  RATE_SIGN_INS_PER_5_MINUTES: '100000',
  RATE_REGISTRATIONS_PER_HOUR: '100000',
};

/** Everything of a person that the users subgraph tells. */
export const wholePerson = `id username email status verified version statusReason suspendedUntil createdAt
  profile { displayName bio pictureUrl bannerUrl location website interests skills socialLinks { twitter instagram tiktok discord youtube } completeness isComplete }
  preferences { locale timeZone colorScheme }`;

/** A refusal as the graph shows it. */
export interface TestRefusal {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
}

/** Asks a mutation that takes one input, and answers its payload. Throws what stands in the top-level errors. */
export async function mutate(graph: TestGraph, name: string, input: object, fields = 'errors { code message path }', options: AskOptions = {}): Promise<Answer['data']> {
  const inputType = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await graph.ask(`mutation ($input: ${inputType}!) { ${name}(input: $input) { ${fields} } }`, { input }, options);
  if (errors.length > 0) throw new Error(`${name} failed: ${JSON.stringify(errors)}`);
  return data[name];
}

/** Registers somebody, and answers the payload. */
export function register(graph: TestGraph, input: object = {}, options: AskOptions = {}): Promise<Answer['data']> {
  const whole = { password: goodPassword, agreeToTerms: true, ...input };
  return mutate(graph, 'userRegister', whole, `user { ${wholePerson} } errors { code message path }`, options);
}
