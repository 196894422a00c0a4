import { CoreError, type Signal } from '@twenty-init/core';
import type { BootEvent } from '../engine/event.ts';
import type { OpenCondition } from '../plan/conditions.ts';
import type { Step } from '../plan/phase.ts';
import type { Running, System } from './system.ts';

/** What a phase runs at the moment. */
export interface StepRun {
  /** Ends it in order: the signal to its leader, then its group, SIGKILL after the grace period. */
  stop(signal: Signal): void;
  /** SIGKILL now. */
  kill(): void;
  /** Who got SIGKILL, when all of it has ended that was to be stopped. */
  killed(): Promise<readonly number[]>;
}

export interface Started<Run = StepRun> {
  readonly run: Run;
  /** Rejects on a bug only. */
  readonly done: Promise<void>;
}

type Dispatch = (event: BootEvent) => void;

/** Starts a step and dispatches how it went, once. */
export function runStep(phase: string, step: Step, system: System, dispatch: Dispatch): Started {
  const starting = system.start(step.work, step.title);
  const stopping = stoppable(starting, step.gracePeriodMs);
  const done = async (): Promise<void> => {
    let running: Running;
    try {
      running = await starting;
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      dispatch({
        type: 'step-not-started',
        phase,
        exitCode: error.exitCode,
        reason: error.message,
      });
      return;
    }
    const disarm = watchIdle(running, step.idleTimeoutMs, system, () =>
      dispatch({ type: 'step-idle', phase }),
    );
    const exit = await running.exited;
    disarm();
    // What a failed leader leaves in its group must not run beside the next attempt, nor outlive the boot.
    if (exit.exitCode !== 0) stopping.stop('SIGTERM');
    // Only then: what is left in the group may still have something to say.
    await stopping.killed();
    await running.drained();
    const killed = await stopping.killed();
    const reason = running.failure?.();
    dispatch({
      type: 'step-ended',
      phase,
      exit,
      killed,
      lastLines: running.lastLines(),
      ...(reason === undefined ? {} : { reason }),
    });
  };
  return { run: stopping, done: done() };
}

/** How long a condition may take to end once it has been told to. */
const checkGracePeriodMs = 1000;

/** Looks at conditions one after the other, until one of them says skip, and dispatches the outcome, once. */
export function runChecks(
  phase: string,
  conditions: readonly OpenCondition[],
  system: System,
  dispatch: Dispatch,
): Started {
  let current: StepRun | undefined;
  let stopped = false;

  const exitCodeOf = async (condition: OpenCondition): Promise<number> => {
    if (condition.exec === undefined) return 0;
    const starting = system.start(condition.exec, `${phase} ${condition.key}`);
    const stopping = stoppable(starting, checkGracePeriodMs);
    current = stopping;
    const running = await starting;
    const { exitCode } = await running.exited;
    await running.drained();
    await stopping.killed();
    return exitCode;
  };

  const holds = async (condition: OpenCondition): Promise<boolean> => {
    if (condition.file !== undefined && !system.exists(condition.file)) return false;
    const exitCode = await exitCodeOf(condition);
    if (exitCode > 1 && !stopped)
      throw new CheckError(
        `${condition.key}.exec "${condition.exec?.shown}" ended with ${exitCode}: 0 is yes, 1 is no, anything else an error`,
      );
    return exitCode === 0;
  };

  const done = async (): Promise<void> => {
    try {
      for (const condition of conditions) {
        if (stopped) break;
        if ((await holds(condition)) !== (condition.key === 'skipIf')) continue;
        return dispatch({ type: 'checked', phase, skip: described(condition) });
      }
      dispatch({ type: 'checked', phase });
    } catch (error) {
      if (!isCheckError(error)) throw error;
      dispatch({ type: 'checked', phase, error: error.message });
    }
  };

  return {
    run: {
      stop: (signal) => {
        stopped = true;
        current?.stop(signal);
      },
      kill: () => {
        stopped = true;
        current?.kill();
      },
      killed: async () => (await current?.killed()) ?? [],
    },
    done: done(),
  };
}

/** A condition that could not be found out: neither yes nor no. */
class CheckError extends Error {}

function isCheckError(error: unknown): error is Error {
  if (error instanceof CheckError || error instanceof CoreError) return true;
  // Without a system call, too: a NUL in a path.
  return error instanceof Error && ('syscall' in error || 'code' in error);
}

function described({ key, file, exec }: OpenCondition): string {
  return [
    ...(file === undefined ? [] : [`${key}.file ${file}`]),
    ...(exec === undefined ? [] : [`${key}.exec ${exec.shown}`]),
  ].join(', ');
}

/** Passes on one stop; killing brings its SIGKILL forward. */
export function stoppable(
  starting: Promise<Pick<Running, 'stop'>>,
  gracePeriodMs: number,
): StepRun {
  // Made for a stop only: the first AbortController of a process loads code for it.
  let force: AbortController | undefined;
  let stopping: Promise<readonly number[]> | undefined;
  const stop = (signal: Signal): void => {
    if (stopping !== undefined) return;
    force = new AbortController();
    const options = { signal, gracePeriodMs, force: force.signal };
    stopping = starting.then(
      async (running) => (await running.stop(options)).killed,
      // One that never started is reported where it was awaited.
      () => [],
    );
  };
  return {
    stop,
    kill: () => {
      stop('SIGKILL');
      force?.abort();
    },
    killed: async () => (await stopping) ?? [],
  };
}

/** A timer that is so late, in ms, was held up by a pause of the whole container. */
const pausedMs = 1000;
/** A pause is found in any of them, and not only in the last. */
const looksATimeout = 8;

/**
 * One timer however much is written: it looks at when the last output came. A container that was paused gave the step no
 * time to say anything: then its time begins anew.
 */
function watchIdle(
  running: Running,
  idleTimeoutMs: number,
  system: System,
  onIdle: () => void,
): () => void {
  if (idleTimeoutMs === 0) return () => {};
  let cancel: () => void = () => {};
  let due = system.now();
  let heardAt = 0;
  const everyMs = Math.max(pausedMs, idleTimeoutMs / looksATimeout);
  const look = (): void => {
    const now = system.now();
    if (now - due > everyMs) heardAt = now;
    const left = Math.max(running.lastOutputAt(), heardAt) + idleTimeoutMs - now;
    if (left <= 0) return onIdle();
    const wait = Math.min(left, everyMs);
    due = now + wait;
    cancel = system.after(wait, look);
  };
  look();
  return () => cancel();
}
