import type { GraphQLField, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { getNamedType, isAbstractType, isObjectType, isRequiredArgument } from 'graphql';

/** A field on the way of a path, with all that is asked below it. */
export interface Step {
  /** The type the field is of. */
  readonly parent: string;
  readonly name: string;
  /** What the field answers, a list or not. */
  readonly type: string;
  readonly arguments: readonly StepArgument[];
  /** Empty for a leaf. */
  readonly below: readonly Step[];
}

/** An argument as it stands in an operation: the variable has the name of the coordinate. */
export interface StepArgument {
  readonly name: string;
  readonly type: string;
}

/** Values of arguments by coordinate. A root field is asked once with each; a field further down with the first. */
export type GivenArguments = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

const isPage = (type: string): boolean => type.endsWith('Connection') || type.endsWith('Edge');

/** Whether the `edges` and the `pageInfo` of a kind of page are asked for in one place, or wherever there is such a page. */
export type Pages = 'with each page once' | 'with every page';

/** Makes every path of so many hops from the queries. */
export function everyPath(schema: GraphQLSchema, given: GivenArguments, hopsMax: number, pages: Pages = 'with each page once'): Step[] {
  const query = schema.getQueryType();
  if (query === null || query === undefined) throw new Error('the schema has no queries');
  return pathsFrom(query, Object.keys(query.getFields()), given, hopsMax, pages);
}

/**
 * Makes every path of so many hops, as one tree for each of the given fields of a type. A hop leads through a field to another type; the
 * `nodes` of a page belong to the hop that led to the page. The `edges` and the `pageInfo` of a kind of page are asked for
 * once, unless told otherwise, for they show what `nodes` shows. Throws for an argument that has to be given and is not.
 */
export function pathsFrom(root: GraphQLObjectType, names: readonly string[], given: GivenArguments, hopsMax: number, pages: Pages = 'with each page once'): Step[] {
  const pagesSeen = new Set<string>();
  const stepsOf = (type: GraphQLObjectType, hopsLeft: number, fields = Object.values(type.getFields())): Step[] =>
    fields.flatMap((field) => {
      const target = getNamedType(field.type);
      if (isAbstractType(target)) throw new Error(`${type.name}.${field.name} is of an abstract type: the paths do not know how to walk it`);
      if (!isObjectType(target)) return [stepOf(type, field, [])];
      const hops = isPage(type.name) || isPage(target.name) && type.name.endsWith('Connection') ? 0 : 1;
      if (hops > hopsLeft) return [];
      if (pages === 'with each page once' && isPartOnce(type.name, field.name)) {
        if (pagesSeen.has(`${type.name}.${field.name}`)) return [];
        pagesSeen.add(`${type.name}.${field.name}`);
      }
      // What an edge leads to is what `nodes` leads to; only its own leaves are asked for.
      const left = type.name.endsWith('Edge') ? 0 : hopsLeft - hops;
      const below = stepsOf(target, left);
      return below.length === 0 ? [] : [stepOf(type, field, below)];
    });
  const stepOf = (type: GraphQLObjectType, field: GraphQLField<unknown, unknown>, below: readonly Step[]): Step => ({
    parent: type.name,
    name: field.name,
    type: getNamedType(field.type).name,
    arguments: argumentsOf(type, field, given),
    below,
  });
  return stepsOf(root, hopsMax, Object.values(root.getFields()).filter(({ name }) => names.includes(name)));
}

function isPartOnce(type: string, field: string): boolean {
  return type.endsWith('Connection') && (field === 'edges' || field === 'pageInfo');
}

function argumentsOf(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>, given: GivenArguments): StepArgument[] {
  const coordinate = `${type.name}.${field.name}`;
  const sets = given[coordinate] ?? [{}];
  const missing = field.args.filter((argument) => isRequiredArgument(argument) && sets.some((set) => set[argument.name] === undefined));
  if (missing.length > 0) throw new Error(`${coordinate} needs ${missing.map(({ name }) => name).join(', ')}: say in tests/isolation/matrix/givenArguments.ts what to ask it with`);
  const names = new Set(sets.flatMap((set) => Object.keys(set)));
  return field.args.filter(({ name }) => names.has(name) || name === 'first').map((argument) => ({ name: argument.name, type: String(argument.type) }));
}

/** How many fields a step and all below it ask for. */
export function weightOf(step: Step): number {
  return step.below.reduce((sum, below) => sum + weightOf(below), 1);
}

/** Counts the paths that end in a leaf. */
export function leavesOf(steps: readonly Step[]): number {
  return steps.reduce((sum, { below }) => sum + (below.length === 0 ? 1 : leavesOf(below)), 0);
}

/** Every `Type.field` that a step and all below it ask for. */
export function coordinatesOf(step: Step): string[] {
  return [`${step.parent}.${step.name}`, ...step.below.flatMap(coordinatesOf)];
}
