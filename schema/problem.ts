/** One thing wrong with the contract. */
export interface Problem {
  /** Where: a file, with the line when there is one. */
  at: string;
  /** What is wrong, as one sentence. */
  message: string;
  /** What to do or which command to run. */
  fix: string;
}

/** Writes a problem as the two lines people read. */
export function formatProblem({ at, message, fix }: Problem): string {
  return `${at}  ${message}\n    fix: ${fix}`;
}

/** Says how to mend a subgraph's SDL: editing it always makes the committed supergraph stale. */
export function editThenCompose(edit: string): string {
  return `${edit}, then run \`pnpm schema:compose\``;
}
