import type { ChildProcess } from 'node:child_process';
import { stopDefaults } from '../defaults.ts';
import { sendSignal } from '../signals/send.ts';
import type { System } from '../system.ts';
import { hasMembers, liveMembers, processExists } from '../tree/process-group.ts';
import type { ProcessGroup } from './types.ts';

/** To be called before the leader can have ended. `hasEnded` is whether Node has reaped it. */
export function groupOf(
  leader: ChildProcess,
  hasEnded: () => boolean,
  system: System,
): ProcessGroup {
  const pgid = leader.pid as number;
  let outlived = true;
  // In the very turn in which libuv has reaped it: nobody can have been given the number yet.
  leader.once('exit', () => {
    outlived = hasMembers(pgid, system);
  });
  // The kernel gives the number of a group that has members to no process. So when there is a process with that pid
  // after the leader was reaped, the group had become empty, and that is somebody else's. See pid-reuse.test.ts.
  const isOurs = (): boolean => {
    if (!hasEnded()) return true;
    outlived &&= hasMembers(pgid, system) && !processExists(pgid, system);
    return outlived;
  };
  return {
    members: () => (isOurs() ? liveMembers(pgid, system) : []),
    // Before the shim has made the group there is the leader alone.
    kill: (signal = stopDefaults.signal) =>
      isOurs() &&
      (sendSignal(-pgid, signal, system) || (!hasEnded() && sendSignal(pgid, signal, system))),
  };
}
