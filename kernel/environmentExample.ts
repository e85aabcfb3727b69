import { settings } from './settings.ts';
import type { SettingName } from './settings.ts';
import { describe, isSecret } from './config.ts';

/** The text of `.env.example`: every setting with its meaning and default, commented out. */
export function environmentExample(): string {
  const entries = (Object.keys(settings.shape) as SettingName[]).map((name) => {
    const fallback: unknown = settings.shape[name].safeParse(undefined).data;
    const value = typeof fallback === 'string' || typeof fallback === 'number' ? String(fallback) : '';
    const secretNote = isSecret(name) ? ` Secret: ${name}_FILE may name a file that holds it.` : '';
    return `# ${describe(name)}${secretNote}\n#${name}=${value}\n`;
  });
  return `# Made from kernel/settings.ts by: pnpm env:example\n# Copy to .env and take away the # in front of what you set.\n\n${entries.join('\n')}`;
}
