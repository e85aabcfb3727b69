import type { GivenArguments, Step } from './paths.ts';
import { weightOf } from './paths.ts';

/** A question that asks for many paths with the same beginning. */
export interface MatrixOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly step: Step;
}

/** So many fields an operation asks for at the most, for the planner's sake. */
const fieldsMax = 600;
/** How many items of a list are asked for: two show whether the second is guarded as the first is. */
const itemsMax = 2;

/** Groups paths into operations, each a root field with one set of its arguments. */
export function operationsOf(steps: readonly Step[], given: GivenArguments): MatrixOperation[] {
  return steps.flatMap((step) =>
    divided(step).flatMap((part) => (given[coordinateOf(part)] ?? [{}]).map((set) => operationOf(part, given, set))),
  );
}

/** Makes one operation of all that a field of the query, or of the mutations, leads to. */
export function operationOf(step: Step, given: GivenArguments, set: Readonly<Record<string, unknown>>): MatrixOperation {
  return { query: printed(step), variables: variablesOf(step, given, set), step };
}

const coordinateOf = ({ parent, name }: Step): string => `${parent}.${name}`;

/** Divides a step that asks for too much: every part keeps the way to it, and its leaves, so that the checker knows whom it is about. */
function divided(step: Step): Step[] {
  if (weightOf(step) <= fieldsMax) return [step];
  const leaves = step.below.filter(({ below }) => below.length === 0);
  const parts: Step[][] = [];
  let weight = Infinity;
  for (const part of step.below.filter(({ below }) => below.length > 0).flatMap(divided)) {
    if (weight + weightOf(part) > fieldsMax) {
      parts.push([...leaves]);
      weight = leaves.length;
    }
    parts.at(-1)?.push(part);
    weight += weightOf(part);
  }
  return parts.map((below) => ({ ...step, below }));
}

const variableOf = (step: Step, argument: string): string => `${step.parent}_${step.name}_${argument}`;

function printed(step: Step): string {
  const declared = new Map(stepsIn(step).flatMap((each) => each.arguments.map(({ name, type }) => [variableOf(each, name), type] as const)));
  const declarations = [...declared].map(([name, type]) => `$${name}: ${type}`).join(', ');
  return `${step.parent === 'Mutation' ? 'mutation' : 'query'} ${declarations === '' ? '' : `(${declarations}) `}{ ${fieldText(step)} }`;
}

/** A step and all below it as it stands in an operation, with the arguments that are to be given: all of them, unless told otherwise. */
export function fieldText(step: Step, argumentsOf: (step: Step) => Step['arguments'] = (each) => each.arguments): string {
  const given = argumentsOf(step).map(({ name }) => `${name}: $${variableOf(step, name)}`).join(', ');
  const below = step.below.length === 0 ? '' : ` { ${step.below.map((below) => fieldText(below, argumentsOf)).join(' ')} }`;
  return `${step.name}${given === '' ? '' : `(${given})`}${below}`;
}

function variablesOf(root: Step, given: GivenArguments, ofRoot: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    stepsIn(root).flatMap((step) => {
      const set = step === root ? ofRoot : (given[coordinateOf(step)]?.[0] ?? {});
      return step.arguments.map(({ name }) => [variableOf(step, name), set[name] ?? (name === 'first' ? itemsMax : undefined)]);
    }),
  );
}

function stepsIn(step: Step): Step[] {
  return [step, ...step.below.flatMap(stepsIn)];
}
