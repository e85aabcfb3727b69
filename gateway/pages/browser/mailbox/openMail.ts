import type { ShownMail } from '../../config.ts';
import { copyButton } from './copying.ts';
import { byId } from './elements.ts';
import { copyables } from './keyPieces.ts';
import { inFull } from './moments.ts';

const VIEW_KEY = 'kith.mailView';

/** The mail that is open. */
export interface OpenMail {
  /** Opens a mail, or none. */
  show: (id: string | null) => Promise<void>;
}

/** Prepares the place where one mail is shown, as a page or as text. */
export function openMail(): OpenMail {
  let openId: string | null = null;
  const views = [
    { tab: byId('as-page'), panel: byId('page'), name: 'page' },
    { tab: byId('as-text'), panel: byId('text'), name: 'text' },
  ];
  function view(name: string): void {
    for (const { tab, panel, name: own } of views) {
      tab.setAttribute('aria-selected', String(own === name));
      panel.hidden = own !== name;
    }
    sessionStorage.setItem(VIEW_KEY, name);
  }
  for (const { tab, name } of views) tab.addEventListener('click', () => view(name));
  view(sessionStorage.getItem(VIEW_KEY) === 'text' ? 'text' : 'page');

  function fill(mail: ShownMail): void {
    byId('subject').textContent = mail.subject;
    byId('recipient').textContent = `To ${mail.recipient}`;
    const time = byId<HTMLTimeElement>('time');
    time.dateTime = mail.queuedAt;
    time.textContent = inFull(mail.queuedAt);
    byId('key').hidden = mail.keyPiece === null;
    byId('key').className = `key ${mail.keyPiece?.kind ?? ''}`;
    byId('piece').textContent = mail.keyPiece?.value ?? '';
    const select = (): void => getSelection()?.selectAllChildren(byId('piece'));
    byId('copies').replaceChildren(...copyables(mail.keyPiece).map((copyable) => copyButton('primary', copyable.label, copyable, select)));
    byId('text').textContent = mail.text;
    // By `replace`, since a frame that is given another address puts one more step into the browser's history.
    byId<HTMLIFrameElement>('page').contentWindow?.location.replace(`/mailbox/mails/${encodeURIComponent(mail.id)}/page`);
  }

  return {
    async show(id) {
      byId('mail').hidden = id === null;
      if (id === openId) return;
      openId = id;
      if (id === null) return;
      const response = await fetch(`/mailbox/mails/${encodeURIComponent(id)}`);
      if (openId !== id) return;
      if (response.ok) fill((await response.json()) as ShownMail); // made by the gateway from that very type
      else fill({ id, subject: 'This mail is gone', recipient: 'nobody', queuedAt: new Date().toISOString(), template: '', keyPiece: null, text: 'Mails are kept for a week.' });
    },
  };
}
