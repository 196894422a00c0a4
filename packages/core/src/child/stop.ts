import { anAbortSignal, onAbort } from '../abort.ts';
import { stopDefaults } from '../defaults.ts';
import { type Checks, checkOptions, duration } from '../options.ts';
import { delay } from '../process/event-loop.ts';
import { timerMs } from '../process/timer.ts';
import { aSignal } from '../signals/names.ts';
import type { System } from '../system.ts';
import { killTree } from '../tree/kill-tree.ts';
import type { SpawnedProcess } from './spawn-process.ts';
import type { Child, ProcessGroup, StopOptions, StopResult } from './types.ts';

type Stoppable = Pick<Child, 'pid' | 'exited' | 'group' | 'kill'> &
  Pick<SpawnedProcess, 'hasEnded'>;

/** The leader first, then what is left of its group, then SIGKILL for what is left of that. */
export async function stopChild(
  { pid, exited, group, kill, hasEnded }: Stoppable,
  options: StopOptions,
  system: System,
): Promise<StopResult> {
  checkOptions('stop', options, checks);
  const { signal = stopDefaults.signal, gracePeriodMs = stopDefaults.gracePeriodMs } = options;
  if (system.platform === 'win32') {
    // No signal but the end of a process is known there.
    const killed = hasEnded() ? [] : await killTree(pid, { system });
    return { ...(await exited), killed };
  }
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), timerMs('gracePeriodMs', gracePeriodMs));
  const forget = onAbort(options.force, () => end.abort());
  try {
    // A stopped process gets the signal only once it continues.
    if (kill(signal)) kill('SIGCONT');
    const isOver = aborted(end.signal);
    await Promise.race([exited, isOver]);
    const killed = await endGroup(group, end.signal, isOver);
    return { ...(await exited), killed };
  } finally {
    clearTimeout(timer);
    forget();
  }
}

const checks: Checks<StopOptions> = {
  signal: aSignal,
  gracePeriodMs: duration,
  force: anAbortSignal,
};

/** SIGTERM to what is left of a group, SIGKILL to what is left of that. Resolves with the pids killed. */
async function endGroup(
  group: ProcessGroup,
  over: AbortSignal,
  isOver: Promise<void>,
): Promise<number[]> {
  if (!over.aborted && group.members().length > 0) {
    group.kill('SIGTERM');
    group.kill('SIGCONT');
  }
  // Not our children, so there is no event to wait for.
  for (let pause = 5; !over.aborted; pause = Math.min(pause * 2, 100)) {
    if (group.members().length === 0) return [];
    await Promise.race([delay(pause), isOver]);
  }
  const killed = group.members();
  if (killed.length > 0) group.kill('SIGKILL');
  return killed;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
