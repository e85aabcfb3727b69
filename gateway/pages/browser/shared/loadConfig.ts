import type { PagesConfig } from '../../config.ts';

/** Fetches what the page is to show. Throws with a sentence for the person when the server has no answer. */
export async function loadConfig(): Promise<PagesConfig> {
  const response = await fetch('/pages/config.json', { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`The page could not read its configuration (HTTP ${response.status}).`);
  // The gateway builds this body from the same PagesConfig type, in the same release: nothing is left to validate.
  return (await response.json()) as PagesConfig;
}
