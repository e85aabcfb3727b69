import { ConfigurationError } from '@kith/kernel/config.ts';
import postgres from 'postgres';
import { StartRefused } from './refused.ts';

/** Says why a command ended: what a person can mend in a line, a fault with its stack. */
export function explain(error: unknown): string {
  if (error instanceof ConfigurationError || error instanceof StartRefused) return error.message;
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  if (cause instanceof postgres.PostgresError) return `PostgreSQL refused: ${cause.message} (${cause.code})`;
  if ('code' in cause && 'address' in cause) return `PostgreSQL cannot be reached: ${cause.message}`;
  if ('code' in cause && cause.code === 'ENOENT') return cause.message;
  return cause.stack ?? cause.message;
}
