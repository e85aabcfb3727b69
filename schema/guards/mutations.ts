import { type FieldDefinitionNode, Kind, print } from 'graphql';
import { editThenCompose, type Problem } from '../problem.ts';
import { type ObjectTypeNode, objectTypesOf } from '../sdlElements.ts';
import { placeOf, type SubgraphDocument } from '../subgraphDocument.ts';

const errorsType = '[UserError!]!';

/** Finds mutations that break the convention: object first then verb, one `input: XInput!`, answers `XPayload!` with `errors`. */
export function findUnconventionalMutations(subgraphs: readonly SubgraphDocument[]): Problem[] {
  const types = subgraphs.flatMap(objectTypesOf);
  const nouns = nounsOf(types);
  return subgraphs.flatMap((subgraph) =>
    objectTypesOf(subgraph)
      .filter((type) => type.name.value === 'Mutation')
      .flatMap((type) => type.fields ?? [])
      .flatMap((mutation) =>
        [
          ...wrongName(mutation, nouns),
          ...wrongInput(mutation),
          ...wrongPayload(mutation, types),
        ].map(([message, edit]) => ({ at: placeOf(subgraph, mutation.name), message, fix: editThenCompose(edit) })),
      ),
  );
}

/** What is wrong, and the edit that mends it. */
type Fault = [message: string, edit: string];

function wrongName(mutation: FieldDefinitionNode, nouns: readonly string[]): Fault[] {
  const name = mutation.name.value;
  // A capital must follow the noun: `session` alone says not what is done, and `sessions` is no `session`.
  if (nouns.some((noun) => name.startsWith(noun) && /^[A-Z]/.test(name.slice(noun.length)))) return [];
  return [
    [
      `Mutation.${name} does not start with the name of a type of the graph followed by a verb.`,
      'name it object first, then verb, as in `userRegister`',
    ],
  ];
}

function wrongInput(mutation: FieldDefinitionNode): Fault[] {
  const expected = `input: ${pascal(mutation.name.value)}Input!`;
  const [only, ...others] = mutation.arguments ?? [];
  if (only !== undefined && others.length === 0 && `${only.name.value}: ${print(only.type)}` === expected) return [];
  return [[`Mutation.${mutation.name.value} must take exactly one argument, \`${expected}\`.`, 'move its arguments into that input']];
}

function wrongPayload(mutation: FieldDefinitionNode, types: readonly ObjectTypeNode[]): Fault[] {
  const { value: name } = mutation.name;
  const payloadName = `${pascal(name)}Payload`;
  if (print(mutation.type) !== `${payloadName}!`) {
    return [[`Mutation.${name} must answer \`${payloadName}!\`.`, 'give it that payload']];
  }
  const fields = types.filter((type) => type.name.value === payloadName).flatMap((type) => type.fields ?? []);
  const errors = fields.find((field) => field.name.value === 'errors');
  const faults: Fault[] = fields
    .filter((field) => field !== errors && field.type.kind === Kind.NON_NULL_TYPE)
    .map((field) => [
      `${payloadName}.${field.name.value} must be nullable: a refused mutation has nothing to put there.`,
      'remove its `!`',
    ]);
  if (errors === undefined || print(errors.type) !== errorsType) {
    faults.push([`${payloadName} must have \`errors: ${errorsType}\`.`, 'add that field']);
  }
  return faults;
}

// The machinery around things is no thing: nobody acts on a payload, a page or the cursor of a page.
function nounsOf(types: readonly ObjectTypeNode[]): string[] {
  return types
    .map((type) => type.name.value)
    .filter((name) => !/^(Query|Mutation|Subscription|PageInfo)$|(Payload|Connection|Edge)$/.test(name))
    .map((name) => name.charAt(0).toLowerCase() + name.slice(1));
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
