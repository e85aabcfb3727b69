import type { ExampleOperation, PagesConfig } from '../../config.ts';
import type { DemoSession } from './demoSession.ts';
import markup from './header.html?raw';
import './header.css';

/** What a page tells its header: which page it is, and what to do with a chosen example. */
export interface HeaderOptions {
  config: PagesConfig;
  session: DemoSession | null;
  page: 'sandbox' | 'graphiql' | 'mailbox';
  /** Null on a page that runs no examples. */
  onExample: ((example: ExampleOperation) => void) | null;
}

/** The header all developer pages wear: examples, demo person, token, the way to the other pages. */
export interface Header {
  /** Shows which example is open; null when it is none of ours. */
  show: (example: ExampleOperation | null) => void;
}

/** Fills the `<header>` of a page. */
export function mountHeader(host: HTMLElement, { config, session, page, onExample }: HeaderOptions): Header {
  host.innerHTML = markup; // our own file: nothing in it comes from outside
  const parts = partsOf(host);
  let shown: ExampleOperation | null = null;

  for (const link of parts.pages) if (link.dataset.page === page) link.setAttribute('aria-current', 'page');
  parts.mailbox.hidden = !config.mailbox;
  parts.examples.hidden = onExample === null;
  parts.notes.hidden = onExample === null;
  parts.example.append(...config.examples.map((example) => new Option(example.title, example.name)));
  parts.example.addEventListener('change', () => {
    const example = config.examples.find(({ name }) => name === parts.example.value);
    if (example) onExample?.(example);
  });
  if (session) mountDemo(parts, session);

  function showNotes(): void {
    parts.about.textContent = shown?.description ?? '';
    for (const link of parts.runners) link.hash = shown ? encodeURIComponent(shown.name) : '';
    if (session) parts.status.replaceChildren(...demoNotes(session, shown));
  }
  session?.subscribe(showNotes);
  showNotes();

  return {
    show(example) {
      shown = example;
      parts.example.value = example?.name ?? '';
      showNotes();
    },
  };
}

type Parts = ReturnType<typeof partsOf>;

function partsOf(host: HTMLElement) {
  const part = <E extends HTMLElement>(name: string) => host.querySelector<E>(`[data-part=${name}]`)!; // see header.html
  return {
    examples: part('examples'),
    example: part<HTMLSelectElement>('example'),
    demo: part('demo'),
    person: part<HTMLSelectElement>('person'),
    copy: part<HTMLButtonElement>('copy'),
    pages: [...host.querySelectorAll<HTMLAnchorElement>('[data-page]')],
    /** The pages that run examples: a link to them opens the one that is open here. */
    runners: [...host.querySelectorAll<HTMLAnchorElement>('[data-page]:not([data-page=mailbox])')],
    mailbox: host.querySelector<HTMLAnchorElement>('[data-page=mailbox]')!, // see header.html
    notes: part('notes'),
    about: part('about'),
    status: part('status'),
  };
}

function mountDemo({ demo, person, copy }: Parts, session: DemoSession): void {
  demo.hidden = false;
  person.append(...session.people.map(({ login, about }) => new Option(about ? `${login} - ${about}` : login, login)));
  person.append(new Option('nobody (no token)', ''));
  person.addEventListener('change', () => session.choose(person.value || null));
  copy.addEventListener('click', () => void copyToken(copy, session.state().accessToken));
  const show = () => {
    person.value = session.state().login ?? '';
    copy.disabled = session.state().accessToken === null;
  };
  session.subscribe(show);
  show();
}

async function copyToken(button: HTMLButtonElement, accessToken: string | null): Promise<void> {
  const copied = await navigator.clipboard.writeText(accessToken ?? '').then(() => true, () => false);
  button.textContent = copied ? 'Copied' : 'Not allowed';
  setTimeout(() => (button.textContent = 'Copy token'), 1500);
}

function demoNotes(session: DemoSession, example: ExampleOperation | null): Node[] {
  const { status, login, problem } = session.state();
  if (status === 'signingIn') return [note(`Signing in as ${login} ...`)];
  if (status === 'failed') {
    return [note(`Not signed in as ${login}: ${problem} `, 'problem'), action('Try again', () => session.retry())];
  }
  const wanted = example?.signedInAs;
  if (!wanted || wanted === login) return [];
  return [note(`This example is written for ${wanted}. `), action(`Be ${wanted}`, () => session.choose(wanted))];
}

function note(text: string, className = ''): HTMLElement {
  const span = document.createElement('span');
  span.textContent = text;
  span.className = className;
  return span;
}

function action(text: string, onClick: () => void): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'link';
  button.textContent = text;
  button.addEventListener('click', onClick);
  return button;
}
