import { type Signal, signalNumber } from '../signals.ts';
import type { System } from '../system.ts';
import { isRunning, readStats } from './stat.ts';

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

/** A process that is stopped gets such a signal only once it continues; SIGKILL needs no help. */
export function endsProcess(signal: Signal): boolean {
  return ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP'].includes(signal);
}

/** The members of a process group that are still running; zombies do not count. Off Linux at most the leader. */
export function liveMembers(pgid: number, system: System): number[] {
  if (system.platform !== 'linux') return hasMembers(pgid, system) ? [pgid] : [];
  return readStats(system)
    .filter((stat) => stat.pgid === pgid && isRunning(stat))
    .map(({ pid }) => pid);
}

/** Whether there is such a group; on Linux also one of zombies, for which macOS gives EPERM. */
export function hasMembers(pgid: number, system: System): boolean {
  return exists(-pgid, system, system.platform === 'linux');
}

/** Whether there is such a process, be it a zombie or another user's. */
export function processExists(pid: number, system: System): boolean {
  return exists(pid, system, true);
}

function exists(pid: number, system: System, whenNotPermitted: boolean): boolean {
  try {
    system.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' && whenNotPermitted;
  }
}
