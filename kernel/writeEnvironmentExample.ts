// `pnpm env:example [--check]`: writes .env.example from kernel/settings.ts, or says whether the one that is there is still true.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environmentExample } from './environmentExample.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const path = join(import.meta.dirname, '..', '.env.example');
const text = environmentExample();

if (!values.check) {
  writeFileSync(path, text);
  console.log('Wrote .env.example.');
} else if (existsSync(path) && readFileSync(path, 'utf8') === text) {
  console.log('.env.example is as kernel/settings.ts says.');
} else {
  console.error('.env.example is not what kernel/settings.ts says.\n    fix: pnpm env:example');
  process.exitCode = 1;
}
