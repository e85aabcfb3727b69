// `pnpm schema:check [--base <git revision>]`: fails with everything that is wrong with the contract.
import { parseArgs } from 'node:util';
import { apiSchemaOf } from './apiSchema.ts';
import { type Contract, contractOnDisk, findProblems } from './contract.ts';
import { breakingChangesSince, findBrokenExamples } from './guards/breaks.ts';
import { formatProblem, type Problem } from './problem.ts';
import { contractAt } from './revision.ts';

const { values } = parseArgs({ options: { base: { type: 'string' } } });
const contract = contractOnDisk();
const problems = [...findProblems(contract), ...(await problemsSince(values.base, contract))];

if (problems.length > 0) {
  console.error(problems.map(formatProblem).join('\n'));
  console.error(`\n${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in the contract.`);
  process.exitCode = 1;
} else {
  console.log(`The contract is in order: ${contract.examples.length} example operations, every element described.`);
}

async function problemsSince(revision: string | undefined, { supergraph }: Contract): Promise<Problem[]> {
  if (revision === undefined || supergraph === null) return [];
  const base = contractAt(revision);
  if ('fault' in base) {
    return [{ at: '--base', message: base.fault, fix: 'give a commit, branch or tag that holds the contract' }];
  }
  const changes = await breakingChangesSince(base.published, apiSchemaOf(supergraph));
  console.log(`Breaking changes since ${revision}: ${changes.length}`);
  for (const { message } of changes) console.log(`  ${message}`);
  return findBrokenExamples(changes);
}
