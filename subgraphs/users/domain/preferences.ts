/** What a person chose for themselves. */
export interface Preferences {
  readonly locale: string;
  readonly timeZone: string;
  /** Whether others see when they are there. */
  readonly showPresence: boolean;
  readonly colorScheme: 'SYSTEM' | 'LIGHT' | 'DARK';
}
