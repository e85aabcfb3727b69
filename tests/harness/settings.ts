/** The secrets of the tests: fixed, so that a database seeded once serves every file. */
export const roleSecret = 'the role secret of the tests, long enough';
export const contextSecret = 'the context secret of the tests, long enough';
export const pepper = 'the pepper of the tests, which is long enough';
export const recordKey = 'the record key of the tests, which is long enough';
export const encryptionKeys = `1:${Buffer.alloc(32, 7).toString('base64')}`;

export const hashingParameters = { memoryKib: 19_456, passes: 2, pepper };

/** The environment a graph of the tests is configured by. */
export function testEnvironment(databaseUrl: string): NodeJS.ProcessEnv {
  return {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    DATABASE_ROLE_SECRET: roleSecret,
    CONTEXT_SECRET: contextSecret,
    PASSWORD_PEPPER: pepper,
    ENCRYPTION_KEYS: encryptionKeys,
    RECORD_KEY: recordKey,
    // Out of the way of tests that are not about them.
    RATE_API_PER_MINUTE: '1000000',
    RATE_WRITES_PER_MINUTE: '1000000',
    RATE_SIGN_INS_PER_5_MINUTES: '1000000',
    RATE_REGISTRATIONS_PER_HOUR: '1000000',
    LOG_LEVEL: process.env['KITH_TESTS_LOG'] ?? 'silent',
    LOG_FORMAT: 'json',
  };
}
