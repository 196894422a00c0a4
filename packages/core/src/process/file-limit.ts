import type { System } from '../system.ts';

/**
 * The soft limit on open files that this process would have without Node, or -1 where it is not known. Node raises
 * its own to the hard limit before the first line of JavaScript, and children would inherit that; the parent still
 * has the limit that was meant. PID 1 has no parent to ask.
 */
export function originalFileLimit(system: System): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(system.readProc(`${system.ppid}/limits`))?.[1];
    return soft === undefined ? -1 : Number(soft);
  } catch {
    return -1;
  }
}
