import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildPages } from '../../gateway/pages/build.ts';
import { pagesServer, type PagesServer } from './pagesServer.ts';
import { hasBrowser, startBrowser, watchedPage } from './sampleBrowser.ts';
import { sampleExamples } from './sampleGraph.ts';

const PATIENCE = { timeout: 10_000 };
const SCRIPT = 'https://embeddable-sandbox.cdn.apollographql.com/**';
const FRAME = 'https://sandbox.embed.apollographql.com/**';

/** Stands in for Apollo's script: remembers what it was given, and puts the frame there as the real one does. */
const STUB = `window.EmbeddedSandbox = class {
  constructor(options) {
    (window.sandboxes ??= []).push(options);
    this.frame = document.createElement('iframe');
    this.frame.src = 'https://sandbox.embed.apollographql.com/sandbox/explorer?stub';
    document.querySelector(options.target).append(this.frame);
  }
  dispose() { this.frame.remove(); }
};`;

interface Given {
  initialEndpoint: string;
  initialState: { document: string; variables: object; headers: Record<string, string> };
  handleRequest: (url: string, options: { method: string; headers: Record<string, string>; body: string }) => Promise<Response>;
}

describe.skipIf(!hasBrowser)('the landing page', { timeout: 30_000 }, () => {
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

  async function offline(options: BrowserContextOptions = {}) {
    const watched = await watchedPage(browser, pages.url, options);
    await watched.page.route(SCRIPT, (route) => route.abort('namenotresolved'));
    await watched.page.goto(pages.url);
    return watched;
  }

  async function online(path = '/', options: BrowserContextOptions = {}) {
    const watched = await watchedPage(browser, pages.url, options);
    await watched.page.route(SCRIPT, (route) => route.fulfill({ contentType: 'text/javascript', body: STUB }));
    await watched.page.route(FRAME, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<script>parent.postMessage({ name: "ExplorerListeningForHandshake" }, "*")</script>' }),
    );
    await watched.page.goto(pages.url + path);
    await watched.page.locator('#sandbox iframe').waitFor();
    return watched;
  }

  const given = (page: Page) =>
    page.evaluate(() => JSON.parse(JSON.stringify((globalThis as unknown as { sandboxes: Given[] }).sandboxes.at(-1))) as Given);
  const authorization = async (page: Page) => (await given(page)).initialState.headers.Authorization ?? null;

  test('says at once that Sandbox is out of reach, and leads to GraphiQL', async () => {
    const { page } = await offline();
    await page.getByRole('heading', { name: 'Apollo Sandbox is out of reach' }).waitFor({ timeout: 2_000 });
    expect(await page.getByRole('listitem').count()).toBe(sampleExamples.length);
    await page.getByRole('link', { name: 'Who am I' }).click();
    await page.locator('.graphiql-query-editor .view-lines').waitFor();
    expect(new URL(page.url()).hash).toBe('#Me');
    expect(await page.getByLabel('Example').inputValue()).toBe('Me');
  });

  test('says so as well where the network swallows the request, and gives way when Sandbox comes after all', async () => {
    const { page } = await watchedPage(browser, pages.url);
    await page.clock.install();
    let answer = () => {};
    await page.route(SCRIPT, (route) => {
      answer = () => void route.fulfill({ contentType: 'text/javascript', body: STUB });
    });
    await page.route(FRAME, (route) => route.fulfill({ contentType: 'text/html', body: '' }));
    await page.goto(pages.url);
    await page.getByLabel('Example').waitFor(); // from here on the page waits for the script
    await page.clock.fastForward(5_000);
    await page.getByRole('heading', { name: 'Apollo Sandbox is out of reach' }).waitFor();
    answer();
    await page.locator('#sandbox iframe').waitFor();
    expect(await page.locator('#offline').isVisible()).toBe(false);
  });

  test('a Sandbox whose frame stays silent is told apart from one that works', async () => {
    const { page } = await online();
    await page.route(FRAME, (route) => route.abort());
    await page.clock.install();
    await page.reload();
    await page.locator('#sandbox iframe').waitFor();
    const told = page.getByText('Sandbox has not answered yet');
    expect(await told.isVisible()).toBe(false);
    await page.clock.fastForward(10_000);
    await told.waitFor();
  });

  test('hands Sandbox the example with its variables and the demo token, within its policy', async () => {
    const { page, complaints, foreign } = await online();
    const { document, variables } = sampleExamples[0]!;
    const options = await given(page);
    expect(options).toMatchObject({ initialEndpoint: `${pages.url}/graphql`, initialState: { document, variables } });
    expect(options).toMatchObject({ endpointIsEditable: false, runTelemetry: false, allowDynamicStyles: false });
    expect(options.initialState.headers).toEqual({ Authorization: expect.stringMatching(/^Bearer token-\d+-of-ada@kith\.test$/) });
    expect(complaints).toEqual([]);
    expect(await page.getByText('Sandbox has not answered yet').isVisible()).toBe(false);
    expect(foreign.map((url) => new URL(url).host)).toEqual(['embeddable-sandbox.cdn.apollographql.com', 'sandbox.embed.apollographql.com']);
    const { width, height } = (await page.locator('#sandbox iframe').boundingBox())!;
    expect(width).toBe(page.viewportSize()!.width);
    expect(height).toBeGreaterThan(500);
  });

  test('choosing an example loads it in place of the other, and a reload comes back to it', async () => {
    const { page } = await online();
    await page.getByLabel('Example').selectOption({ label: 'Some more people, 3' });
    await expect.poll(async () => (await given(page)).initialState, PATIENCE).toMatchObject({ document: sampleExamples[6]!.document, variables: { first: 3 } });
    expect(await page.locator('#sandbox iframe').count()).toBe(1);
    await page.reload();
    await expect.poll(async () => (await given(page)).initialState.variables, PATIENCE).toEqual({ first: 3 });
  });

  test('choosing another person hands over that token, and nobody none', async () => {
    const { page } = await online();
    await page.getByLabel('Signed in as').selectOption('grace@kith.test');
    await expect.poll(() => authorization(page), PATIENCE).toMatch(/of-grace/);
    await page.getByLabel('Signed in as').selectOption('');
    await expect.poll(() => authorization(page), PATIENCE).toBeNull();
  });

  test('an example for somebody else says so once a person was chosen', async () => {
    const { page } = await online('/#MeAsGrace');
    await expect.poll(() => authorization(page), PATIENCE).toMatch(/of-grace/);
    await page.getByLabel('Signed in as').selectOption('linus@kith.test');
    await expect.poll(() => authorization(page), PATIENCE).toMatch(/of-linus/);
    await page.getByRole('button', { name: 'Be grace@kith.test' }).click();
    await expect.poll(() => authorization(page), PATIENCE).toMatch(/of-grace/);
  });

  test('signs in once for as long as the token is good, over both pages', async () => {
    const { page } = await online();
    await page.reload();
    await page.getByRole('link', { name: 'GraphiQL' }).first().click();
    await page.locator('.graphiql-query-editor .view-lines').waitFor();
    expect(pages.graph.requests.filter(({ operationName }) => operationName === 'DemoSignIn')).toHaveLength(1);
  });

  test('a computer whose clock is an hour ahead signs in no more often', async () => {
    const { page } = await online();
    await page.clock.install({ time: Date.now() + 3_600_000 });
    await page.evaluate('sessionStorage.clear()');
    const before = pages.graph.requests.length;
    for (let visit = 0; visit < 3; visit++) {
      await page.reload();
      await expect.poll(() => authorization(page).catch(() => null), PATIENCE).toMatch(/of-ada/);
    }
    expect(pages.graph.requests.slice(before)).toHaveLength(1);
  });

  test('an operation of Sandbox goes out with a good token when its own has ended', async () => {
    const { page } = await online();
    await page.clock.install();
    await page.reload();
    await page.locator('#sandbox iframe').waitFor();
    const ended = await authorization(page);
    await page.clock.fastForward(pages.graph.tokenLifeMs);
    const sent = () =>
      page.evaluate(async () => {
        const { handleRequest, initialEndpoint, initialState } = (globalThis as unknown as { sandboxes: Given[] }).sandboxes.at(-1)!;
        const headers = { ...initialState.headers, 'content-type': 'application/json' };
        const body = JSON.stringify({ query: '{ me { username } }' });
        return (await handleRequest(initialEndpoint, { method: 'POST', headers, body })).json();
      });
    expect(await sent()).toEqual({ data: { me: { username: 'ada' } } });
    expect(pages.graph.requests.at(-1)?.authorization).toBe('Bearer token-2-of-ada@kith.test');
    expect(await page.locator('#sandbox iframe').count()).toBe(1);
    expect(await authorization(page)).toBe(ended);
  });

  test('copies the token', async () => {
    const { page } = await online('/', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'Copy token' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(`Bearer ${await page.evaluate<string>('navigator.clipboard.readText()')}`).toBe(await authorization(page));
  });

  test('a refused sign-in is told, and Sandbox works without it', async () => {
    pages.graph.signInFails = true;
    const { page } = await online();
    await page.getByText('Not signed in as ada@kith.test').waitFor();
    expect((await given(page)).initialState.headers).toEqual({});
  });

  test('fits a narrow screen', async () => {
    const { page } = await offline({ viewport: { width: 360, height: 640 } });
    await page.getByRole('heading', { name: 'Apollo Sandbox is out of reach' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });
});
