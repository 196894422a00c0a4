import type { System } from '../system.ts';
import { readStats } from '../tree/stat.ts';

/**
 * The children of this thread, zombies too, some at a time: in the main thread what it started and what it adopted.
 * A Worker's children are in the list of the Worker. To read 10,000 takes the kernel 7 ms.
 *
 * A kernel without CONFIG_PROC_CHILDREN, and gVisor, have no such list; then those of all threads come.
 */
export function* childrenOfThread(system: System): Generator<number[], void> {
  let rest = '';
  for (const piece of listOfThread(system)) {
    const numbers = (rest + piece).split(' ');
    rest = numbers.pop() ?? ''; // each number has a space behind it
    yield numbers.map(Number);
  }
}

function* listOfThread(system: System): Generator<string, void> {
  try {
    yield* system.readProcInPieces('thread-self/children');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // EMFILE: the list is there
    yield childrenOfProcess(system)
      .map((pid) => `${pid} `)
      .join('');
  }
}

function childrenOfProcess(system: System): number[] {
  return readStats(system)
    .filter(({ ppid }) => ppid === system.pid)
    .map(({ pid }) => pid);
}
