import type { TestGraph } from '../../harness/graph.ts';
import { canariesSeen } from './canaries.ts';
import type { Finding, Shown } from './checker.ts';
import { findingsIn } from './checker.ts';
import { givenArguments } from './givenArguments.ts';
import type { AskingViewer, MatrixWorld } from './matrixWorld.ts';
import type { MatrixOperation } from './operations.ts';
import { operationsOf } from './operations.ts';
import { everyPath } from './paths.ts';
import { apiSchema } from './schemaFields.ts';

/** Lets operations through that are as large as the matrix makes them. */
export const matrixEnvironment = { DEPTH_MAX: '50', TOKENS_MAX: '100000', ALIASES_MAX: '100', BODY_BYTES_MAX: '10000000', SUBGRAPH_TIMEOUT_MS: '30000', STATEMENT_TIMEOUT_MS: '30000' };

/** All that is asked of the graph, by everybody alike. */
export function matrixOperations(world: MatrixWorld, hopsMax: number): MatrixOperation[] {
  const given = givenArguments(world.tenants);
  return operationsOf(everyPath(apiSchema(), given, hopsMax), given);
}

/** What came of one viewer's asking. */
export interface Walk {
  readonly findings: readonly Finding[];
  /** Errors that are no answer to who asks: faults, and refusals of the operation itself. */
  readonly failures: readonly string[];
}

const inFlight = 4;

/** Asks everything on behalf of one viewer. Notes in `shown` what they rightly saw. */
export async function walk(graph: TestGraph, world: MatrixWorld, viewer: AskingViewer, operations: readonly MatrixOperation[], shown: Shown): Promise<Walk> {
  const findings: Finding[] = [];
  const failures: string[] = [];
  const waiting = operations.values();
  const askOn = async (): Promise<void> => {
    for (const operation of waiting) {
      const { data, errors } = await graph.ask(operation.query, operation.variables, { token: viewer.token });
      failures.push(...errors.filter(({ extensions }) => !['UNAUTHENTICATED', 'FORBIDDEN'].includes(extensions.code)).map(({ message, path }) => `${path?.join('.') ?? operation.query.slice(0, 80)}: ${message}`));
      findings.push(...findingsIn(data, operation.step, viewer, world, shown));
      findings.push(...canariesSeen(JSON.stringify({ data, errors }), viewer, world.canaries, operation.step.name));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, askOn));
  return { findings, failures };
}
