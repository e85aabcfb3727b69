import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '@kith/kernel/config.ts';
import { environmentExample } from '@kith/kernel/environmentExample.ts';
import { settings } from '@kith/kernel/settings.ts';
import { expect, it } from 'vitest';
import { repository } from './pages.ts';

const committed = readFileSync(join(repository, '.env.example'), 'utf8');

it('.env.example is as kernel/settings.ts says (pnpm env:example writes it)', () => {
  expect(committed).toBe(environmentExample());
});

it('.env.example lists every setting once, each with its meaning', () => {
  const listed = [...committed.matchAll(/^# (.+)\n#([A-Z_0-9]+)=/gm)].map(([, meaning, name]) => ({ name, told: (meaning ?? '').length > 10 }));
  expect(listed).toEqual(Object.keys(settings.shape).map((name) => ({ name, told: true })));
});

it('.env.example with every # taken away is a configuration that holds, and the same as none', () => {
  const lines = committed.split('\n').filter((line) => /^#[A-Z_0-9]+=/.test(line)).map((line) => line.slice(1).split('='));
  expect(parseConfig(Object.fromEntries(lines.map(([name = '', ...value]) => [name, value.join('=')])), [])).toEqual(parseConfig({}, []));
});
