import { killDefaults } from '../defaults.ts';
import { checkOptions } from '../options.ts';
import { nowMs } from '../process/clock.ts';
import { delay } from '../process/event-loop.ts';
import { endsProcess, sendSignal } from '../signals/send.ts';
import { realSystem, requireLinux } from '../system.ts';
import { type KillTreeOptions, killChecks, signalOf } from './kill-options.ts';
import { killTree } from './kill-tree.ts';
import { requireOwnProc } from './own-proc.ts';
import { isRunning, type ProcessStat, readStats } from './stat.ts';
import { stillRunning } from './still-running.ts';

/**
 * Sends a signal to everything but this process: as PID 1 to all that runs in the container (`kill(-1)`, which no
 * fork can slip through; it reaches what came in by `docker exec` too), else to all descendants, as {@link killTree}.
 * Resolves with the pids that got it; after SIGKILL, when none of them runs any more.
 *
 * Rejects as `killTree` does, and with `UNSUPPORTED_PLATFORM` off Linux.
 *
 * @example
 * await killAll({ signal: 'SIGTERM' });
 */
export async function killAll(options: KillTreeOptions = {}): Promise<number[]> {
  checkOptions('killAll', options, killChecks);
  const { timeoutMs = killDefaults.timeoutMs, system = realSystem } = options;
  const signal = signalOf(options);
  requireLinux('killAll', system);
  if (system.pid !== 1) return killTree(system.pid, options);
  requireOwnProc('killAll', system);

  const others = (): ProcessStat[] =>
    readStats(system).filter((stat) => stat.pid !== 1 && isRunning(stat));
  const pids = others().map(({ pid }) => pid);
  sendSignal(-1, signal, system);
  if (endsProcess(signal)) sendSignal(-1, 'SIGCONT', system);
  if (signal !== 'SIGKILL') return pids;

  const deadline = nowMs() + timeoutMs;
  for (let left = others(); left.length > 0; left = others()) {
    if (nowMs() > deadline) throw stillRunning(left, timeoutMs);
    await delay(5);
  }
  return pids;
}
