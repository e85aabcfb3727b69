import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPages } from '../../gateway/pages/build.ts';
import { readCurrentBuild } from '../../gateway/pages/currentBuild.ts';
import { pagesServer, type PagesServer } from './pagesServer.ts';
import { sampleDemo, sampleExamples } from './sampleGraph.ts';

describe('the developer pages as served', () => {
  let pages: PagesServer;
  let assets: string[];
  let base: string;

  beforeAll(async () => {
    await buildPages();
    const build = (await readCurrentBuild())!; // just built
    base = `/pages/${build.name}/assets`;
    assets = (await readdir(join(build.folder, 'assets'))).filter((file) => !file.endsWith('.gz'));
    pages = await pagesServer();
  }, 120_000);
  afterAll(() => pages.close());

  const get = (url: string, headers: Record<string, string> = {}) => pages.server.inject({ url, headers });

  test('a build of the same sources is not made again', async () => {
    expect(await buildPages()).toEqual({ built: false });
  });

  test.each(['/', '/graphiql'])('%s is fresh html with a policy of its own and no script inside', async (url) => {
    const { statusCode, headers, body } = await get(url);
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    const policy = String(headers['content-security-policy']);
    for (const directive of ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]) {
      expect(policy).toContain(directive);
    }
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(body).not.toMatch(/<script(?![^>]*\ssrc=)/);
  });

  test('only the landing page may reach beyond its origin, and only to Apollo', async () => {
    const policies = await Promise.all(['/', '/graphiql'].map(async (url) => (await get(url)).headers['content-security-policy']));
    const [landing, graphiql] = policies.map((policy) => String(policy).match(/https?:[^\s;]+|blob:|\*/g));
    expect(landing).toEqual(['https://embeddable-sandbox.cdn.apollographql.com', 'https://sandbox.embed.apollographql.com']);
    expect(graphiql).toBeNull();
  });

  test('the configuration carries the examples and the demo people, and nothing that came with them', async () => {
    const examples = sampleExamples.map((example) => ({ ...example, internal: 1 }));
    const chatty = await pagesServer({ examples, demo: { ...sampleDemo, people: sampleDemo.people.map((one) => ({ ...one, internal: 1 })) } });
    const { headers, body } = await chatty.server.inject('/pages/config.json');
    await chatty.close();
    expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
    expect(JSON.parse(body)).toEqual({ graphUrl: '/graphql', examples: sampleExamples, demo: sampleDemo, mailbox: false });
  });

  test('the person one is at first is always among the people', async () => {
    const lonely = await pagesServer({ demo: { ...sampleDemo, people: [] } });
    const { demo } = (await lonely.server.inject('/pages/config.json')).json<{ demo: typeof sampleDemo }>();
    await lonely.close();
    expect(demo.people).toEqual([{ login: sampleDemo.login, password: sampleDemo.password, about: '' }]);
  });

  test('every asset is served as what it is, to be kept for ever', async () => {
    const types: Record<string, string> = { js: 'application/javascript; charset=utf-8', css: 'text/css; charset=utf-8', ttf: 'font/ttf' };
    for (const file of assets) {
      const { statusCode, headers } = await get(`${base}/${file}`);
      expect([file, statusCode, headers['content-type']]).toEqual([file, 200, types[file.split('.').at(-1)!]]);
      expect(headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' });
      expect(String(headers['content-security-policy'])).toContain("default-src 'none'");
    }
  });

  test('an asset goes out compressed to whoever takes that', async () => {
    const script = assets.find((file) => file.startsWith('monaco-editor') && file.endsWith('.js'))!;
    const { headers, rawPayload } = await get(`${base}/${script}`, { 'accept-encoding': 'gzip' });
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'content-type': 'application/javascript; charset=utf-8' });
    const original = await readFile(join((await readCurrentBuild())!.folder, 'assets', script));
    expect(gunzipSync(rawPayload).equals(original)).toBe(true);
    expect(rawPayload.length).toBeLessThan(original.length / 3);
  });

  test.each([
    '/pages/current.json',
    '/pages/../package.json',
    '/pages/..%2fpackage.json',
    '/pages/%2e%2e/%2e%2e/package.json',
    '/pages/....//package.json',
    '/pages/..%5c..%5cpackage.json',
    '/pages/%00',
    '/pages/000000000000/assets/nothing.js',
  ])('%s gives nothing away', async (url) => {
    const { statusCode, body } = await get(url);
    expect(statusCode).toBeGreaterThanOrEqual(400);
    expect(statusCode).toBeLessThan(500);
    expect(body).not.toContain('"dependencies"');
  });

  test('no file outside assets is served, through a build either', async () => {
    const inside = base.replace('/assets', '');
    for (const path of ['/graphiql/index.html', '/assets/../graphiql/index.html', '/assets/%2e%2e/%2e%2e/current.json', '/assets/']) {
      expect([path, (await get(inside + path)).statusCode]).toEqual([path, expect.toSatisfy((code: number) => code === 403 || code === 404)]);
    }
  });

  test('pages that are not built answer 503 with the command that builds them', async () => {
    const bare = await pagesServer({ dist: join(tmpdir(), 'kith-pages-never-built') });
    for (const url of ['/', '/graphiql']) {
      const { statusCode, headers, body } = await bare.server.inject(url);
      expect([url, statusCode]).toEqual([url, 503]);
      expect(body).toContain('node gateway/pages/build.ts');
      expect(headers['cache-control']).toBe('no-store');
    }
    await bare.close();
  });
});
