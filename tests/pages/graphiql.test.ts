import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildPages } from '../../gateway/pages/build.ts';
import { pagesServer, type PagesServer } from './pagesServer.ts';
import { hasBrowser, startBrowser, watchedPage } from './sampleBrowser.ts';
import { sampleExamples } from './sampleGraph.ts';

const PATIENCE = { timeout: 10_000 };

describe.skipIf(!hasBrowser)('GraphiQL', { timeout: 40_000 }, () => {
  let browser: Browser;
  let pages: PagesServer;

  beforeAll(async () => {
    await buildPages();
    browser = await startBrowser();
  }, 120_000);
  afterAll(() => browser?.close());
  beforeEach(async () => {
    pages = await pagesServer();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await pages.close();
  });

  const tabs = (page: Page) => page.getByRole('tab');
  const answer = (page: Page) => page.locator('.graphiql-response .view-lines');
  const person = (page: Page) => page.getByLabel('Signed in as');

  async function opened(path = '/graphiql') {
    const watched = await watchedPage(browser, pages.url);
    await watched.page.goto(pages.url + path);
    await ready(watched.page);
    return watched;
  }

  async function ready(page: Page) {
    await page.locator('.graphiql-query-editor .view-lines').waitFor();
    await page.locator('.graphiql-editor-tool .view-lines').first().waitFor();
  }

  // By the keyboard: suggestions that open late may lie over the button, and close when it takes the focus.
  const press = (page: Page, name: RegExp) => page.getByRole('button', { name }).press('Enter');

  async function run(page: Page, operationName: string) {
    const before = pages.graph.requests.length;
    await press(page, /^Execute/);
    return vi.waitFor(() => {
      const request = pages.graph.requests.slice(before).find((one) => one.operationName === operationName);
      if (!request) throw new Error(`${operationName} was not asked`);
      return request;
    }, PATIENCE);
  }

  /** Types into an editor from its beginning. */
  async function type(page: Page, pane: '.graphiql-query-editor' | '.graphiql-editor-tool', text: string) {
    await page.locator(`${pane} .view-line`).first().click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText(text);
  }

  async function headersText(page: Page) {
    await page.getByRole('button', { name: 'Headers' }).click();
    return page.evaluate(() => {
      const { __MONACO: monaco } = globalThis as unknown as MonacoOnPage;
      return monaco.editor.getModels().find(({ uri }) => uri.path.endsWith('request-headers.json'))!.getValue();
    });
  }

  function markers(page: Page) {
    return page.evaluate(() => {
      const { __MONACO: monaco } = globalThis as unknown as MonacoOnPage;
      return monaco.editor.getModelMarkers({}).map(({ message }) => message);
    });
  }

  test('shows each example as a tab and runs one signed in, all from its own origin and within its policy', async () => {
    const { page, complaints, foreign } = await opened();
    await expect.poll(() => tabs(page).allInnerTexts(), PATIENCE).toEqual(sampleExamples.map(({ name }) => name));
    const { authorization } = await run(page, 'People');
    expect(authorization).toMatch(/^Bearer token-\d+-of-ada@kith\.test$/);
    await expect.poll(() => answer(page).innerText(), PATIENCE).toMatch(/"ada"[^]*"grace"/);
    expect(await headersText(page)).toContain(`"Authorization": "${authorization}"`);
    expect({ complaints, foreign }).toEqual({ complaints: [], foreign: [] });
  });

  test('asks for the schema signed in', async () => {
    await opened();
    await expect
      .poll(() => pages.graph.requests.find(({ operationName }) => operationName === 'IntrospectionQuery')?.authorization, PATIENCE)
      .toMatch(/of-ada/);
  });

  test('checks operations in workers of its own files', async () => {
    const { page, complaints } = await opened();
    await type(page, '.graphiql-query-editor', '{ nope } ');
    await expect.poll(() => markers(page), PATIENCE).toContainEqual(expect.stringContaining('Cannot query field "nope"'));
    const workers = () => page.workers().map((worker) => worker.url());
    for (const name of ['editor', 'graphql', 'json']) {
      const ours = new RegExp(`^${pages.url}/pages/\\w+/assets/${name}\\.worker`);
      await expect.poll(workers, PATIENCE).toContainEqual(expect.stringMatching(ours));
    }
    expect(complaints).toEqual([]);
  });

  test('prettifies with what it brought', async () => {
    const { page, complaints, foreign } = await opened();
    await type(page, '.graphiql-query-editor', 'query Ugly{me{id}} ');
    await press(page, /^Prettify/);
    await expect.poll(() => page.locator('.graphiql-query-editor .view-lines').innerText(), PATIENCE).toMatch(/query\sUgly\s\{\n/);
    expect({ complaints, foreign }).toEqual({ complaints: [], foreign: [] });
  });

  test('edits survive a reload the moment after, and no visit opens a tab twice', async () => {
    const { page } = await opened();
    await type(page, '.graphiql-query-editor', '# mine\n');
    for (let visit = 0; visit < 3; visit++) {
      await page.reload();
      await ready(page);
      expect(await page.locator('.graphiql-query-editor .view-line').first().innerText()).toBe('#\u00a0mine');
      expect(await tabs(page).count()).toBe(sampleExamples.length);
    }
  });

  test('a closed tab stays closed, until its example is chosen again', async () => {
    const { page } = await opened();
    await page.getByRole('button', { name: 'Close Tab' }).first().click();
    await page.reload();
    await ready(page);
    expect(await tabs(page).allInnerTexts()).not.toContain('People');
    await page.getByLabel('Example').selectOption({ label: 'The people of a tenant' });
    await expect.poll(() => tabs(page).last().innerText(), PATIENCE).toBe('People');
    expect((await run(page, 'People')).authorization).toMatch(/of-ada/);
  });

  test('an address with the name of an example opens it, variables and all', async () => {
    const { page } = await opened('/graphiql#PeopleAgain7');
    await expect.poll(() => page.locator('.graphiql-editor-tool .view-lines').first().innerText(), PATIENCE).toContain('7');
    await run(page, 'PeopleAgain7');
    expect(await page.getByLabel('Example').inputValue()).toBe('PeopleAgain7');
  });

  test('choosing another person replaces the Authorization in every tab', async () => {
    const { page } = await opened();
    await person(page).selectOption('linus@kith.test');
    await expect.poll(() => headersText(page), PATIENCE).toMatch(/of-linus/);
    expect((await run(page, 'People')).authorization).toMatch(/of-linus/);
    await page.getByRole('tab', { name: 'MeAsGrace', exact: true }).click();
    expect((await run(page, 'MeAsGrace')).authorization).toMatch(/of-linus/);
    await person(page).selectOption('');
    expect((await run(page, 'MeAsGrace')).authorization).toBeNull();
    await page.getByRole('tab', { name: 'Me', exact: true }).click();
    expect((await run(page, 'Me')).authorization).toBeNull();
    await person(page).selectOption('ada@kith.test');
    expect((await run(page, 'Me')).authorization).toMatch(/of-ada/);
  });

  test('an example for somebody else is run as that person, while none was chosen', async () => {
    const { page } = await opened();
    await page.getByRole('tab', { name: 'MeAsGrace', exact: true }).click();
    expect((await run(page, 'MeAsGrace')).authorization).toMatch(/of-grace/);
    expect(await person(page).inputValue()).toBe('grace@kith.test');
  });

  test('an ended demo token is replaced, in the editor and in what is sent', async () => {
    const { page } = await watchedPage(browser, pages.url);
    await page.clock.install();
    await page.goto(`${pages.url}/graphiql`);
    await ready(page);
    await expect.poll(() => headersText(page), PATIENCE).toContain('token-1-of-ada');
    await page.clock.fastForward(pages.graph.tokenLifeMs);
    await expect.poll(() => headersText(page), PATIENCE).toContain('token-2-of-ada');
    expect((await run(page, 'People')).authorization).toBe('Bearer token-2-of-ada@kith.test');
  });

  test('no token is kept in the browser, and a header of a developer only as long as the browser tab', async () => {
    const { page } = await opened();
    await headersText(page);
    await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-line').first().click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.type('"x-tenant": "secret-atlas", ');
    await run(page, 'People');
    await page.reload();
    await ready(page);
    expect(await headersText(page)).toMatch(/secret-atlas[^]*token-\d/);
    const kept = await page.evaluate<string>('JSON.stringify(localStorage)');
    expect(kept).toContain('tabState');
    expect(kept).not.toMatch(/secret-atlas|token-\d/);
    expect(await page.evaluate(() => sessionStorage.getItem('graphiql:kith.headers'))).not.toMatch(/token-\d/);
  });

  test('an operation taken from the history is run with a good token', async () => {
    const { page } = await opened();
    await run(page, 'People');
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    await ready(page);
    await page.getByRole('tab', { name: 'Me', exact: true }).click();
    await page.getByRole('button', { name: 'Show History' }).click();
    await page.locator('.graphiql-history-item-label').first().click();
    const { authorization } = await run(page, 'People');
    expect(authorization).toMatch(/^Bearer token-\d+-of-ada/);
  });

  test('clearing its data starts afresh', async () => {
    const { page } = await opened();
    await type(page, '.graphiql-query-editor', '# mine\n');
    // GraphiQL stores what is typed after a pause; cleared within it, it would store it afterwards.
    await page.waitForFunction(() => Object.values(localStorage).some((value) => String(value).includes('# mine')));
    await page.getByRole('button', { name: 'Open settings dialog' }).click();
    await page.getByRole('button', { name: 'Clear data' }).click();
    await page.getByRole('button', { name: 'Cleared data' }).waitFor();
    await page.reload();
    await ready(page);
    expect(await page.locator('.graphiql-query-editor .view-line').first().innerText()).toContain('People');
    expect(await tabs(page).count()).toBe(sampleExamples.length);
  });

  test('its theme switch takes the header along', async () => {
    const { page } = await opened();
    const background = () => page.evaluate<string>('getComputedStyle(document.getElementById("header")).backgroundColor');
    const light = await background();
    await page.getByRole('button', { name: 'Open settings dialog' }).click();
    await page.getByRole('button', { name: 'Dark', exact: true }).click();
    expect(await background()).not.toBe(light);
    await page.getByRole('button', { name: 'Light', exact: true }).click();
    expect(await background()).toBe(light);
  });

  test('a refused sign-in is told, and the page works without it', async () => {
    pages.graph.signInFails = true;
    const { page } = await opened();
    await page.getByText('Not signed in as ada@kith.test: The login or the password is wrong. (INVALID_CREDENTIALS)').waitFor();
    expect((await run(page, 'People')).authorization).toBeNull();
    pages.graph.signInFails = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => headersText(page), PATIENCE).toMatch(/token-\d+-of-ada/);
  });

  test('without demo people there is nobody to be, and headers are left alone', async () => {
    const plain = await pagesServer({ demo: null });
    const { page, complaints } = await watchedPage(browser, plain.url);
    await page.goto(`${plain.url}/graphiql`);
    await ready(page);
    expect(await person(page).isVisible()).toBe(false);
    expect(await headersText(page)).toBe('');
    expect(complaints).toEqual([]);
    await plain.close();
  });
});

/** What GraphiQL leaves on the page of the editor it uses. */
interface MonacoOnPage {
  __MONACO: {
    editor: {
      getModels(): { uri: { path: string }; getValue(): string }[];
      getModelMarkers(filter: object): { message: string }[];
    };
  };
}
