import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { isSecret } from '@kith/kernel/config.ts';
import { requestErrorCodes } from '@kith/kernel/errors.ts';
import type { SettingName } from '@kith/kernel/settings.ts';
import { settings } from '@kith/kernel/settings.ts';
import { supergraphSdl } from '@kith/schema/sdl.ts';
import { banner } from '@kith/start/banner.ts';
import { expect, it } from 'vitest';
import type { DocPage } from './pages.ts';
import { codeBlocks, docPage, docPages, proseOf, quotedIn, repository } from './pages.ts';

const pages = docPages();

/** Names the links of a page that lead nowhere: a file that is not there, a heading that is not in it. */
function brokenLinks({ path, text }: DocPage): string[] {
  return [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^https?:/.test(target)) return [];
    const [file = '', heading] = target.split('#');
    const found = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(repository, found))) return [`${path}: ${target}`];
    return heading === undefined || headingsOf(readFileSync(join(repository, found), 'utf8')).includes(heading) ? [] : [`${path}: ${target}`];
  });
}

/** The anchors of a page's headings, as they are made from their words. */
function headingsOf(text: string): string[] {
  return [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, words = '']) => words.toLowerCase().replaceAll(/[^\w\s-]/g, '').trim().replaceAll(/\s+/g, '-'));
}

const folders = ['kernel', 'drizzle', 'schema', 'gateway', 'subgraphs', 'start', 'scripts', 'tests', 'docs', 'deploy', '.ci'];

/** Names the files and folders a page speaks of that are not there. Those with a place to fill in, as `<name>` or `*`, are left out. */
function missingFiles({ path, text }: DocPage): string[] {
  return quotedIn(text)
    .filter((quoted) => folders.some((folder) => quoted.startsWith(`${folder}/`)) && !/[<>*{}\s]|NNNN|\.\.\./.test(quoted))
    .filter((quoted) => !existsSync(join(repository, quoted)))
    .map((quoted) => `${path}: ${quoted}`);
}

const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { scripts: Record<string, string> }; // our own file
const builtIn = new Set(['install', 'exec', 'dlx', 'add', 'ci', 'i', 'ping']);

/** Names the scripts a page tells to run that package.json does not have. */
function unknownCommands({ path, text }: DocPage): string[] {
  return [...text.matchAll(/\b(?:pnpm(?:@[\d.]+)?|npm)(?: run)? ([a-z][\w:]*)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !(name in scripts) && !builtIn.has(name) && name !== 'run' && name !== 'and' && name !== 'for')
    .map((name) => `${path}: ${name}`);
}

// Read by a shell script, a compose file, the tests or a library, and no setting of ours.
const elsewhere = new Set(['KITH_PUBLISH', 'KITH_VERSION', 'KITH_CI_BASE', 'KITH_TESTS_NO_SKIP', 'KITH_TESTS_LOG', 'KITH_TESTS_IMAGE', 'PAGES', 'NO_COLOR']);

/** Words in capitals that are codes and enum values of the contract, not settings. */
const codes = new Set([...(supergraphSdl().match(/\b[A-Z][A-Z0-9_]+\b/g) ?? []), ...requestErrorCodes]);

/** Names the environment variables a page speaks of that nobody reads. */
function unknownSettings({ path, text }: DocPage): string[] {
  const isSetting = (name: string): name is SettingName => name in settings.shape;
  return quotedIn(text)
    .map((quoted) => /^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|PORT|HOST|DEMO)(?:=.*)?$/.exec(quoted)?.[1])
    .filter((name) => name !== undefined)
    .filter((name) => !isSetting(name) && !elsewhere.has(name) && !codes.has(name))
    .filter((name) => !(name.endsWith('_FILE') && isSetting(name.slice(0, -5)) && isSecret(name.slice(0, -5) as SettingName))) // looked up on the same line
    .map((name) => `${path}: ${name}`);
}

it('every link leads somewhere', () => {
  expect(pages.flatMap(brokenLinks)).toEqual([]);
});

it('every file and folder that is spoken of is there', () => {
  expect(pages.flatMap(missingFiles)).toEqual([]);
});

it('every command that is named is a script of package.json', () => {
  expect(pages.flatMap(unknownCommands)).toEqual([]);
});

it('every setting that is named exists', () => {
  expect(pages.flatMap(unknownSettings)).toEqual([]);
});

it('every decision is dated, and is one page that says what would change it', () => {
  const decisions = pages.filter(({ path }) => path.startsWith('docs/decisions/'));
  expect(decisions.length).toBeGreaterThanOrEqual(7);
  for (const { path, text } of decisions) {
    expect(path).toMatch(/^docs\/decisions\/\d{4}-[a-z0-9-]+\.md$/);
    expect(text, path).toMatch(/^# \d{4} .+\n\n\d{4}-\d\d-\d\d\n/);
    for (const part of ['The question', 'What was considered', 'The choice', 'What would change it']) expect(text, path).toContain(`\n## ${part}\n`);
    expect(text.split('\n').length, path).toBeLessThan(80);
  }
});

it('the README shows what npm start prints', () => {
  const [transcript = ''] = codeBlocks(docPage('README.md').text).filter(({ language }) => language === 'text').map(({ code }) => code);
  const [, shownBanner = ''] = transcript.split(/^(?=Kith is up)/m);
  const seconds = Number(/([\d.]+) s\)/.exec(shownBanner)?.[1]);
  const printed = stripVTControlCharacters(banner({ url: 'http://localhost:4000', topology: 'together', seconds, demoToken: 'eyJ', developerPages: true, mailbox: true })).trim().split('\n');
  // A line that is too long to show ends in `…`.
  expect(shownBanner.split('\n').map((line, index) => (line.endsWith('…') && printed[index]?.startsWith(line.slice(0, -1)) ? printed[index] : line))).toEqual(printed);
});

it('sees a broken link, a missing heading, a missing file, an unknown command and an unknown setting', () => {
  const planted = {
    path: 'docs/planted.md',
    text: '# Planted\n\n[a](nowhere.md) [b](../README.md#no-such-heading) [c](#planted) `kernel/nowhere.ts` `kernel/clock.ts`\n`pnpm db:mend` `USERS_DATABSE_URL` `CONTEXT_SECRET_FILE` `PORT_FILE`\n',
  };
  expect(brokenLinks(planted)).toEqual(['docs/planted.md: nowhere.md', 'docs/planted.md: ../README.md#no-such-heading', 'docs/planted.md: #planted']);
  expect(missingFiles(planted)).toEqual(['docs/planted.md: kernel/nowhere.ts']);
  expect(unknownCommands(planted)).toEqual(['docs/planted.md: db:mend']);
  expect(unknownSettings(planted)).toEqual(['docs/planted.md: USERS_DATABSE_URL', 'docs/planted.md: PORT_FILE']);
});
