import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findProblems, contractOnDisk } from '@kith/schema/contract.ts';
import { loadExampleOperations } from '@kith/schema/exampleOperations.ts';
import { subgraphNames } from '@kith/schema/subgraphNames.ts';
import { expect, test } from 'vitest';

/** Runs `pnpm schema:check` as people do. */
function check(...options: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(import.meta.dirname, '../../schema/check.ts'), ...options], { encoding: 'utf8' });
}

test('the committed contract passes every guard', () => {
  expect(findProblems(contractOnDisk())).toEqual([]);
});

test('the check that people run ends well on the committed contract', () => {
  expect(check()).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('The contract is in order') });
});

test('the check that people run fails with the place, the fault and the remedy', () => {
  const { status, stderr } = check('--base', 'nowhere');
  expect(status).toBe(1);
  expect(stderr).toBe(
    '--base  There is no revision nowhere.\n    fix: give a commit, branch or tag that holds the contract\n\n1 problem in the contract.\n',
  );
});

test('every fault of a contract is reported at once, with its place and its remedy', () => {
  const { subgraphs, ...contract } = contractOnDisk();
  const tenants = `${subgraphs['tenants']}\ntype Bare { field: String @deprecated }\nextend type Mutation { makeBare: Bare }`;
  const problems = findProblems({ ...contract, subgraphs: { ...subgraphs, tenants }, examples: [{ fileName: 'x', source: '' }] });
  expect(new Set(problems.map(({ at }) => at.replace(/:\d+$/, '')))).toEqual(
    new Set(['schema/tenants.graphql', 'schema/supergraph.graphql', 'schema/operations/x']),
  );
  for (const message of ['Bare has no description.', 'Bare.field is deprecated', 'Mutation.makeBare must', 'stale', '`title` is missing']) {
    expect(problems.filter((problem) => problem.message.includes(message))).not.toEqual([]);
  }
  expect(problems.filter(({ fix }) => fix === '')).toEqual([]);
});

test('a subgraph that cannot be read is reported with its line, and the others are not blamed for it', () => {
  const { subgraphs, ...contract } = contractOnDisk();
  expect(findProblems({ ...contract, subgraphs: { ...subgraphs, users: 'type User {\n  id: ID!\n' } })).toEqual([
    {
      at: 'schema/users.graphql:3',
      message: 'Syntax Error: Expected Name, found <EOF>.',
      fix: 'mend the line, then run `pnpm schema:compose`',
    },
  ]);
});

test('the examples cover all four subgraphs, and one of them needs no token', () => {
  const examples = loadExampleOperations();
  expect(examples.map(({ name }) => name)).toEqual([
    'Register',
    'VerifyEmail',
    'SignIn',
    'Me',
    'Directory',
    'CurrentTenant',
    'PersonByUsername',
    'TenantBySlug',
    'MySessions',
    'MyTenants',
    'MyProgress',
    'MySecurity',
    'SetUpSecondFactor',
    'ForgotPassword',
    'CreateTenant',
    'TenantDashboard',
    'InviteMember',
    'MyInvitations',
    'PeopleNearby',
    'SwitchTenant',
    'MyNotifications',
    'Leave',
    'MyDataExport',
    'EverythingAboutPeople',
  ]);
  expect(examples.filter(({ signedInAs }) => signedInAs === null).map(({ name }) => name)).toEqual(['Register', 'VerifyEmail', 'SignIn', 'ForgotPassword']);
  expect(Math.max(...examples.map(({ fetchesMax }) => fetchesMax))).toBeGreaterThanOrEqual(subgraphNames.length);
});
