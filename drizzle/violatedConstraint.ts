import postgres from 'postgres';

/** The name of the constraint that a statement ran into, or null when it failed for another reason. */
export function violatedConstraint(error: unknown): string | null {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error; // Drizzle wraps what PostgreSQL answers
  // Class 23 of the SQLSTATEs: integrity constraint violations.
  return cause instanceof postgres.PostgresError && cause.code.startsWith('23') ? (cause.constraint_name ?? null) : null;
}
