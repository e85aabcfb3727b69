import { expect } from 'vitest';
import { z } from 'zod';

/** An answer as it came, but for the line end behind it. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface RawRequest {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** Sends a request as it stands: by default a POST of JSON to the graph. */
export async function sendRaw(url: string, { path = '/graphql', method = 'POST', headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const response = await fetch(`${url}${path}`, { method, headers: { 'content-type': 'application/json', ...headers }, ...(body === undefined ? {} : { body }) });
  return { status: response.status, headers: response.headers, text: (await response.text()).trimEnd() };
}

/** Sends an operation. */
export function sendOperation(url: string, query: string, variables: Record<string, unknown> = {}, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return sendRaw(url, { body: JSON.stringify({ query, variables }), headers });
}

const answerLengthMax = 2_000;
/** What only the inside says: stacks, paths, SQL, addresses of machines, names of drivers and roles. */
const ofTheInside =
  /node_modules|\/work\/|file:\/\/|\bat (?:async )?[\w.<>]+ \(|\.[cm]?[jt]s:\d+|\b(?:select|insert|update|delete)\b.+\b(?:from|into|set)\b|"(?:users|tenants|sessions|gamification)"\."|\$\d+|kith_|postgres|ECONN|127\.0\.0\.1|invalid input syntax|DOCTYPE|zod|unexpected token/i;

const errorAnswer = z.object({
  errors: z.array(z.looseObject({ message: z.string(), extensions: z.looseObject({ code: z.string() }) })).min(1),
  data: z.unknown().optional(),
});

/** Reads the codes off an answer that is nothing but errors. Expects it to be short, well formed, and to say nothing of the inside. */
export function expectShort({ text }: RawAnswer): { codes: string[]; messages: string[]; data: unknown } {
  expect(text.length, text.slice(0, 300)).toBeLessThan(answerLengthMax);
  expectNothingOfTheInside(text);
  const { errors, data } = errorAnswer.parse(JSON.parse(text));
  return { codes: errors.map(({ extensions }) => extensions.code), messages: errors.map(({ message }) => message), data };
}

/** Expects an answer to refuse a request: in few words, with this status, every error with this code. */
export function expectRefused(answer: RawAnswer, { status = 400, code = 'BAD_REQUEST', message }: { status?: number; code?: string; message?: RegExp } = {}): void {
  const { codes, messages } = expectShort(answer);
  expect({ status: answer.status, codes: [...new Set(codes)] }, answer.text).toEqual({ status, codes: [code] });
  if (message !== undefined) expect(messages.join('\n')).toMatch(message);
}

/** Expects an answer to say that something in it cannot be, beside whatever could: a list in a list fails for each of its parents. */
export function expectRefusedWithin({ status, text }: RawAnswer, { message = /./, code = 'BAD_REQUEST' }: { message?: RegExp; code?: string } = {}): void {
  expect(status).toBeLessThan(500);
  expectNothingOfTheInside(text);
  const { errors } = errorAnswer.parse(JSON.parse(text));
  for (const error of errors) expect({ code: error.extensions.code, message: error.message }).toEqual({ code, message: expect.stringMatching(message) });
}

/** Expects a text to hold no stack, path, SQL, address or name of a driver. */
export function expectNothingOfTheInside(text: string): void {
  expect(ofTheInside.exec(text)?.[0]).toBeUndefined();
}
