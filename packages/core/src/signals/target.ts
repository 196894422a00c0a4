import type { System } from '../system.ts';
import type { Signal } from './names.ts';
import { sendSignal } from './send.ts';

/** A child of `spawnChild`, or of `node:child_process`; or whatever else can be signalled. */
export type FanOutTarget = Signalled | NodeChild;

/** A `ChildProcess` of Node, as far as it is needed: this package's types do without those of Node. */
interface NodeChild {
  readonly pid?: number | undefined;
  readonly exitCode: number | null;
  readonly signalCode: string | null;
}

interface Signalled {
  /** False when it has ended. */
  kill(signal: Signal | number): boolean;
  /** The process group that it leads. */
  readonly group?: {
    members(): readonly number[];
    kill(signal: Signal | number): boolean;
  };
}

/**
 * False when it has ended, and its group too. What cannot be signalled is a process warning: a signal handler has no
 * caller to tell.
 */
export function signalTarget(
  target: FanOutTarget,
  signal: Signal | number,
  system: System,
): boolean {
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
  // A group of that number is one that it leads: the kernel gives it to no other while the process is there.
  return pid !== undefined && system.platform === 'linux' && sendSignal(-pid, 'SIGKILL', system);
}

function isNodeChild(target: FanOutTarget): target is NodeChild {
  return 'exitCode' in target;
}

/** After the exit event the pid may be somebody else's. */
function livePid({ pid, exitCode, signalCode }: NodeChild): number | undefined {
  return exitCode === null && signalCode === null ? pid : undefined;
}
