import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readExample } from '@kith/schema/exampleOperations.ts';
import { breakingChangesSince, findBrokenExamples } from '@kith/schema/guards/breaks.ts';
import { contractAt } from '@kith/schema/revision.ts';
import { supergraphSdl } from '@kith/schema/sdl.ts';
import { buildSchema } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { anExample, messagesOf } from './planted.ts';

const before = `
  type Query { me: User people(role: Role, page: Page): [User!]! }
  type User { id: ID! name: String! email: String }
  enum Role { USER ADMIN }
  input Page { size: Int from: String }
`;
const operations = [
  'query Names { me { name } }',
  'query Admins { people(role: ADMIN) { id } }',
  'query Paged($page: Page) { people(page: $page) { id } }',
];

/** Lists what a change of the schema above does to the three examples above. */
async function brokenBy(piece: string, replacement: string): Promise<string[]> {
  expect(before).toContain(piece);
  const examples = operations
    .map((operation) => readExample(anExample(operation.includes('$page') ? { variables: '{"page": {"size": 5}}' } : {}, operation)))
    .flatMap((read) => ('example' in read ? [read.example] : []));
  const base = { apiSchema: buildSchema(before), examples };
  return messagesOf(findBrokenExamples(await breakingChangesSince(base, buildSchema(before.replace(piece, replacement)))));
}

test.each([
  ['a field that goes', 'name: String!', '', "Field 'name' was removed from object type 'User'. That breaks Names."],
  ['a field that may now be null', 'name: String!', 'name: String', "Field 'User.name' changed type from 'String!' to 'String'. That breaks Names."],
  ['an argument that goes', 'role: Role, ', '', "Argument 'role: Role' was removed from field 'Query.people'. That breaks Admins."],
  ['an enum value that goes', 'USER ADMIN', 'USER', "Enum value 'ADMIN' was removed from enum 'Role'. That breaks Admins."],
  ['an input field that goes', 'size: Int', '', "Input field 'size' was removed from input object type 'Page'. That breaks Paged."],
])('%s names the examples that used it', async (_, piece, replacement, expected) => {
  expect(await brokenBy(piece, replacement)).toEqual([expected]);
});

test.each([
  ['argument', 'page: Page)', 'page: Page, tenant: ID!)', ['Admins', 'Paged']],
  ['input field', 'from: String', 'from: String tenant: ID!', ['Paged']],
])('a new required %s breaks the examples that cannot give it', async (_, piece, replacement, victims) => {
  const messages = await brokenBy(piece, replacement);
  for (const victim of victims) expect(messages.filter((message) => message.endsWith(`That breaks ${victim}.`))).toHaveLength(1);
  expect(messages).toHaveLength(victims.length);
});

test.each([
  ['no example uses', 'email: String', ''],
  ['no example sends', 'from: String', ''],
  ['is only new', 'email: String', 'email: String phone: String'],
])('a change to what %s breaks none of them', async (_, piece, replacement) => {
  expect(await brokenBy(piece, replacement)).toEqual([]);
});

test('a revision of the repository gives its supergraph and its examples', () => {
  const folder = aRepository();
  const base = contractAt('HEAD', join(folder, 'schema'));
  expect(base).toMatchObject({ published: { examples: [{ name: 'Me' }] } });
  expect('published' in base && base.published.apiSchema.getType('User')).toBeTruthy();
});

test('a revision that is not there, or holds no contract, is said to be so', () => {
  const schema = join(aRepository(), 'schema');
  expect(contractAt('nowhere', schema)).toEqual({ fault: 'There is no revision nowhere.' });
  expect(contractAt('HEAD~1', schema)).toEqual({ fault: 'Revision HEAD~1 has no schema/supergraph.graphql to compare with.' });
  expect(contractAt('--output=stolen', schema)).toEqual({ fault: 'There is no revision --output=stolen.' });
});

/** Makes a repository of two commits, the first one empty and the second one with a contract. */
function aRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kith-contract-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Kith', '-c', 'user.email=kith@kith.test', ...args], { cwd: folder, stdio: 'ignore' });
  git('init');
  git('commit', '--allow-empty', '-m', 'empty');
  mkdirSync(join(folder, 'schema', 'operations'), { recursive: true });
  writeFileSync(join(folder, 'schema', 'supergraph.graphql'), supergraphSdl());
  writeFileSync(join(folder, 'schema', 'operations', '01-me.graphql'), anExample().source);
  git('add', '.');
  git('commit', '-m', 'contract');
  return folder;
}
