import pc from 'picocolors';

/** Says what is being done and how long it took: a line that updates itself on a terminal, a line a step elsewhere. */
export interface Progress {
  step<T>(what: string, work: () => Promise<T>): Promise<T>;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;

/** Makes a progress display on a stream. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  return {
    async step(what, work) {
      const startedAt = performance.now();
      const seconds = (): string => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
      let frame = 0;
      const spinner = stream.isTTY
        ? setInterval(() => stream.write(`\r${pc.cyan(frames[frame++ % frames.length] ?? '')} ${what} ${pc.dim(seconds())} `), frameMs)
        : undefined;
      const end = (sign: string): void => {
        clearInterval(spinner);
        stream.write(`${stream.isTTY ? '\r\u001B[2K' : ''}${sign} ${what} ${pc.dim(seconds())}\n`);
      };
      try {
        const result = await work();
        end(pc.green('✓'));
        return result;
      } catch (error) {
        end(pc.red('✗'));
        throw error;
      }
    },
  };
}
