import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, describe as meaningOf, isSecret, parseConfig } from '@kith/kernel/config.ts';
import { environmentExample } from '@kith/kernel/environmentExample.ts';
import type { SettingName } from '@kith/kernel/settings.ts';
import { settings } from '@kith/kernel/settings.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const names = Object.keys(settings.shape) as SettingName[]; // of the object itself
const secrets = names.filter(isSecret);
const strong = 'Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=';

/** What a configuration is refused with, a line a problem; nothing when it is not. */
function problemsOf(environment: NodeJS.ProcessEnv, needed: readonly SettingName[] = []): string[] {
  try {
    parseConfig(environment, needed);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message.split('\n').slice(1).map((line) => line.trim());
  }
}

describe('a configuration', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'kith-config-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test('of nothing is made of defaults', () => {
    expect(parseConfig({}, [])).toMatchObject({ NODE_ENV: 'development', TOPOLOGY: 'together', HOST: '127.0.0.1', PORT: 4_000, CORS_ORIGINS: [], DEPTH_MAX: 10, ALIASES_MAX: 15, TOKENS_MAX: 1_000, BODY_BYTES_MAX: 102_400 });
  });

  test('that is wrong in many places says so of all of them at once', () => {
    const problems = problemsOf({ PORT: 'seventy', TOPOLOGY: 'beside', DATABASE_URL: 'mysql://localhost', CONTEXT_SECRET: 'short', ENCRYPTION_KEYS: '1:abc', LOG_LEVEL: 'loud', ARGON2_MEMORY_KIB: '8' }, ['PASSWORD_PEPPER', 'USERS_URL']);
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(
      expect.arrayContaining(['PORT', 'TOPOLOGY', 'DATABASE_URL', 'CONTEXT_SECRET', 'ENCRYPTION_KEYS', 'LOG_LEVEL', 'ARGON2_MEMORY_KIB', 'PASSWORD_PEPPER', 'USERS_URL']),
    );
    expect(problems).toHaveLength(9);
  });

  test('that lacks what is needed says what that is for', () => {
    expect(problemsOf({}, ['CONTEXT_SECRET'])).toEqual([`CONTEXT_SECRET: is not set. ${meaningOf('CONTEXT_SECRET')}`]);
    expect(problemsOf({ CONTEXT_SECRET: '' }, ['CONTEXT_SECRET'])).toHaveLength(1);
    expect(problemsOf({}, ['PORT'])).toEqual([]);
  });

  test.each<[SettingName, string]>([
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PUBLIC_URL', 'ftp://kith.test'],
    ['PUBLIC_URL', 'kith.test'],
    ['USERS_URL', 'javascript:alert(1)'],
    ['DATABASE_CONNECTIONS', '0'],
    ['DATABASE_CONNECTIONS', '101'],
    ['DATABASE_WAIT_MS', '0'],
    ['STATEMENT_TIMEOUT_MS', '-5'],
    ['DEPTH_MAX', '51'],
    ['ALIASES_MAX', '0'],
    ['BODY_BYTES_MAX', '99999999'],
    ['ARGON2_MEMORY_KIB', '19455'],
    ['ARGON2_PASSES', '1'],
    ['ENCRYPTION_KEYS', 'nonsense'],
    ['ENCRYPTION_KEYS', `0:${Buffer.alloc(32).toString('base64')}`],
    ['ENCRYPTION_KEYS', `1:${Buffer.alloc(31).toString('base64')}`],
    ['ENCRYPTION_KEYS', `1:${Buffer.alloc(32).toString('base64')},2:`],
    ['INTROSPECTION', 'yes'],
    ['LOG_FORMAT', 'xml'],
  ])('with %s=%s is refused', (name, value) => {
    expect(problemsOf({ [name]: value }).map((problem) => problem.split(':')[0])).toEqual([name]);
  });

  test('takes lists apart, and keys by their version', () => {
    const config = parseConfig({ CORS_ORIGINS: ' https://a.test ,, https://b.test,', ENCRYPTION_KEYS: `1:${Buffer.alloc(32, 1).toString('base64')}, 12:${Buffer.alloc(32, 2).toString('base64')}` }, []);
    expect(config.CORS_ORIGINS).toEqual(['https://a.test', 'https://b.test']);
    expect([...(config.ENCRYPTION_KEYS?.keys() ?? [])]).toEqual([1, 12]);
  });

  test('takes a secret from a file, and every secret can be one', () => {
    const path = join(directory, 'secret');
    writeFileSync(path, `${strong}\n`);
    expect(parseConfig({ CONTEXT_SECRET_FILE: path }, ['CONTEXT_SECRET']).CONTEXT_SECRET).toBe(strong);
    expect(secrets.toSorted()).toEqual(
      ['CONTEXT_SECRET', 'DATABASE_ROLE_SECRET', 'DATABASE_URL', 'ENCRYPTION_KEYS', 'GAMIFICATION_DATABASE_URL', 'GATEWAY_DATABASE_URL', 'PASSWORD_PEPPER', 'READER_DATABASE_URL', 'RECORD_KEY', 'REDIS_URL', 'SESSIONS_DATABASE_URL', 'SMTP_URL', 'TENANTS_DATABASE_URL', 'USERS_DATABASE_URL', 'WORKER_DATABASE_URL'],
    );
    expect(parseConfig({ HOST_FILE: path }, []).HOST).toBe('127.0.0.1');
  });

  test('with a secret given twice, or in a file that cannot be read, is refused', () => {
    const path = join(directory, 'twice');
    writeFileSync(path, strong);
    expect(problemsOf({ CONTEXT_SECRET: strong, CONTEXT_SECRET_FILE: path })).toEqual(['CONTEXT_SECRET: is set twice, as itself and as CONTEXT_SECRET_FILE']);
    expect(problemsOf({ PASSWORD_PEPPER_FILE: join(directory, 'missing'), PORT: 'x' })).toHaveLength(2);
  });

  test.each(['CONTEXT_SECRET', 'DATABASE_ROLE_SECRET', 'PASSWORD_PEPPER', 'RECORD_KEY'] as const)('with a %s that is easy to guess is refused in production, and nowhere else', (name) => {
    for (const weak of ['a'.repeat(40), 'abababababababababababababababababab', 'change-me-change-me-change-me-1234567', 'my-very-secret-string-0123456789-xyz', 'PassWord-PassWord-0123456789-abcdefgh', 'the-default-of-the-guide-0123456789abc', 'an-EXAMPLE-from-the-readme-0123456789']) {
      expect(problemsOf({ NODE_ENV: 'production', [name]: weak }), weak).toEqual([`${name}: is too easy to guess for production. Make one with: openssl rand -base64 48`]);
      expect(problemsOf({ NODE_ENV: 'development', [name]: weak })).toEqual([]);
    }
    expect(problemsOf({ NODE_ENV: 'production', [name]: strong })).toEqual([]);
    expect(problemsOf({ NODE_ENV: 'development', [name]: 'x'.repeat(31) })).toEqual([`${name}: must have at least 32 characters`]);
  });

  test('is refused in no other way than by saying what is wrong, and never by showing a secret', () => {
    const value = fc.oneof(fc.string().map((text) => `hunter2${text}`), fc.constantFrom('production', 'on', '0', '-1', 'postgres://u:hunter2@h/d', 'mysql://u:hunter2@h/d', 'NaN', '1e3', '__proto__'));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names, 'UNKNOWN', '__proto__', 'constructor'), value), (environment) => {
        expect(problemsOf(environment, names).join('\n')).not.toContain('hunter2');
      }),
      { numRuns: 500 },
    );
  });
});

describe('the example of an environment', () => {
  const example = environmentExample();

  test('names every setting with its meaning, once', () => {
    for (const name of names) {
      expect(example.match(new RegExp(`^#${name}=`, 'gm')) ?? [], name).toHaveLength(1);
      expect(meaningOf(name).length, name).toBeGreaterThan(10);
      expect(example).toContain(meaningOf(name));
    }
  });

  test('gives no secret a value, says that each can be a file, and switches nothing on', () => {
    for (const name of secrets) {
      expect(example).toContain(`#${name}=\n`);
      expect(example).toContain(`${name}_FILE`);
    }
    expect(example.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  test('taken as it is, without the marks, is a configuration', () => {
    const environment = Object.fromEntries([...example.matchAll(/^#([A-Z0-9_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
    expect(problemsOf(environment)).toEqual([]);
    expect(parseConfig(environment, [])).toEqual(parseConfig({}, []));
  });
});
