import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Statement } from '@kith/drizzle/connection.ts';
import type { PageRequest } from '@kith/kernel/page.ts';
import { subgraphNames } from '@kith/schema/subgraphNames.ts';
import { drizzle } from 'drizzle-orm/postgres-js';
import { z } from 'zod';

/** A read as a store declares it, without anybody having asked for it. */
export interface WrittenStatement {
  /** Where it stands: `subgraphs/tenants/stores/memberships.ts membershipsOfPeople`. */
  readonly place: string;
  readonly text: string;
}

const page: PageRequest<never> = { size: 2, direction: 'forward', cursor: null };
const db = drizzle.mock();
const built = z.object({ queryString: z.string() });

/** Every `statement` and `pagedStatement` that stores export, with the text Drizzle makes of it. */
export async function writtenStatements(): Promise<WrittenStatement[]> {
  const root = join(import.meta.dirname, '../../subgraphs');
  const files = subgraphNames.flatMap((name) => readdirSync(join(root, name, 'stores')).map((file) => `${name}/stores/${file}`));
  const written: WrittenStatement[] = [];
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const exported = (await import(join(root, file))) as Record<string, unknown>; // whatever the store exports
    for (const [name, value] of Object.entries(exported)) {
      for (const statement of statementsIn(value)) written.push({ place: `subgraphs/${file} ${name}`, text: textOf(statement) });
    }
  }
  return written;
}

function statementsIn(value: unknown): Statement<unknown>[] {
  if (isStatement(value)) return [value];
  // What `pagedStatement` answers is known by its arguments: nothing else that stores export has these.
  if (typeof value === 'function') return value.toString().startsWith('(request, variant)') ? statementsIn(Reflect.apply(value, undefined, [page])) : [];
  return typeof value === 'object' && value !== null ? Object.values(value).filter(isStatement) : [];
}

function isStatement(value: unknown): value is Statement<unknown> {
  return typeof value === 'object' && value !== null && 'name' in value && 'build' in value && typeof value.build === 'function';
}

function textOf(statement: Statement<unknown>): string {
  return built.parse(statement.build(db)).queryString;
}

/** A statement but for the size of its page, of which there are several. */
function inAnySize(text: string): string {
  return text.replaceAll(/\blimit \d+/g, 'limit n');
}

/** Names the reads with a condition of some kind that are not among those that were asked. */
export function unasked(written: readonly WrittenStatement[], asked: Iterable<string>, conditionsIn: (text: string) => readonly string[]): string[] {
  const known = new Set([...asked].map(inAnySize));
  return written.filter(({ text }) => conditionsIn(text).length > 0 && !known.has(inAnySize(text))).map(({ place }) => place);
}
