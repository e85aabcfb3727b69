/** Counts what is sent to the database. */
export interface StatementCounter {
  readonly onSent: (text: string) => void;
  /** The statements since the last reset, without those that only open, scope and close a transaction. */
  readonly sent: string[];
  reset(): void;
}

// The driver asks for the array types once per connection; the rest frames a transaction and travels with its statements.
const framing = /^\s*(begin|commit|rollback|select b\.oid, b\.typarray|select set_config\('kith\.)/;

/** Makes a counter that starts at nothing. */
export function statementCounter(): StatementCounter {
  const sent: string[] = [];
  return {
    sent,
    onSent: (text) => {
      if (!framing.test(text)) sent.push(text);
    },
    reset: () => {
      sent.length = 0;
    },
  };
}
