import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { developmentSecrets } from '@kith/start/secrets.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kith-secrets-'));
});
afterEach(() => rm(directory, { recursive: true }));

const path = () => join(directory, 'secrets.json');
const kept = async () => JSON.parse(await readFile(path(), 'utf8')) as Record<string, string>; // our own file

describe('the secrets of a developer\'s machine', () => {
  it('are made once, for their owner alone', async () => {
    const made = developmentSecrets(directory);
    expect(await kept()).toEqual(made);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect(developmentSecrets(directory)).toEqual(made);
    expect(new Set(Object.values(made)).size).toBe(Object.keys(made).length);
  });

  it('of an older version are kept, and what it did not have is made, once', async () => {
    const { RECORD_KEY: _, ...older } = developmentSecrets(directory);
    await writeFile(path(), JSON.stringify(older));
    const completed = developmentSecrets(directory);
    expect(completed).toEqual({ ...older, RECORD_KEY: expect.stringMatching(/^.{32,}$/) });
    expect(await kept()).toEqual(completed);
    expect(developmentSecrets(directory)).toEqual(completed);
  });
});
