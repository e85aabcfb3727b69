import { apiSchemaOf } from '@kith/schema/apiSchema.ts';
import { supergraphSdl } from '@kith/schema/sdl.ts';
import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestGraph } from '../harness/graph.ts';
import { startGraph } from '../harness/graph.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';
import { testDatabase } from '../harness/testDatabase.ts';
import type { CodeBlock } from './pages.ts';
import { codeBlocks, docPages } from './pages.ts';
import { differences } from './shownAnswer.ts';

/** An operation on a page, and the answer shown below it, if there is one. */
interface ShownExample {
  readonly operation: string;
  readonly answer: unknown;
}

function examplesIn(blocks: readonly CodeBlock[]): ShownExample[] {
  return blocks.flatMap(({ language, code }, index) => {
    if (language !== 'graphql' || /^(type|extend|enum|input|scalar|directive|interface|union)\b/m.test(code)) return [];
    const next = blocks[index + 1];
    return [{ operation: code, answer: next?.language === 'json' ? JSON.parse(next.code) : undefined }];
  });
}

const pages = docPages()
  .map(({ path, text }) => ({ path, examples: examplesIn(codeBlocks(text)) }))
  .filter(({ examples }) => examples.length > 0);

it('the README shows signing in, me and the directory, each with its answer', () => {
  const readme = pages.find(({ path }) => path === 'README.md')?.examples ?? [];
  expect(readme.filter(({ answer }) => answer !== undefined)).toHaveLength(3);
});

describe.each(pages)('$path', ({ examples }) => {
  let database: TestDatabase;
  let graph: TestGraph;

  beforeAll(async () => {
    database = await testDatabase();
    graph = await startGraph(database.url);
  });
  afterAll(async () => {
    await graph.stop();
    await database.drop();
  });

  it('every operation is valid', () => {
    const schema = apiSchemaOf(supergraphSdl());
    expect(examples.flatMap(({ operation }) => validate(schema, parse(operation)).map(({ message }) => message))).toEqual([]);
  });

  it('every operation answers what is shown, with the token of the sign-in above it', async () => {
    let token: string | undefined;
    for (const { operation, answer } of examples) {
      const { data, errors } = await graph.ask(operation, {}, { token });
      token = data?.sessionSignIn?.accessToken ?? token;
      const real = errors.length === 0 ? { data } : { errors, data };
      if (answer === undefined) expect(errors, operation).toEqual([]);
      else expect(differences(answer, real), operation).toEqual([]);
    }
  });
});

it('a shown answer that is no longer true is seen', () => {
  const real = { data: { me: { level: 12, at: '2026-11-20T07:55:22.635Z', token: 'eyJhbGciOi', list: [1, 2] } } };
  expect(differences({ data: { me: { level: 12, at: '2026-01-01T00:00:00.000Z', token: 'eyJ…', list: [1, 2] } } }, real)).toEqual([]);
  expect(differences({ data: { me: { level: 11, at: 'yesterday', token: 'abc…', list: [1] } } }, real)).toEqual([
    '.data.me.level: shown 11, is 12',
    '.data.me.at: shown "yesterday", is "2026-11-20T07:55:22.635Z"',
    '.data.me.token: shown "abc…", is "eyJhbGciOi"',
    '.data.me.list.1: shown undefined, is 2',
  ]);
});
