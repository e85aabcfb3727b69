import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import type { GraphQLSchema } from 'graphql';
import type { ExampleOperation } from '../exampleOperations.ts';
import { coordinatesUsed } from '../operationCoordinates.ts';
import type { Problem } from '../problem.ts';
import { exampleFaults } from './examples.ts';

/** A contract as people saw it: what they could ask, and the examples they were given. */
export interface PublishedContract {
  apiSchema: GraphQLSchema;
  examples: readonly ExampleOperation[];
}

/** A change that can break somebody, with the names of the examples it does break. */
export interface BreakingChange {
  message: string;
  brokenExamples: string[];
}

/** Lists the breaking changes since a published contract, whether or not they touch an example of it. */
export async function breakingChangesSince(base: PublishedContract, now: GraphQLSchema): Promise<BreakingChange[]> {
  const changes = (await diff(base.apiSchema, now)).filter(
    ({ criticality }) => criticality.level === CriticalityLevel.Breaking,
  );
  const runnable = base.examples.filter((example) => exampleFaults(example, base.apiSchema).length === 0);
  const named = changes.map((change) => ({
    message: change.message,
    brokenExamples: runnable.filter((example) => uses(example, change, base.apiSchema)).map(({ name }) => name),
  }));
  return [...named, ...unexplained(runnable, named, now)];
}

/** Finds among breaking changes those that break an example. */
export function findBrokenExamples(changes: readonly BreakingChange[]): Problem[] {
  return changes
    .filter(({ brokenExamples }) => brokenExamples.length > 0)
    .map(({ message, brokenExamples }) => ({
      at: 'schema/supergraph.graphql',
      message: `${message.replace(/\.$/, '')}. That breaks ${brokenExamples.join(', ')}.`,
      fix: 'put it back and deprecate it, lead the example away from it, and remove it in a later change',
    }));
}

function uses(example: ExampleOperation, change: Change, schema: GraphQLSchema): boolean {
  return change.path !== undefined && coordinatesUsed(example, schema).has(change.path);
}

// What must be given from now on is used by no old operation, yet breaks it: only running shows that.
function unexplained(
  examples: readonly ExampleOperation[],
  explained: readonly BreakingChange[],
  now: GraphQLSchema,
): BreakingChange[] {
  return examples
    .filter(({ name }) => !explained.some(({ brokenExamples }) => brokenExamples.includes(name)))
    .flatMap((example) =>
      exampleFaults(example, now).map((message) => ({ message, brokenExamples: [example.name] })),
    );
}
