import type { TenantSlug } from './persona.ts';

/** A tenant of the demo data and the rules it chose. */
export interface DemoTenant {
  readonly slug: TenantSlug;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The three tenants of the demo data: an open one, one by invitation, and a closed one. */
export const demoTenants: readonly DemoTenant[] = [
  { slug: 'sparkle', name: 'Sparkle', settings: { signUp: 'OPEN', branding: { accent: '#7c3aed', motto: 'Things that light up.' } } },
  { slug: 'atlas', name: 'Atlas', settings: { signUp: 'INVITE', passwordLengthMin: 16, branding: { accent: '#0f766e', motto: 'Holds everything up.' } } },
  { slug: 'quill', name: 'Quill', settings: { signUp: 'CLOSED', sessionDaysMax: 14, branding: { accent: '#1f2937', motto: 'Proofs, in ink.' } } },
];
