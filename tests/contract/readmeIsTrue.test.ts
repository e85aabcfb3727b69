import { readFileSync } from 'node:fs';
import { requestErrorCodes } from '@kith/kernel/errors.ts';
import { apiSchemaOf } from '@kith/schema/apiSchema.ts';
import { supergraphSdl } from '@kith/schema/sdl.ts';
import { isEnumType, parse, validate } from 'graphql';
import { expect, test } from 'vitest';

const apiSchema = apiSchemaOf(supergraphSdl());
const readme = readFileSync(new URL('../../schema/README.md', import.meta.url), 'utf8');

/** Takes the code blocks of a language out of a page, with the indentation of lists removed. */
function codeBlocks(page: string, language: string): string[] {
  return [...page.matchAll(/^( *)```(\w*)\n([^]*?)\n *```$/gm)]
    .filter(([, , found]) => found === language)
    .map(([, indent = '', , code = '']) => code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

/** Reads the codes in the first column of the table below a heading, with the number of its filled cells. */
function catalogue(page: string, heading: string): Map<string, number> {
  const section = page.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return new Map(
    [...section.matchAll(/^\| `([A-Z_]+)` \|(.*)\|$/gm)].map(([, code = '', rest = '']) => [
      code,
      rest.split('|').filter((cell) => cell.trim() !== '').length,
    ]),
  );
}

test('every GraphQL example of the README can be run', () => {
  const blocks = codeBlocks(readme, 'graphql');
  expect(blocks.length).toBeGreaterThanOrEqual(4);
  expect(blocks.flatMap((block) => validate(apiSchema, parse(block)).map((error) => error.message))).toEqual([]);
});

test('the query of the curl example can be run', () => {
  const [body = ''] = /(?<=-d ')\{.*\}(?=')/.exec(readme) ?? [];
  const { query } = JSON.parse(body) as { query: string }; // our own text
  expect(validate(apiSchema, parse(query))).toEqual([]);
});

test('an example of the README that the contract outgrew is seen', () => {
  const [block = ''] = codeBlocks('1. Ask:\n\n   ```graphql\n   { me { nickname } }\n   ```\n', 'graphql');
  expect(block).toBe('{ me { nickname } }');
  expect(validate(apiSchema, parse(block))).toHaveLength(1);
});

test('the catalogue of refusals is the UserErrorCode of the contract, each with cause and remedy', () => {
  const codes = apiSchema.getType('UserErrorCode');
  if (!isEnumType(codes)) throw new Error('UserErrorCode is no enum.');
  expect([...catalogue(readme, 'Refusals')]).toEqual(codes.getValues().map(({ name }) => [name, 2]));
});

test('the catalogue of top-level errors is the closed list of the kernel, each with cause and remedy', () => {
  expect([...catalogue(readme, 'Top-level errors')]).toEqual(requestErrorCodes.map((code) => [code, 2]));
});

test('a code that is missing from the catalogue, or has no remedy, is seen', () => {
  const page = '## Refusals\n\n| code | cause | remedy |\n|---|---|---|\n| `ONE` | Cause. | |\n\n## Other\n\n| `TWO` | Cause. | Remedy. |\n';
  expect([...catalogue(page, 'Refusals')]).toEqual([['ONE', 1]]);
});

test('the fields the README lists are there', () => {
  const fields = [...readme.matchAll(/`([A-Z]\w+)\.(\w+)`/g)];
  expect(fields.length).toBeGreaterThanOrEqual(5);
  for (const [coordinate, type = '', field = ''] of fields) {
    const found = apiSchema.getType(type);
    expect(found !== undefined && 'getFields' in found && field in found.getFields(), coordinate).toBe(true);
  }
});
