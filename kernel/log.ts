import type { DestinationStream, LogFn, LoggerOptions } from 'pino';
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

/** Gives an error that comes without words some: pino would take those of the error itself, which may hold the values of its statement. */
function nameError(this: unknown, given: Parameters<LogFn>, write: LogFn): void {
  const [first] = given as readonly unknown[];
  const bare = given.length === 1 && (first instanceof Error || (typeof first === 'object' && first !== null && 'err' in first));
  write.apply(this as never, bare ? [first, 'an error'] : given); // it only hands the logger on
}

/** Makes the log of a process. Secrets that stray into a line are struck out by name. Lines go to `destination`, or else to standard output. */
export function makeLog(options: { name: string; level: string; format: 'json' | 'pretty'; destination?: DestinationStream }) {
  const { name, level, format, destination } = options;
  const settings: LoggerOptions = {
    name,
    level,
    serializers: { err: loggedError },
    hooks: { logMethod: nameError },
    redact: {
      paths: ['password', '*.password', 'authorization', '*.authorization', 'accessToken', '*.accessToken', 'cookie', '*.cookie'],
      censor: '[struck out]',
    },
    ...(format === 'pretty' ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l' } } } : {}),
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}
