import type postgres from 'postgres';

/** What guards look through: a connection, or a transaction in which a fault was planted. */
export type Catalogue = postgres.Sql | postgres.TransactionSql;

/** Plants a fault in a transaction, lets a guard look at it, and takes it all back. Answers what the guard found. */
export async function foundIn<Finding>(sql: postgres.Sql, fault: string, guard: (catalogue: Catalogue) => Promise<Finding>): Promise<Finding> {
  const takenBack = new Error('taken back');
  let found: { readonly finding: Finding } | undefined;
  await sql
    .begin(async (tx) => {
      await tx.unsafe(fault);
      found = { finding: await guard(tx) };
      throw takenBack;
    })
    .catch((error: unknown) => {
      if (error !== takenBack) throw error;
    });
  if (found === undefined) throw new Error('the guard never looked');
  return found.finding;
}
