import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphQLError, Kind, parse } from 'graphql';
import { splitExample } from './exampleFrontMatter.ts';

/** A named operation shown to people in Sandbox and GraphiQL, run by tests, and held to its budgets. */
export interface ExampleOperation {
  /** The name of the operation itself. */
  name: string;
  /** A few words for a menu or a tab. */
  title: string;
  /** One sentence on what it brings. */
  description: string;
  /** The text of the operation, without the front matter. */
  document: string;
  variables: Record<string, unknown>;
  /** E-mail address of the demo person it is meant for; null when nobody is signed in. */
  signedInAs: string | null;
  /** The most SQL statements it may take, whatever the number of rows. */
  statementsMax: number;
  /** The most subgraph fetches it may take. */
  fetchesMax: number;
}

/** The file of an example as it stands on disk or in a revision. */
export interface ExampleFile {
  fileName: string;
  source: string;
}

/** Reads an example, or says everything that is wrong with its file. */
export function readExample({ source }: ExampleFile): { example: ExampleOperation } | { faults: string[] } {
  const { operationText, frontMatter, faults = [] } = splitExample(source);
  const named = operationName(operationText);
  if (frontMatter === undefined || 'fault' in named) {
    return { faults: 'fault' in named ? [...faults, named.fault] : faults };
  }
  const { title, description, variables, as: signedInAs, statements, fetches } = frontMatter;
  return {
    example: {
      name: named.name,
      title,
      description,
      document: operationText,
      variables,
      signedInAs,
      statementsMax: statements,
      fetchesMax: fetches,
    },
  };
}

/** Lists the files of the examples in the order shown to people: that of their numbered names. */
export function exampleFiles(): ExampleFile[] {
  const folder = join(import.meta.dirname, 'operations');
  return readdirSync(folder)
    .filter((fileName) => fileName.endsWith('.graphql'))
    .toSorted()
    .map((fileName) => ({ fileName, source: readFileSync(join(folder, fileName), 'utf8') }));
}

/** Loads the example operations in the order shown to people. Throws with every fault of every file. */
export function loadExampleOperations(): ExampleOperation[] {
  const read = exampleFiles().map((file) => ({ ...file, ...readExample(file) }));
  const faults = read.flatMap((file) =>
    'faults' in file ? file.faults.map((fault) => `schema/operations/${file.fileName}: ${fault}`) : [],
  );
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return read.flatMap((file) => ('example' in file ? [file.example] : []));
}

function operationName(text: string): { name: string } | { fault: string } {
  try {
    const operations = parse(text).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const [operation, ...others] = operations;
    if (operation?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) {
      return { fault: 'the file must hold exactly one operation' };
    }
    return operation.name === undefined ? { fault: 'the operation has no name' } : { name: operation.name.value };
  } catch (error) {
    if (error instanceof GraphQLError) return { fault: `the operation is no GraphQL: ${error.message}` };
    throw error;
  }
}
