import type postgres from 'postgres';

/** A column that holds encrypted fields, and the one that tells its rows apart. */
export interface EncryptedColumn {
  readonly table: string;
  readonly key: string;
  readonly column: string;
  /** Who may: the keeper, where rows are a person's own and policies bind the owner of the table as well; else that owner. */
  readonly by: 'keeper' | 'owner';
  /** The place of a row's field, which its ciphertext is bound to. */
  readonly placeOf: (key: string) => string;
}

const batchRows = 500;

/**
 * Writes every field of a column anew that is not of the newest version, as the owner of the database.
 * A field that somebody changes meanwhile is left to them: they write with the newest version themselves. Answers how many were written.
 */
export async function rewriteColumn(owner: postgres.Sql, column: EncryptedColumn, newestVersion: number, rewrite: (place: string, encrypted: string) => string): Promise<number> {
  const [table, key, value] = [owner(column.table), owner(column.key), owner(column.column)];
  let written = 0;
  for (let after = ''; ; ) {
    const rows = await as(owner, column.by, (tx) =>
      tx<{ key: string; encrypted: string }[]>`
        select ${key}::text as key, ${value} as encrypted from ${table}
        where ${value} not like ${`${newestVersion}.%`} and ${key}::text > ${after} order by 1 limit ${batchRows}`);
    for (const row of rows) {
      const anew = rewrite(column.placeOf(row.key), row.encrypted);
      const changed = await as(owner, column.by, (tx) => tx`update ${table} set ${value} = ${anew} where ${key}::text = ${row.key} and ${value} = ${row.encrypted}`);
      written += changed.count;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < batchRows) return written;
    after = last.key;
  }
}

async function as<Rows>(owner: postgres.Sql, who: EncryptedColumn['by'], work: (tx: postgres.TransactionSql) => Promise<Rows>): Promise<Rows> {
  const rows = await owner.begin(async (tx) => {
    if (who === 'keeper') await tx`set local role kith_keeper`;
    return work(tx);
  });
  return rows as Rows; // postgres-js unwraps arrays of promises in its type, of which there are none here
}
