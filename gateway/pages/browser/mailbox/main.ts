import type { PagesConfig } from '../../config.ts';
import { mountHeader } from '../shared/header.ts';
import { loadConfig } from '../shared/loadConfig.ts';
import { arrivals } from './arrivals.ts';
import { byId } from './elements.ts';
import { followMails } from './followMails.ts';
import { mailList } from './mailList.ts';
import { openMail } from './openMail.ts';
import './mailbox.css';

function start(config: PagesConfig): void {
  mountHeader(byId('header'), { config, session: null, page: 'mailbox', onExample: null });
  const arrived = arrivals();
  const list = mailList(arrived);
  const mail = openMail();
  let shownId: string | null = null;

  function showChosen(): void {
    const chosen = location.hash.slice(1);
    // Beside the list there is room for a mail; on a narrow screen the list comes first.
    const id = chosen === '' && matchMedia('(min-width: 761px)').matches ? (shownId ?? list.first()) : chosen;
    shownId = id === '' ? null : id;
    byId('mailbox').dataset['shows'] = shownId === null ? 'list' : 'mail';
    if (shownId !== null) arrived.open(shownId);
    list.choose(shownId);
    void mail.show(shownId);
    document.title = arrived.count() === 0 ? 'Kith - Mailbox' : `(${arrived.count()}) Kith - Mailbox`;
  }
  window.addEventListener('hashchange', () => {
    if (location.hash === '') shownId = null;
    showChosen();
  });

  followMails({
    onMails(mails) {
      arrived.note(mails.map(({ id }) => id));
      list.show(mails);
      byId('empty').hidden = mails.length > 0;
      byId('search').hidden = mails.length === 0;
      byId('trouble').hidden = true;
      showChosen();
    },
    onTrouble: showTrouble,
  });
}

function showTrouble(words: string): void {
  byId('trouble').textContent = words;
  byId('trouble').hidden = false;
}

loadConfig().then(start, (error: Error) => showTrouble(error.message));
