import { readFileSync } from 'node:fs';

/** Whether the terminal of this process sends what is typed, ^C too, to that process group. */
export function isInForeground(pgid: number): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    // Past the name of the program, which may hold anything: state, ppid, pgrp, session, tty_nr, tpgid.
    const [, , , , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(foreground) === pgid;
  } catch {
    return false; // no /proc
  }
}
