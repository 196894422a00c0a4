import type { System } from '../system.ts';
import { isRunning, readStats } from './stat.ts';

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
