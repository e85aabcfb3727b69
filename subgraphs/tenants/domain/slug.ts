const form = /^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$/;

/** Kept for the platform: what stands, or may one day stand, where a slug does. */
const reserved = new Set([
  'about', 'account', 'admin', 'administrator', 'api', 'app', 'assets', 'auth', 'billing', 'blog', 'cdn', 'dashboard', 'docs', 'graphiql', 'graphql', 'health',
  'help', 'invite', 'kith', 'login', 'logout', 'mail', 'mailbox', 'metrics', 'null', 'oauth', 'platform', 'public', 'ready', 'register', 'root', 'sandbox', 'scim',
  'security', 'settings', 'sign-in', 'sign-up', 'signin', 'signup', 'sso', 'static', 'status', 'support', 'system', 'tenant', 'tenants', 'undefined', 'user', 'users',
  'well-known', 'www',
]);
/** In front of what the slug of an emptied tenant becomes. */
const givenUp = 'deleted-';

/**
 * Reads a slug in its one form, lower case. Null for what is none: 3 to 50 letters, digits and hyphens, with a letter or digit at both ends, and none
 * of those kept for the platform.
 */
export function parseSlug(text: string): string | null {
  const slug = text.trim().toLowerCase();
  return form.test(slug) && !reserved.has(slug) && !slug.startsWith(givenUp) ? slug : null;
}

/** Reads a slug that was typed to be compared with one: in its one form, whatever it is. */
export function parseSlugTyped(text: string): string {
  return text.trim().toLowerCase();
}
