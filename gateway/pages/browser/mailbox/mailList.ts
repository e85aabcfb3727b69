import type { ListedMail } from '../../config.ts';
import type { Arrivals } from './arrivals.ts';
import { copyButton } from './copying.ts';
import { byId, made } from './elements.ts';
import { copyables } from './keyPieces.ts';
import { ago, inFull } from './moments.ts';

const RETELL_EVERY_MS = 15_000;

/** The list of mails. */
export interface MailList {
  show: (mails: readonly ListedMail[]) => void;
  /** Marks the mail that is open, or none. */
  choose: (id: string | null) => void;
  /** The id of the newest mail that is listed; empty when none is. */
  first: () => string;
}

/** Makes the list, with its filter. */
export function mailList(arrivals: Arrivals): MailList {
  const host = byId('mails');
  const filter = byId<HTMLInputElement>('filter');
  let mails: readonly ListedMail[] = [];
  let chosen: string | null = null;

  const matching = (): ListedMail[] => {
    const wanted = filter.value.trim().toLowerCase();
    return mails.filter(({ recipient, subject }) => `${recipient} ${subject}`.toLowerCase().includes(wanted));
  };
  function draw(): void {
    const shown = matching();
    host.replaceChildren(...shown.map((mail) => line(mail, { isOpen: mail.id === chosen, isNew: arrivals.isNew(mail.id) })));
    byId('no-match').hidden = shown.length > 0 || mails.length === 0;
  }
  filter.addEventListener('input', draw);
  setInterval(() => {
    for (const time of host.querySelectorAll('time')) time.textContent = ago(time.dateTime, Date.now());
  }, RETELL_EVERY_MS);

  return {
    show(listed) {
      mails = listed;
      draw();
    },
    choose(id) {
      chosen = id;
      draw();
    },
    first: () => mails[0]?.id ?? '',
  };
}

function line({ id, recipient, subject, queuedAt, keyPiece }: ListedMail, { isOpen, isNew }: { isOpen: boolean; isNew: boolean }): HTMLLIElement {
  const link = made('a', 'open');
  link.href = `#${id}`;
  if (isOpen) link.setAttribute('aria-current', 'true');
  const time = made('time', 'when', ago(queuedAt, Date.now()));
  time.dateTime = queuedAt;
  time.title = inFull(queuedAt);
  link.append(made('span', 'to', recipient), time, made('span', 'subject', subject));
  const item = made('li', isNew ? 'new' : '');
  item.append(link);
  const [copyable] = copyables(keyPiece);
  // A code is short enough to be read off the list; it says itself what it is.
  if (copyable !== undefined) item.append(copyButton(`chip ${keyPiece?.kind}`, keyPiece?.kind === 'code' ? copyable.value : copyable.label, copyable));
  return item;
}
