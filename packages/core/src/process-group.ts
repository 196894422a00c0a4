import { type Signal, signalNumber } from './signals.ts';
import type { System } from './system.ts';

/** Sends a signal to a process or, with a negative pid, to a group. False when nobody was there to get it. */
export function sendSignal(pid: number, signal: Signal, system: System): boolean {
  try {
    system.kill(pid, signalNumber(signal));
    return true;
  } catch (error) {
    // ESRCH alone is dropped: between looking and killing a process may end, and that is what we wanted.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** The members of a process group that are still running; zombies do not count. */
export function liveMembers(pgid: number, system: System): number[] {
  return system.pids().filter((pid) => {
    const stat = readStat(pid, system);
    return stat !== undefined && stat.pgid === pgid && stat.state !== 'Z' && stat.state !== 'X';
  });
}

interface Stat {
  readonly state: string;
  readonly pgid: number;
}

function readStat(pid: number, system: System): Stat | undefined {
  let text: string;
  try {
    text = system.readProc(`${pid}/stat`);
  } catch {
    return undefined; // ended since /proc was listed
  }
  // The command name is in parentheses and may itself hold spaces and parentheses: fields follow the last one.
  const [state = '', , pgid = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state, pgid: Number(pgid) };
}
