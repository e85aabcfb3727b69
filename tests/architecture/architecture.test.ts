import { describe, expect, test } from 'vitest';
import { productFolders, productModules } from './modules.ts';
import { emptyNames, forbiddenImports, forbiddenTexts, idleExceptions, importCircles } from './rules.ts';

const modules = productModules();
const lines = modules.map(({ path, source }) => ({ path, lines: source.trimEnd().split('\n').length }));
const fileLinesMax = 200;
const fileLinesMedianMax = 60;

describe('the product', () => {
  test('is read as a whole: every folder, and hundreds of imports between them', () => {
    for (const folder of productFolders) expect(modules.some(({ path }) => path.startsWith(`${folder}/`)), folder).toBe(true);
    const ours = modules.flatMap(({ imports }) => imports.filter((imported) => imported.ours));
    expect(ours.length).toBeGreaterThan(500);
    const known = new Set(modules.map(({ path }) => path));
    const nowhere = ours.filter(({ target }) => target.endsWith('.ts') && !known.has(target) && !target.includes('/generated/'));
    expect(nowhere).toEqual([]);
  });

  test('has one-way arrows only', () => {
    expect(forbiddenImports(modules)).toEqual([]);
  });

  test('has no circle of imports', () => {
    expect(importCircles(modules)).toEqual([]);
  });

  test('reads its environment in one place, takes the time as an argument, passes no exports on and puts nothing off', () => {
    expect(forbiddenTexts(modules)).toEqual([]);
    expect(idleExceptions(modules)).toEqual([]);
  });

  test('names its files after what they hold', () => {
    expect(emptyNames(modules)).toEqual([]);
  });

  test('has no file that needs a map', () => {
    expect(lines.filter((file) => file.lines > fileLinesMax)).toEqual([]);
    const sorted = lines.map((file) => file.lines).toSorted((one, other) => one - other);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(fileLinesMedianMax);
  });

  test('has resolvers that read as one sentence', () => {
    const longest = modules
      .filter(({ path }) => path.includes('/resolvers/'))
      // What is imported is a line for each service, however short the sentences are.
      .map(({ path, source }) => ({ path, lines: source.trimEnd().split('\n').filter((line) => !line.startsWith('import ')).length }));
    expect(longest.length).toBeGreaterThan(8);
    expect(longest.filter((file) => file.lines > 40)).toEqual([]);
  });
});
