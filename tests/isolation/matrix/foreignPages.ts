import type { TestGraph } from '../../harness/graph.ts';
import { givenArguments } from './givenArguments.ts';
import type { AskingViewer, MatrixWorld } from './matrixWorld.ts';
import type { MatrixOperation } from './operations.ts';
import { operationsOf } from './operations.ts';
import type { GivenArguments, Step } from './paths.ts';
import { everyPath } from './paths.ts';
import { apiSchema } from './schemaFields.ts';

const hopsMax = 3;

/** Asks for every list behind a cursor that somebody in the other tenant was given for the same list there. */
export async function operationsBehindForeignCursors(graph: TestGraph, world: MatrixWorld, stranger: AskingViewer): Promise<MatrixOperation[]> {
  const given = givenArguments(world.tenants);
  const theirs = new Map<string, string>();
  for (const { query, variables, step } of operationsOf(everyPath(apiSchema(), given, hopsMax, 'with every page'), given)) {
    const { data } = await graph.ask(query, variables, { token: stranger.token });
    for (const [coordinate, cursor] of cursorsIn(data, step)) theirs.set(coordinate, cursor);
  }
  const behind = behindCursors(given, theirs);
  return operationsOf(everyPath(apiSchema(), behind, hopsMax), behind);
}

/** The last cursor of every list in an answer, by the list's coordinate. */
function cursorsIn(parent: unknown, { parent: type, name, type: target, below }: Step): [string, string][] {
  const value: unknown = typeof parent === 'object' && parent !== null ? Reflect.get(parent, name) : undefined;
  const items: unknown[] = Array.isArray(value) ? value : [value];
  const inside = items.flatMap((item) => below.flatMap((next) => cursorsIn(item, next)));
  const cursor: unknown = target.endsWith('Connection') ? Reflect.get(Object(Reflect.get(Object(value), 'pageInfo')), 'endCursor') : null;
  return typeof cursor === 'string' ? [...inside, [`${type}.${name}`, cursor]] : inside;
}

function behindCursors(given: GivenArguments, cursors: ReadonlyMap<string, string>): GivenArguments {
  return { ...given, ...Object.fromEntries([...cursors].map(([coordinate, after]) => [coordinate, (given[coordinate] ?? [{}]).map((set) => ({ ...set, after }))])) };
}
