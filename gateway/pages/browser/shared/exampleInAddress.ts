import type { ExampleOperation } from '../../config.ts';

/** Returns the example that the address names (`#Directory`), or null. */
export function exampleInAddress(examples: readonly ExampleOperation[]): ExampleOperation | null {
  return examples.find(({ name }) => `#${encodeURIComponent(name)}` === location.hash) ?? null;
}

/** Puts the example into the address, so that a reload and a shared link come back to it. */
export function putInAddress(example: ExampleOperation | null): void {
  const hash = example ? `#${encodeURIComponent(example.name)}` : '';
  if (location.hash !== hash) history.replaceState(null, '', `${location.pathname}${location.search}${hash}`);
}
