import { CoreError } from '../errors.ts';
import { pid1Path } from '../native.ts';
import { realSystem, type System } from '../system.ts';
import { become } from './become.ts';

/**
 * Replaces this Node process by `pid1`, with the same Node command line as its child. Rejects as `become` does, and with
 * `COMMAND_NOT_EXECUTABLE` for a program on stdin; there is no going on without an init where one was asked for.
 */
export async function becomePid1(system: System = realSystem): Promise<never> {
  if (isProgramOnStdin())
    throw new CoreError(
      'COMMAND_NOT_EXECUTABLE',
      '--import @twenty-init/core/pid1 cannot run a program that comes on stdin, which this Node has read: put it into ' +
        'a file, or pid1 in front of node',
    );
  return become(pid1Path({ system }), ['--', process.execPath, ...commandLine(system)], { system });
}

/** Node keeps the text of -e and -p, and what it has read from stdin before any preload, in the same place. */
function isProgramOnStdin(): boolean {
  const { _eval: text } = process as { _eval?: string };
  return (
    text !== undefined && !process.execArgv.some((arg) => /^(-p?e|-p|--eval|--print)/.test(arg))
  );
}

/** As the kernel has it; process.argv has the script's path resolved. */
function commandLine(system: System): string[] {
  const [, ...args] = system.readProc('self/cmdline').split('\0').slice(0, -1);
  // libuv writes a title (--title, process.title) over the arguments, and NULs over the rest of them.
  const isOverwritten = args.every((arg) => arg === '');
  return isOverwritten ? [...process.execArgv, ...process.argv.slice(1)] : args;
}
