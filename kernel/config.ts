import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { SettingName, Settings } from './settings.ts';
import { settings } from './settings.ts';

/** Thrown when settings are missing or wrong. The message lists every problem, a line each. */
export class ConfigurationError extends Error {
  constructor(problems: readonly string[]) {
    super(['The configuration has to be mended:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.name = 'ConfigurationError';
  }
}

/** Settings of which `Needed` are certain to be there. */
export type Config<Needed extends SettingName = never> = Settings & { [Name in Needed]-?: NonNullable<Settings[Name]> };

/**
 * Reads and checks the settings of this process: the environment, then a `.env` file in the working directory,
 * then the defaults. Refuses with one `ConfigurationError` that names every setting that is missing, wrong or too weak.
 */
export function loadConfig<Needed extends SettingName>(needed: readonly Needed[]): Config<Needed> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return parseConfig(process.env, needed);
}

/** The same for an environment at hand. */
export function parseConfig<Needed extends SettingName>(environment: NodeJS.ProcessEnv, needed: readonly Needed[]): Config<Needed> {
  const problems: string[] = [];
  const given = withFiles(environment, problems);
  const parsed = settings.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) problems.push(`${issue.path.join('.')}: ${issue.message}`);
  for (const name of needed) {
    if (given[name] === undefined && settings.shape[name].safeParse(undefined).data === undefined) problems.push(`${name}: is not set. ${describe(name)}`);
  }
  if (parsed.data !== undefined) problems.push(...tooWeak(parsed.data), ...atOdds(parsed.data, given));
  if (parsed.data === undefined || problems.length > 0) throw new ConfigurationError(problems);
  return parsed.data as unknown as Config<Needed>; // every needed name was checked above, which the compiler cannot follow
}

/** What a setting means. */
export function describe(name: SettingName): string {
  return settings.shape[name].description ?? '';
}

/** Whether a setting is a secret, which can be given as a file and is never shown. */
export function isSecret(name: SettingName): boolean {
  return z.globalRegistry.get(settings.shape[name])?.['secret'] === true;
}

/** Replaces `<NAME>_FILE` of secrets by what the file holds. An empty value counts as not set. */
function withFiles(environment: NodeJS.ProcessEnv, problems: string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(settings.shape) as SettingName[]) {
    const value = environment[name];
    if (value !== undefined && value !== '') given[name] = value;
    const path = isSecret(name) ? environment[`${name}_FILE`] : undefined;
    if (path === undefined || path === '') continue;
    if (given[name] !== undefined) problems.push(`${name}: is set twice, as itself and as ${name}_FILE`);
    try {
      const held = readFileSync(path, 'utf8').trim();
      if (held !== '') given[name] = held;
    } catch {
      problems.push(`${name}_FILE: the file ${path} cannot be read`);
    }
  }
  return given;
}

/** Settings that cannot be without one another. */
function atOdds(config: Settings, given: Record<string, string>): string[] {
  // A mail server would take the default and lose the mail later: nobody may send from that name.
  return config.SMTP_URL !== undefined && given['MAIL_FROM'] === undefined ? [`MAIL_FROM: is not set, although SMTP_URL is. ${describe('MAIL_FROM')}`] : [];
}

/** In production a secret must look random: one character over and over, or a word from a guide, does not. */
function tooWeak(config: Settings): string[] {
  if (config.NODE_ENV !== 'production') return [];
  const secrets = ['DATABASE_ROLE_SECRET', 'CONTEXT_SECRET', 'PASSWORD_PEPPER', 'RECORD_KEY'] as const;
  return secrets
    .filter((name) => {
      const value = config[name];
      return value !== undefined && (new Set(value).size < 12 || /change|secret|password|example|default/i.test(value));
    })
    .map((name) => `${name}: is too easy to guess for production. Make one with: openssl rand -base64 48`);
}
