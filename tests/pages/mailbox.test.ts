import type { MailboxMail, MailboxSource } from '@kith/kernel/mailbox.ts';
import { alertMail } from '@kith/mail/alertMail.ts';
import { passwordResetMail } from '@kith/mail/passwordResetMail.ts';
import { verificationCodeMail } from '@kith/mail/verificationCodeMail.ts';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { v7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildPages } from '../../gateway/pages/build.ts';
import { pagesServer, type PagesServer } from './pagesServer.ts';
import { hasBrowser, startBrowser, watchedPage } from './sampleBrowser.ts';

const PATIENCE = { timeout: 10_000 };
const resetUrl = 'https://kith.example/reset?next=%2F#token=abc%2Bd';

/** A mailbox in memory, into which a test puts mail. */
interface SampleMailbox extends MailboxSource {
  readonly mails: MailboxMail[];
  fails: boolean;
  put(recipient: string, mail: { subject: string; template: string; text: string; html: string }, keyPiece: MailboxMail['keyPiece']): MailboxMail;
}

function sampleMailbox(): SampleMailbox {
  const require = (): void => {
    if (mailbox.fails) throw new Error('the users subgraph is away at 10.0.0.7');
  };
  const mailbox: SampleMailbox = {
    mails: [],
    fails: false,
    put(recipient, mail, keyPiece) {
      const put = { id: v7(), recipient, ...mail, keyPiece, queuedAt: new Date().toISOString() };
      mailbox.mails.unshift(put);
      return put;
    },
    async latest(limit) {
      require();
      return mailbox.mails.slice(0, limit).map(({ text: _text, html: _html, ...entry }) => entry);
    },
    async find(id) {
      require();
      return mailbox.mails.find((mail) => mail.id === id) ?? null;
    },
  };
  return mailbox;
}

let mailbox: SampleMailbox;
let pages: PagesServer;
beforeAll(() => buildPages(), 120_000);
beforeEach(async () => {
  mailbox = sampleMailbox();
  pages = await pagesServer({ mailbox });
});
afterEach(() => pages.close());

const putCode = async (recipient: string, code: string) =>
  mailbox.put(recipient, await verificationCodeMail({ name: 'Ada', code, expiresInMinutes: 10 }), { kind: 'code', value: code });
const putLink = async (recipient: string) =>
  mailbox.put(recipient, await passwordResetMail({ name: 'Grace', url: resetUrl, expiresInMinutes: 60 }), { kind: 'link', value: resetUrl });

describe('the mailbox as served', () => {
  const get = (url: string) => pages.server.inject({ url });

  test('is not there where mail leaves, and no page leads to it', async () => {
    const without = await pagesServer({ mailbox: null });
    for (const url of ['/mailbox', '/mailbox/mails', `/mailbox/mails/${v7()}`, `/mailbox/mails/${v7()}/page`]) {
      expect([url, (await without.server.inject({ url })).statusCode]).toEqual([url, 404]);
    }
    expect((await without.server.inject('/pages/config.json')).json()).toMatchObject({ mailbox: false });
    await without.close();
    expect((await get('/pages/config.json')).json()).toMatchObject({ mailbox: true });
  });

  test('lists mails without their content, and nothing of it is kept by a browser', async () => {
    const { id } = await putCode('ada@kith.example', '048213');
    const { statusCode, headers, body } = await get('/mailbox/mails');
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(JSON.parse(body)).toEqual({
      mails: [{ id, recipient: 'ada@kith.example', subject: 'Your code to confirm your address', template: 'verification_code', queuedAt: expect.any(String), keyPiece: { kind: 'code', value: '048213' } }],
    });
  });

  test("gives a mail's HTML a policy by which it can do nothing, wherever it is opened", async () => {
    const { id, html } = await putCode('ada@kith.example', '048213');
    const { headers, body } = await get(`/mailbox/mails/${id}/page`);
    expect(body).toBe(html);
    const policy = String(headers['content-security-policy']);
    for (const directive of ["default-src 'none'", "form-action 'none'", "base-uri 'none'", "frame-ancestors 'self'", 'sandbox allow-popups allow-popups-to-escape-sandbox']) expect(policy.split('; ')).toContain(directive);
    expect(policy).not.toMatch(/script-src|allow-scripts|allow-same-origin/);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-type': 'text/html; charset=utf-8' });
  });

  test.each([['/mailbox/mails/none'], ['/mailbox/mails/..%2f..%2fconfig'], [`/mailbox/mails/${v7()}`], [`/mailbox/mails/${v7()}/page`], ["/mailbox/mails/'%20or%201=1/page"]])('%s is not found', async (url) => {
    expect((await get(url)).statusCode).toBe(404);
  });
});

describe.skipIf(!hasBrowser)('the mailbox page', { timeout: 30_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  async function open(path = '/mailbox', options: BrowserContextOptions = {}) {
    const watched = await watchedPage(browser, pages.url, options);
    await watched.page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: pages.url });
    await watched.page.goto(pages.url + path);
    return watched;
  }

  test('says what it is for while there is no mail, and shows mail by itself when it comes', async () => {
    const { page, complaints } = await open();
    await page.getByRole('heading', { name: 'No mail yet' }).waitFor();
    await putCode('ada@kith.example', '048213');
    await page.getByRole('heading', { name: 'Your code to confirm your address' }).waitFor();
    expect(await page.getByText('To ada@kith.example').isVisible()).toBe(true);
    await page.frameLocator('#page').getByText('048213').waitFor();
    expect(complaints).toEqual([]);
  });

  test('copies the code, the token and the link, beside the mail and in its line', async () => {
    const { page } = await open();
    await putLink('grace@kith.example');
    await putCode('ada@kith.example', '048213');
    const clipboard = () => page.evaluate<string>('navigator.clipboard.readText()');
    await page.getByRole('button', { name: 'Copy code', exact: true }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await clipboard()).toBe('048213');
    await page.getByRole('listitem').filter({ hasText: 'grace@' }).getByRole('button', { name: 'Copy token' }).click();
    await expect.poll(clipboard).toBe('abc+d');
    await page.getByRole('link', { name: /grace@kith.example/ }).click();
    await page.getByRole('article').getByRole('button', { name: 'Copy link' }).click();
    await expect.poll(clipboard).toBe(resetUrl);
    await page.getByRole('listitem').filter({ hasText: 'ada@' }).getByRole('button', { name: '048213' }).click();
    await expect.poll(clipboard).toBe('048213');
  });

  test('opens the newest mail at first, keeps the one that was chosen, and marks what came meanwhile', async () => {
    await putLink('grace@kith.example');
    await putCode('ada@kith.example', '048213');
    const { page } = await open();
    await page.getByText('To ada@kith.example').waitFor();
    await page.getByRole('link', { name: /grace@kith.example/ }).click();
    await page.getByText('To grace@kith.example').waitFor();
    await putCode('linus@kith.example', '555555');
    await expect.poll(() => page.title(), PATIENCE).toBe('(1) Kith - Mailbox');
    expect(await page.getByText('To grace@kith.example').isVisible()).toBe(true);
    expect(await page.locator('#mails .new').count()).toBe(1);
    await page.getByRole('link', { name: /linus@kith.example/ }).click();
    await page.getByText('To linus@kith.example').waitFor();
    await expect.poll(() => page.title()).toBe('Kith - Mailbox');
    await page.reload();
    await page.getByText('To linus@kith.example').waitFor();
    await page.goBack();
    await page.getByText('To grace@kith.example').waitFor();
  });

  test('shows a mail as text, and remembers that it was wanted so', async () => {
    await putCode('ada@kith.example', '048213');
    const { page } = await open();
    await page.getByRole('tab', { name: 'Plain text' }).click();
    await page.getByRole('tabpanel').getByText('Enter this code to confirm that this address is yours').waitFor();
    expect(await page.locator('#page').isVisible()).toBe(false);
    await page.reload();
    await page.getByRole('tabpanel').getByText('048213').waitFor();
    expect(await page.getByRole('tab', { name: 'Plain text' }).getAttribute('aria-selected')).toBe('true');
  });

  test('lets a mail run nothing and load nothing, and shows what people wrote as they wrote it', async () => {
    const evil = '<img src="https://evil.example/pixel"><script>parent.document.title = "caught"</script><form action="https://evil.example"><button>Go</button></form><p>Hello</p>';
    mailbox.put('<b>ada</b>@kith.example', { subject: '<script>alert(1)</script>', template: 'test', text: '<i>text</i>', html: evil }, null);
    const { page } = await open();
    // What a policy refuses does not come as far as here.
    const fetched: string[] = [];
    await page.route('https://evil.example/**', async (route) => {
      fetched.push(route.request().url());
      await route.abort();
    });
    await page.reload();
    await page.frameLocator('#page').getByText('Hello').waitFor();
    await page.getByRole('heading', { name: '<script>alert(1)</script>' }).waitFor();
    await page.getByText('To <b>ada</b>@kith.example').waitFor();
    await page.frameLocator('#page').getByRole('button', { name: 'Go' }).click();
    expect(await page.title()).toBe('Kith - Mailbox');
    expect(fetched).toEqual([]);
  });

  test('without its policies such a mail would run: that is what the test above looks for', async () => {
    mailbox.put('ada@kith.example', { subject: 'Evil', template: 'test', text: '', html: '<img src="https://evil.example/pixel"><script>document.title = "it ran"</script>' }, null);
    const { page } = await watchedPage(browser, pages.url);
    const fetched: string[] = [];
    await page.route('https://evil.example/**', async (route) => {
      fetched.push(route.request().url());
      await route.abort();
    });
    await page.route('**/page', async (route) => {
      const response = await route.fetch();
      const { 'content-security-policy': _policy, ...headers } = response.headers();
      await route.fulfill({ response, headers });
    });
    await page.goto(`${pages.url}/mailbox/mails/${mailbox.mails[0]?.id}/page`);
    await expect.poll(() => page.title()).toBe('it ran');
    expect(fetched).toEqual(['https://evil.example/pixel']);
  });

  test('finds mail by address and subject', async () => {
    await putLink('grace@kith.example');
    await putCode('ada@kith.example', '048213');
    const { page } = await open();
    await page.getByRole('searchbox').fill('GRACE');
    expect(await page.getByRole('listitem').count()).toBe(1);
    await page.getByRole('searchbox').fill('confirm your');
    expect(await page.getByRole('listitem').filter({ hasText: 'ada@' }).count()).toBe(1);
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByText('No mail matches.').waitFor();
  });

  test('says that it cannot read the mailbox just now, without the inside, and goes on when it can', async () => {
    mailbox.fails = true;
    const { page } = await open();
    await page.getByRole('alert').filter({ hasText: 'cannot be read just now' }).waitFor();
    expect(await page.locator('body').textContent()).not.toContain('10.0.0.7');
    mailbox.fails = false;
    await putCode('ada@kith.example', '048213');
    await page.getByText('To ada@kith.example').waitFor();
    expect(await page.getByRole('alert').isVisible()).toBe(false);
  });

  test('shows the list first on a narrow screen, and leads back to it from a mail', async () => {
    await putCode('ada@kith.example', '048213');
    const { page } = await open('/mailbox', { viewport: { width: 390, height: 844 } });
    const line = page.getByRole('link', { name: /ada@kith.example/ });
    await line.waitFor();
    expect(await page.locator('#mail').isVisible()).toBe(false);
    await line.click();
    await page.getByText('To ada@kith.example').waitFor();
    expect(await line.isVisible()).toBe(false);
    await page.getByRole('link', { name: 'All mail' }).click();
    await line.waitFor();
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(390);
  });

  test('is a step away from the other pages and back', async () => {
    mailbox.put('ada@kith.example', await alertMail({ name: 'Ada', kind: 'REFRESH_REUSED', when: new Date(), ipAddress: null, sessionsUrl: resetUrl }), { kind: 'link', value: resetUrl });
    const { page } = await open('/graphiql');
    await page.getByRole('navigation', { name: 'Developer pages' }).getByRole('link', { name: 'Mailbox' }).click();
    await page.getByText('To ada@kith.example').waitFor();
    expect(await page.getByLabel('Example').isVisible()).toBe(false);
    await page.getByRole('navigation', { name: 'Developer pages' }).getByRole('link', { name: 'GraphiQL' }).click();
    await page.locator('.graphiql-query-editor .view-lines').waitFor();
  });
});
