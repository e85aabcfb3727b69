/** Says on a stream how many entries have been looked at, when it takes longer. */
export interface EntryProgress {
  tell(): void;
  end(): void;
}

const quietMs = 2_000;
const everyMs = 1_000;

/** Makes the progress of a long look: a line that updates itself on a terminal, a line now and then elsewhere. The first two seconds it is quiet. */
export function entryProgress(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>, now: () => number = () => performance.now()): EntryProgress {
  const startedAt = now();
  let [entries, nextAt, shown] = [0, startedAt + quietMs, false];
  return {
    tell() {
      entries += 1;
      if (entries % 100 !== 0 || now() < nextAt) return;
      nextAt = now() + (stream.isTTY ? everyMs / 10 : everyMs);
      shown = true;
      const text = `${entries.toLocaleString('en')} entries in ${((now() - startedAt) / 1_000).toFixed(0)} s`;
      stream.write(stream.isTTY ? `\r\u001B[2K${text}` : `${text}\n`);
    },
    end() {
      if (shown && stream.isTTY) stream.write('\r\u001B[2K');
    },
  };
}
