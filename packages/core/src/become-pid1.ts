import { become } from './become.ts';
import { pid1Path } from './native.ts';
import { realSystem, type System } from './system.ts';

/**
 * Replaces this Node process by `pid1`, with the same Node command line as its child. Rejects as `become` does; there
 * is no going on without an init where one was asked for.
 */
export async function becomePid1(system: System = realSystem): Promise<never> {
  // process.argv and process.execArgv miss some of it: that of -e, -p and --require in places.
  const [, ...args] = system.readProc('self/cmdline').split('\0').slice(0, -1);
  return become(pid1Path(system), ['--', process.execPath, ...args], { system });
}
