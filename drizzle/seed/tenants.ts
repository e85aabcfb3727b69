import type { TenantSlug } from './persona.ts';

/** A tenant of the demo data and the rules it chose. */
export interface DemoTenant {
  readonly slug: TenantSlug;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The three tenants of the demo data: an open one, one by invitation, and a closed one. */
export const demoTenants: readonly DemoTenant[] = [
  { slug: 'sparkle', name: 'Sparkle', settings: { signUp: 'OPEN', branding: { accentColor: '#7c3aed' } } },
  { slug: 'atlas', name: 'Atlas', settings: { signUp: 'INVITE', passwordLengthMin: 16, branding: { accentColor: '#0f766e' } } },
  { slug: 'quill', name: 'Quill', settings: { signUp: 'CLOSED', sessionMinutesMax: 20_160, branding: { accentColor: '#1f2937' } } },
];
