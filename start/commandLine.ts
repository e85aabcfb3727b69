import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { explain } from './explanation.ts';

/** How a command ends that looks into something: all is well, something is wrong with it, or it could not look. */
export const exitCodes = { well: 0, wrong: 1, couldNotLook: 2 } as const;

/** Reads the command line. `pnpm script -- --flag` hands on the two dashes, which are left out. Ends the process with 2 when it is not as `--help` says. */
export function readCommandLine(command: Command): void {
  const [program = '', script = '', ...given] = process.argv;
  try {
    command.exitOverride().parse([program, script, ...(given[0] === '--' ? given.slice(1) : given)]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exit(error.exitCode === 0 ? exitCodes.well : exitCodes.couldNotLook);
  }
}

/** Does what a command is for and sets the exit code it answers. When it throws, says why and ends with 2. */
export async function runCommand(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    console.error(explain(error));
    process.exitCode = exitCodes.couldNotLook;
  }
}
