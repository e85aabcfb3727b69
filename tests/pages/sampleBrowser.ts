import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** Whether the browser tests run here. Where skipping is forbidden they run, and fail for want of a browser. */
export const hasBrowser = existsSync(CHROMIUM) || process.env.KITH_TESTS_NO_SKIP === '1';
if (!hasBrowser) console.warn(`Skipping the browser tests: there is no ${CHROMIUM} (apt-get install chromium).`);

/** Starts Debian's Chromium without the calls home it makes otherwise. */
export function startBrowser(): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet],
  });
}

/** A page and what went wrong on it. */
export interface WatchedPage {
  page: Page;
  /** Complaints of the browser: errors thrown, refused by the Content-Security-Policy, written to the console. */
  complaints: string[];
  /** Requests that left the origin. */
  foreign: string[];
}

/** Opens a page with nothing remembered, in a context of its own. */
export async function watchedPage(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const page = await (await browser.newContext(options)).newPage();
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) foreign.push(request.url());
  });
  return { page, complaints, foreign };
}
