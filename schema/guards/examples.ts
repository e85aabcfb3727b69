import { getVariableValues, type GraphQLSchema, Kind, NoDeprecatedCustomRule, parse, validate } from 'graphql';
import { type ExampleFile, type ExampleOperation, readExample } from '../exampleOperations.ts';
import type { Problem } from '../problem.ts';

/** Finds example operations that people could no longer run, that use what is deprecated, or that say too little about themselves. */
export function findInvalidExamples(files: readonly ExampleFile[], apiSchema: GraphQLSchema): Problem[] {
  const nameOwners = new Map<string, string>();
  return files.flatMap((file) => {
    const problem = problemMaker(file);
    const read = readExample(file);
    const misnamed = /^\d\d-[a-z0-9-]+\.graphql$/.test(file.fileName)
      ? []
      : [problem('The file name does not begin with its place, as in `01-sign-in.graphql`.', 'rename the file')];
    if ('faults' in read) {
      return [...misnamed, ...read.faults.map((fault) => problem(sentence(fault), 'mend the file'))];
    }
    const { name } = read.example;
    const owner = nameOwners.get(name);
    nameOwners.set(name, file.fileName);
    const doubled = owner === undefined ? [] : [problem(`${owner} holds an operation of the name ${name} too.`, 'rename one of them')];
    const faults = [...exampleFaults(read.example, apiSchema), ...deprecatedUses(read.example, apiSchema)];
    return [
      ...misnamed,
      ...doubled,
      ...faults.map((fault) =>
        problem(`${name}: ${fault}`, 'mend the operation or its `# variables`, or keep the contract as it was'),
      ),
    ];
  });
}

/** Says why an example cannot be run against a schema with its own variables. Empty when it can. */
export function exampleFaults(example: ExampleOperation, apiSchema: GraphQLSchema): string[] {
  const document = parse(example.document);
  const invalid = validate(apiSchema, document);
  if (invalid.length > 0) return invalid.map((error) => error.message);
  const declared = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? (definition.variableDefinitions ?? []) : [],
  );
  const undeclared = Object.keys(example.variables)
    .filter((name) => !declared.some(({ variable }) => variable.name.value === name))
    .map((name) => `Variable "$${name}" is given but not declared.`);
  const { errors = [] } = getVariableValues(apiSchema, declared, example.variables);
  return [...undeclared, ...errors.map((error) => error.message)];
}

// An example that leaves a deprecated field when it is deprecated is not broken when the field goes.
function deprecatedUses(example: ExampleOperation, apiSchema: GraphQLSchema): string[] {
  return validate(apiSchema, parse(example.document), [NoDeprecatedCustomRule]).map((error) => error.message);
}

function problemMaker({ fileName }: ExampleFile): (message: string, fix: string) => Problem {
  return (message, fix) => ({ at: `schema/operations/${fileName}`, message, fix });
}

function sentence(fault: string): string {
  return `${fault.charAt(0).toUpperCase()}${fault.slice(1).replace(/\.$/, '')}.`;
}
