import type { Fetcher } from '@graphiql/toolkit';
import { Kind, parse } from 'graphql';
import type { DemoHeaders } from './demoHeaders.ts';

/**
 * Makes what GraphiQL runs operations with: one POST, the answer as it came.
 * Throws an Error with a sentence when the answer is no JSON.
 */
export function graphFetcher(graphUrl: string, { prepare, fallback }: DemoHeaders): Fetcher {
  return async (operation, options) => {
    const headers = await prepare(options?.headers ?? fallback());
    const response = await fetch(graphUrl, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json',
        ...headers,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ ...operation, operationName: nameIn(operation.query, operation.operationName) }),
    });
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`The graph answered HTTP ${response.status} without JSON: ${text.slice(0, 200) || 'nothing at all'}`);
    }
  };
}

// GraphiQL learns a tab's operation a tenth of a second after the tab: whoever is faster would run it under the last tab's name.
function nameIn(query: string, name: string | null | undefined): string | null {
  try {
    const operations = parse(query).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const names = operations.map((operation) => ('name' in operation ? operation.name?.value : undefined));
    return names.includes(name ?? undefined) || names.length !== 1 ? (name ?? null) : (names[0] ?? null);
  } catch {
    return name ?? null; // the graph says best what is wrong with the syntax
  }
}
