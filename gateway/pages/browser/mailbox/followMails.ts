import type { ListedMail } from '../../config.ts';

/**
 * How often the mailbox is looked into. Asking is enough here, and simpler than a stream that would have to cross two processes:
 * a mail is written within milliseconds, and whoever waits for it has the page before their eyes.
 */
const LOOK_EVERY_MS = 1_500;

/** What to do with what is found. */
interface Following {
  onMails: (mails: ListedMail[]) => void;
  /** Told in words for a person; it is tried again all the same. */
  onTrouble: (words: string) => void;
}

/** Looks into the mailbox again and again while the page can be seen, and at once when it can be seen again. */
export function followMails({ onMails, onTrouble }: Following): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let seen = '';

  async function look(): Promise<void> {
    clearTimeout(timer);
    try {
      const response = await fetch('/mailbox/mails', { headers: { accept: 'application/json' } });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const text = await response.text();
      // What was drawn already stays as it is: a selection in it, and the place it was scrolled to.
      if (text !== seen) onMails((JSON.parse(text) as { mails: ListedMail[] }).mails); // made by the gateway from that very type
      seen = text;
    } catch (error) {
      seen = '';
      onTrouble(`The mailbox cannot be read just now (${error instanceof Error ? error.message : String(error)}). Trying again.`);
    }
    if (!document.hidden) timer = setTimeout(() => void look(), LOOK_EVERY_MS);
  }
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) clearTimeout(timer);
    else void look();
  });
  void look();
}
