import type { ExampleOperation } from '../../config.ts';

const VIEWS = ['loading', 'sandbox', 'offline', 'broken'] as const;

/** What the body of the landing page can show: one thing at a time. */
export type View = (typeof VIEWS)[number];

/** Shows one view and hides the others. */
export function show(view: View): void {
  for (const name of VIEWS) byId(name).hidden = name !== view;
}

/** Prepares the panel for those who cannot reach Sandbox: each example as a way into GraphiQL. */
export function prepareOfflinePanel(examples: readonly ExampleOperation[], onAgain: () => void): void {
  byId('again').addEventListener('click', onAgain);
  byId('examples').append(...examples.map(exampleLink));
}

/** Shows that the page itself cannot work, and why. */
export function showBroken(reason: string): void {
  byId('reason').textContent = reason;
  show('broken');
}

/** Returns an element of index.html. */
export function byId(id: string): HTMLElement {
  return document.getElementById(id)!; // every id asked for stands in index.html
}

function exampleLink({ name, title, description }: ExampleOperation): HTMLElement {
  const link = document.createElement('a');
  link.href = `/graphiql#${encodeURIComponent(name)}`;
  link.textContent = title;
  const about = document.createElement('span');
  about.textContent = description;
  const item = document.createElement('li');
  item.append(link, about);
  return item;
}
