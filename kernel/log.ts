import { pino } from 'pino';

/** Where a process says what happens to it: one JSON object a line, or readable lines on a terminal. */
export type Log = ReturnType<typeof makeLog>;

/**
 * An error as it is logged. Database errors carry the values of their statement, which are people's own: only the statement's
 * text and what PostgreSQL said of it are kept.
 */
function loggedError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const cause = 'params' in error && error.cause instanceof Error ? error.cause : error;
  const details = ['code', 'constraint', 'table'].flatMap((name) => (name in cause ? [[name, String(cause[name as keyof Error])]] : [])); // looked for on the same line
  return {
    type: cause.name,
    message: cause.message,
    stack: cause.stack,
    ...Object.fromEntries(details),
    ...('query' in error ? { query: String(error.query) } : {}),
  };
}

/** Makes the log of a process. Secrets that stray into a line are struck out by name. */
export function makeLog(options: { name: string; level: string; format: 'json' | 'pretty' }) {
  return pino({
    name: options.name,
    level: options.level,
    serializers: { err: loggedError },
    redact: {
      paths: ['password', '*.password', 'authorization', '*.authorization', 'accessToken', '*.accessToken', 'cookie', '*.cookie'],
      censor: '[struck out]',
    },
    ...(options.format === 'pretty'
      ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l' } } }
      : {}),
  });
}
