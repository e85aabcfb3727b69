import { createHash } from 'node:crypto';
import { keyedHashes } from '@kith/users/domain/keyedHashes.ts';
import { pepper } from '../harness/settings.ts';
import type { TestDatabase } from '../harness/testDatabase.ts';

/** Something that is found nowhere once its person is erased. */
export interface Canary {
  readonly step: string;
  readonly column: string;
  readonly text: string;
}

/** Whom canaries are planted on: their address and name are canaries themselves. */
export interface Leaver {
  readonly id: string;
  readonly email: string;
  readonly username: string;
}

/** Columns that are planted by hand, or are the person's name and address, which are canaries as they are; and one too short to recognise anything by. */
const plantedOtherwise = /^(?:users\.people\.(?:email|username)(?:_canonical)?|users\.directory_entries\.search_text|tenants\.audit_entries\..*|users\.data_exports\.document|users\.push_tokens\.token_ending)$/;

interface PersonalColumn {
  readonly step: string;
  readonly relation: string;
  readonly column: string;
  readonly type: string;
  readonly rowsOf: string;
  readonly key: string;
}

/** The hashes that somebody is counted under without their id. */
export function hashesOf({ email, username }: Leaver): Buffer[] {
  return keyedHashes(pepper, { emailCanonical: email, usernameCanonical: username });
}

/** A condition of the classification with the person put in. */
export function conditionFor(leaver: Leaver, rowsOf: string, hashes: readonly Buffer[] = hashesOf(leaver)): string {
  const written = hashes.map((hash) => `'\\x${hash.toString('hex')}'`);
  return rowsOf.replaceAll('$1', `'${leaver.id}'::uuid`).replaceAll('$2', `array[${written.join(', ')}]::bytea[]`).replaceAll('$3', `array['${leaver.email}']`);
}

/** Every column that holds something personal in rows that do not stay as they are. */
async function personalColumns({ owner }: TestDatabase): Promise<PersonalColumn[]> {
  return owner<PersonalColumn[]>`
    select s.step, s.relation, c.column_name as column, format_type(a.atttypid, null) as type, s.rows_of as "rowsOf", kith.key_of(s.relation) as key
    from kith.personal_rows s
    join kith.classified_columns c on c.relation = s.relation and (c.steps is null or s.step = any (c.steps))
    join pg_attribute a on a.attrelid = s.relation::regclass and a.attname = c.column_name
    where s.fate <> 'KEPT' and c.class in ('PERSONAL', 'COPY', 'SECRET')
    order by s.place, a.attnum`;
}

/** A recognisable value of a type: how it is written in SQL, and how a dump shows it. Null for types that can hold none. */
function canaryOf(type: string, number: number): { sql: string; text: string } | null {
  const word = `canary7of${number}x`;
  switch (type) {
    case 'text':
      return { sql: `'${word}'`, text: word };
    case 'text[]':
      return { sql: `array['${word}']`, text: word };
    case 'jsonb':
      return { sql: `'{"planted": "${word}"}'`, text: word };
    case 'inet':
      return { sql: `'198.51.${100 + Math.floor(number / 100)}.${100 + (number % 100)}'`, text: `198.51.${100 + Math.floor(number / 100)}.${100 + (number % 100)}` };
    case 'bytea': {
      const hex = createHash('sha256').update(word).digest('hex');
      return { sql: `'\\x${hex}'`, text: hex };
    }
    default:
      return null;
  }
}

/** Plants a canary in every personal column of one row of each step, by the classification itself. What finds a row is left as it is. */
export async function plantCanaries(database: TestDatabase, leaver: Leaver, only: (step: string) => boolean = () => true): Promise<Canary[]> {
  const planted: Canary[] = [];
  const columns = await personalColumns(database);
  for (const [number, { step, relation, column, type, rowsOf, key }] of columns.entries()) {
    const canary = canaryOf(type, number);
    const finds = new RegExp(`\\br\\.${column}\\b`).test(rowsOf) && relation !== 'graphile_worker._private_jobs';
    if (canary === null || finds || plantedOtherwise.test(`${relation}.${column}`) || !only(step)) continue;
    const changed = await database.owner.unsafe(
      `update ${relation} set ${column} = ${canary.sql} where (${key}) in (select ${key} from ${relation} r where ${conditionFor(leaver, rowsOf)} order by ${key} limit 1) returning 1`,
    );
    if (changed.length !== 1) throw new Error(`there is no row of the step "${step}" to plant a canary in`);
    planted.push({ step, column: `${relation}.${column}`, text: canary.text });
  }
  return planted;
}

/** How many rows of somebody each step that erases them finds. That they were erased is an event of theirs that stays. */
export async function rowsToErase(database: TestDatabase, leaver: Leaver, steps: readonly ErasingStep[]): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const { step, relation, rowsOf } of steps) {
    const [row] = await database.owner.unsafe<{ count: number }[]>(`select count(*)::int as count from ${relation} r where (${conditionFor(leaver, rowsOf)}) and to_jsonb(r) ->> 'name' is distinct from 'user.erased'`);
    found.set(step, row?.count ?? 0);
  }
  return found;
}

/** A step that erases rows. */
export interface ErasingStep {
  readonly step: string;
  readonly relation: string;
  readonly rowsOf: string;
}

/** The steps that erase rows, but that of the jobs, which are found by other rows that are erased. */
export async function erasingSteps({ owner }: TestDatabase): Promise<ErasingStep[]> {
  return owner<ErasingStep[]>`select step, relation, rows_of as "rowsOf" from kith.personal_rows where fate = 'ERASED' and step <> 'jobs' order by place`;
}

/** Those of the canaries that a dump still holds, with the tables they were found in. */
export function canariesIn(dump: ReadonlyMap<string, string>, canaries: readonly Canary[]): string[] {
  return canaries.flatMap(({ column, text }) => [...dump].filter(([, content]) => content.toLowerCase().includes(text)).map(([table]) => `${column} in ${table}`));
}
