import { buildSchema, graphql, type ExecutionResult } from 'graphql';

const PASSWORD = 'Demo-graph-2026!';

/** One request the sample graph answered. */
export interface GraphRequest {
  operationName: string | null;
  authorization: string | null;
}

/** A small graph with what the developer pages need: introspection, a sign-in, and an answer that depends on who asks. */
export interface SampleGraph {
  requests: GraphRequest[];
  tokenLifeMs: number;
  signInFails: boolean;
  /** Runs one operation as the gateway would. */
  run(body: { query: string; variables?: Record<string, unknown>; operationName?: string }, authorization: string | null): Promise<ExecutionResult>;
}

const schema = buildSchema(`
  "The sample graph."
  type Query {
    "Who is asking; null for nobody."
    me: Person
    people(first: Int!): [Person!]!
  }
  type Person { id: ID! username: String! }
  type Mutation { sessionSignIn(input: SessionSignInInput!): SessionSignInPayload! }
  input SessionSignInInput { login: String! password: String! }
  type SessionSignInPayload { accessToken: String expiresAt: String errors: [UserError!]! }
  type UserError { code: String! message: String! path: [String!] }
`);

/** Makes a graph whose tokens read `token-<n>-of-<login>`. */
export function sampleGraph(): SampleGraph {
  const loginByToken = new Map<string, string>();

  function signIn({ input: { login, password } }: { input: { login: string; password: string } }) {
    if (graph.signInFails || password !== PASSWORD) {
      return { errors: [{ code: 'INVALID_CREDENTIALS', message: 'The login or the password is wrong.', path: null }] };
    }
    const accessToken = `token-${loginByToken.size + 1}-of-${login}`;
    loginByToken.set(accessToken, login);
    return { accessToken, expiresAt: new Date(Date.now() + graph.tokenLifeMs).toISOString(), errors: [] };
  }

  const graph: SampleGraph = {
    requests: [],
    tokenLifeMs: 15 * 60_000,
    signInFails: false,
    run({ query, variables, operationName }, authorization) {
      graph.requests.push({ operationName: operationName ?? null, authorization });
      const login = loginByToken.get(authorization?.replace('Bearer ', '') ?? '');
      const rootValue = {
        me: login ? { id: '1', username: login.split('@')[0] } : null,
        people: ({ first }: { first: number }) => ['ada', 'grace', 'linus'].slice(0, first).map((username) => ({ id: username, username })),
        sessionSignIn: signIn,
      };
      return graphql({ schema, source: query, rootValue, variableValues: variables ?? null, operationName: operationName ?? null });
    },
  };
  return graph;
}

/** The demo people of the sample graph. */
export const sampleDemo = {
  login: 'ada@kith.test',
  password: PASSWORD,
  people: [
    { login: 'ada@kith.test', password: PASSWORD, about: 'admin of sparkle' },
    { login: 'grace@kith.test', password: PASSWORD, about: 'moderator of sparkle' },
    { login: 'linus@kith.test', password: PASSWORD, about: 'user of sparkle, admin of atlas' },
  ],
};

const people = 'query People($first: Int!) {\n  people(first: $first) {\n    id\n    username\n  }\n}\n';
const me = 'query Me {\n  me {\n    id\n    username\n  }\n}\n';

/** Examples as `schema/operations` has them: with variables, without, for another person, and enough of them to need scrolling. */
export const sampleExamples = [
  { name: 'People', title: 'The people of a tenant', description: 'A page of people, with what each has and is.', document: people, variables: { first: 2 }, signedInAs: 'ada@kith.test' },
  { name: 'Me', title: 'Who am I', description: 'The person the token stands for.', document: me, variables: {}, signedInAs: null },
  { name: 'MeAsGrace', title: 'Who is Grace', description: 'The same, asked by a moderator.', document: me.replace('Me', 'MeAsGrace'), variables: {}, signedInAs: 'grace@kith.test' },
  ...Array.from({ length: 8 }, (_, index) => ({
    name: `PeopleAgain${index}`,
    title: `Some more people, ${index}`,
    description: 'One example more.',
    document: people.replace('People', `PeopleAgain${index}`),
    variables: { first: index },
    signedInAs: null,
  })),
];
