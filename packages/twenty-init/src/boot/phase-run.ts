import { CoreError, type Signal } from '@twenty-init/core';
import type { Running, System } from '../system.ts';
import type { BootEvent } from './machine.ts';
import type { Phase } from './plan.ts';

export interface PhaseRun {
  /** Ends the phase in order: the signal to its leader, then its group, SIGKILL after the grace period. */
  stop(signal: Signal): void;
  /** SIGKILL now. */
  kill(): void;
}

/** Starts the command of a phase and dispatches how it went, once. */
export function runPhase(
  phase: Phase,
  system: System,
  dispatch: (event: BootEvent) => void,
  onBug: (error: unknown) => void,
): PhaseRun {
  const force = new AbortController();
  const starting = system.start(phase);
  let stopping: Promise<readonly number[]> | undefined;

  const stop = (signal: Signal): void => {
    stopping ??= starting
      .then((running) =>
        running.stop({ signal, gracePeriodMs: phase.gracePeriodMs, force: force.signal }),
      )
      .then(({ killed }) => killed)
      // A command that never started is reported below.
      .catch(() => []);
  };

  const run = async (): Promise<void> => {
    let running: Running;
    try {
      running = await starting;
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      dispatch({ type: 'phase-not-started', exitCode: error.exitCode, reason: error.message });
      return;
    }
    const disarm =
      phase.timeoutMs > 0
        ? system.after(phase.timeoutMs, () => dispatch({ type: 'phase-timed-out' }))
        : () => {};
    const status = await running.exited;
    disarm();
    const killed = (await stopping) ?? [];
    dispatch({ type: 'phase-exited', status, killed, lastLines: running.lastLines() });
  };
  run().catch(onBug);

  return { stop, kill: () => force.abort() };
}
