/** What a person chose for themselves. */
export interface Preferences {
  readonly locale: string;
  readonly timeZone: string;
  readonly colorScheme: 'SYSTEM' | 'LIGHT' | 'DARK';
}
