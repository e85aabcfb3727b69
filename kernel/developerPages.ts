import type { Settings } from './settings.ts';

/** Whether the pages for developers are served. In production only when that is asked for. */
export function servesDeveloperPages({ DEVELOPER_PAGES, NODE_ENV }: Pick<Settings, 'DEVELOPER_PAGES' | 'NODE_ENV'>): boolean {
  return (DEVELOPER_PAGES ?? (NODE_ENV === 'production' ? 'off' : 'on')) === 'on';
}

/**
 * Whether the mailbox is among them: where no mail leaves. Whoever reads it can open every account, so in production it has to be asked
 * for by its own name.
 */
export function servesMailbox(config: Pick<Settings, 'DEVELOPER_PAGES' | 'NODE_ENV' | 'MAILBOX' | 'SMTP_URL'>): boolean {
  const usual = config.SMTP_URL === undefined && config.NODE_ENV !== 'production' ? 'on' : 'off';
  return servesDeveloperPages(config) && (config.MAILBOX ?? usual) === 'on';
}
