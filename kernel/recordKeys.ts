/** What chains and signs records that must not be bent. */
export interface RecordKeys {
  readonly secret: string;
}
