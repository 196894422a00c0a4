import { type ExitStatus, exitStatus, type Signal, type StopResult } from '@twenty-init/core';
import { durationMs } from '../config/duration.ts';
import type { Running, StopRequest } from '../run/system.ts';
import type { VirtualClock } from './clock.ts';
import { type Outcome, readyAfterMs } from './outcome.ts';

export interface FakeProcess extends Running {
  readonly outcome: Outcome;
  isAlive(): boolean;
}

/** A process that does what an outcome says, in virtual time. */
export function fakeProcess(
  pid: number,
  outcome: Outcome,
  clock: VirtualClock,
  runsForever: boolean,
): FakeProcess {
  const startedAt = clock.now();
  const lines = outcome.output ?? [];
  let alive = true;
  let resolve: (status: ExitStatus) => void = () => {};
  const exited = new Promise<ExitStatus>((settle) => {
    resolve = settle;
  });
  let cancelEnd: () => void = () => {};
  const end = (status: ExitStatus): void => {
    if (!alive) return;
    alive = false;
    cancelEnd();
    resolve(status);
  };
  const takes = outcome.takes ?? (runsForever && outcome.exitCode === undefined ? undefined : '0s');
  const natural: ExitStatus =
    outcome.signal === undefined
      ? { exitCode: outcome.exitCode ?? 0 }
      : exitStatus(null, outcome.signal);
  if (takes !== undefined) cancelEnd = clock.happens(durationMs(takes), () => end(natural));

  const deliver = (signal: Signal): boolean => {
    if (!alive) return false;
    const reaction = signal === 'SIGKILL' ? undefined : outcome.onSignal;
    if (reaction === undefined) end(exitStatus(null, signal));
    else if (reaction !== 'ignore')
      clock.happens(durationMs(reaction.after ?? '0s'), () => end({ exitCode: reaction.exitCode }));
    return true;
  };

  return {
    pid,
    outcome,
    exited,
    drained: async () => {},
    isAlive: () => alive,
    kill: deliver,
    lastLines: () => lines.slice(-20),
    lastOutputAt: () => startedAt + lastOutputMs(outcome, clock.now() - startedAt),
    stop: ({ signal = 'SIGTERM', gracePeriodMs, force }: StopRequest): Promise<StopResult> => {
      let killed: readonly number[] = [];
      const kill = (): void => {
        if (!alive) return;
        killed = [pid];
        deliver('SIGKILL');
      };
      deliver(signal);
      const cancel = clock.after(gracePeriodMs, kill);
      if (force?.aborted === true) kill();
      force?.addEventListener('abort', kill, { once: true });
      return exited.then((status) => {
        cancel();
        force?.removeEventListener('abort', kill);
        return { ...status, killed };
      });
    },
  };
}

/** As `ready` of an app that says itself that it is. */
export function notified({ outcome, exited }: FakeProcess, clock: VirtualClock): Promise<boolean> {
  const { closesNotifyFdAfter } = outcome;
  const readyMs = readyAfterMs(outcome);
  return new Promise((resolve) => {
    const plans = [
      ...(readyMs === undefined ? [] : [clock.happens(readyMs, () => resolve(true))]),
      ...(closesNotifyFdAfter === undefined
        ? []
        : [clock.happens(durationMs(closesNotifyFdAfter), () => resolve(false))]),
    ];
    exited.then(() => {
      for (const cancel of plans) cancel();
      resolve(false);
    });
  });
}

/** Something is written every `outputEvery`; without it only at the start. */
function lastOutputMs({ outputEvery }: Outcome, elapsedMs: number): number {
  if (outputEvery === undefined) return 0;
  const every = durationMs(outputEvery);
  return Math.floor(elapsedMs / every) * every;
}
