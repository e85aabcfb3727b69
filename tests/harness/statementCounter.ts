/** A statement as it was sent: its text and the values of $1, $2 ... */
export interface SentStatement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/** Counts what is sent to the database. */
export interface StatementCounter {
  readonly onSent: (text: string, parameters: readonly unknown[]) => void;
  /** The statements since the last reset, without those that only open, scope and close a transaction. */
  readonly sent: string[];
  /** The same with their values. */
  readonly calls: SentStatement[];
  /** What opened, scoped and closed transactions since the last reset. */
  readonly framing: string[];
  reset(): void;
}

// The driver asks for the array types once per connection; the rest frames a transaction and travels with its statements.
const framing = /^\s*(begin|commit|rollback|select set_config\('kith\.)/;
const ofTheDriver = /^\s*select b\.oid, b\.typarray/;

/** Makes a counter that starts at nothing. */
export function statementCounter(): StatementCounter {
  const counter = { sent: [] as string[], calls: [] as SentStatement[], framing: [] as string[] };
  return {
    ...counter,
    onSent: (text, parameters) => {
      if (ofTheDriver.test(text)) return;
      if (framing.test(text)) {
        counter.framing.push(text);
        return;
      }
      counter.sent.push(text);
      // The driver writes over its list when it turns the values into text.
      counter.calls.push({ text, parameters: [...parameters] });
    },
    reset: () => {
      for (const list of Object.values(counter)) list.length = 0;
    },
  };
}
