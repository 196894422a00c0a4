import type { ChildProcess } from 'node:child_process';
import type { Child } from '../child/spawn-child.ts';
import type { Signal } from '../signals.ts';
import type { System } from '../system.ts';
import { sendSignal } from '../tree/process-group.ts';
import { readStat } from '../tree/stat.ts';

/** Of `spawnChild`, or of `node:child_process`. */
export type FanOutTarget =
  | (Pick<Child, 'kill'> & Partial<Pick<Child, 'pid' | 'group'>>)
  | ChildProcess;

/**
 * False when it has ended, and its group too. What cannot be signalled is a process warning: a signal handler has no
 * caller to tell.
 */
export function signalTarget(target: FanOutTarget, signal: Signal, system: System): boolean {
  try {
    if (!isNodeChild(target))
      return (
        target.kill(signal) || (target.group !== undefined && target.group.members().length > 0)
      );
    const pid = livePid(target);
    // Not ChildProcess.kill, which knows no real-time signals.
    return pid !== undefined && sendSignal(pid, signal, system);
  } catch (error) {
    process.emitWarning(error as Error);
    return true;
  }
}

/** SIGKILL, for the whole process group when it leads one. */
export function killTarget(target: FanOutTarget, system: System): void {
  try {
    if (killGroup(target, system)) return;
  } catch (error) {
    process.emitWarning(error as Error);
  }
  signalTarget(target, 'SIGKILL', system);
}

function killGroup(target: FanOutTarget, system: System): boolean {
  if (!isNodeChild(target)) return target.group?.kill('SIGKILL') ?? false;
  const pid = livePid(target);
  const leads =
    pid !== undefined && system.platform === 'linux' && readStat(pid, system)?.pgid === pid;
  return leads && sendSignal(-pid, 'SIGKILL', system);
}

function isNodeChild(target: FanOutTarget): target is ChildProcess {
  return 'exitCode' in target;
}

/** After the exit event the pid may be somebody else's. */
function livePid({ pid, exitCode, signalCode }: ChildProcess): number | undefined {
  return exitCode === null && signalCode === null ? pid : undefined;
}
