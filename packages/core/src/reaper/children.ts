import type { System } from '../system.ts';
import { readStats } from '../tree/stat.ts';

/**
 * The children of this thread, zombies too: in the main thread what it started and what it adopted. A Worker's
 * children are in the list of the Worker.
 *
 * A kernel without CONFIG_PROC_CHILDREN, and gVisor, have no such list; then those of all threads come.
 */
export function childrenOfThread(system: System): number[] {
  let list: string;
  try {
    list = system.readProc('thread-self/children');
  } catch {
    return readStats(system)
      .filter(({ ppid }) => ppid === system.pid)
      .map(({ pid }) => pid);
  }
  return list === '' ? [] : list.trimEnd().split(' ').map(Number);
}
