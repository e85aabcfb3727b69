import { z } from 'zod';

const count = z
  .string()
  .regex(/^\d+$/, 'must be a whole number')
  .transform((digits) => Number(digits));

const jsonObject = z.string().transform((text, context): Record<string, unknown> => {
  const object = z.record(z.string(), z.unknown()).safeParse(parseJson(text));
  if (object.success) return object.data;
  context.addIssue({ code: 'custom', message: 'must be a JSON object on one line, such as {"first": 20}' });
  return z.NEVER;
});

const text = z.string({ error: 'is missing' }).min(1, 'is empty');

const frontMatter = z.strictObject({
  title: text,
  description: text,
  as: text
    .transform((login) => (login === 'null' ? null : login))
    .pipe(z.email('must be the e-mail address of a demo person, or null for nobody').nullable()),
  variables: jsonObject.default({}),
  statements: text.pipe(count),
  fetches: text.pipe(count),
});

/** What the leading comment of an example operation says about it, checked. */
export type ExampleFrontMatter = z.infer<typeof frontMatter>;

/** An example's file taken apart: what its leading comment says, or everything wrong with that, and the operation below. */
export type SplitExample = { operationText: string } & (
  | { frontMatter: ExampleFrontMatter; faults?: never }
  | { frontMatter?: never; faults: string[] }
);

/** Takes an example's file apart. The leading comment holds one `# key: value` per line. */
export function splitExample(source: string): SplitExample {
  const lines = source.split('\n');
  const length = lines.findIndex((line) => !line.startsWith('#'));
  const comment = length === -1 ? lines : lines.slice(0, length);
  const operationText = `${lines.slice(comment.length).join('\n').trim()}\n`;
  const unreadable = comment.filter((line) => entryOf(line) === undefined);
  const parsed = frontMatter.safeParse(Object.fromEntries(comment.flatMap((line) => entryOf(line) ?? [])));
  const faults = [
    ...unreadable.map((line) => `the line \`${line}\` is not of the form \`# key: value\``),
    ...(parsed.error?.issues ?? []).map(describeIssue),
  ];
  return parsed.success && faults.length === 0
    ? { operationText, frontMatter: parsed.data }
    : { operationText, faults };
}

function entryOf(line: string): [[key: string, value: string]] | undefined {
  const [, key, value] = /^# ([a-z]+): (.*)$/.exec(line) ?? [];
  return key === undefined || value === undefined ? undefined : [[key, value.trim()]];
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `\`${issue.keys.join('`, `')}\` is no known key`;
  return `\`${issue.path.join('.')}\` ${issue.message}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
