import { CoreError, type Signal } from '@twenty-init/core';
import type { BootEvent } from '../engine/event.ts';
import type { Plan } from '../plan/plan.ts';
import type { Notified } from '../plan/readiness.ts';
import { messageOf } from '../thrown.ts';
import { type Started, type StepRun, stoppable } from './step.ts';
import type { RunningApp, System } from './system.ts';

/** The app while it is a child of ours. */
export interface AppRun extends StepRun {
  signal(signal: Signal): void;
  probe(): void;
  handOff(): void;
}

/** Starts the app and dispatches that it runs, how it ended, and what probes and the handoff come to. */
export function runApp(
  { app, mode }: Plan,
  system: System,
  dispatch: (event: BootEvent) => void,
): Started<AppRun> {
  const starting = system.startApp(app, mode === 'handoff');
  const stopping = stoppable(starting, app.gracePeriodMs);
  /** What is heard later of another one, which has ended or been restarted meanwhile, is not worth telling. */
  let alive: RunningApp | undefined;

  const hear = async (started: RunningApp, { fd }: Notified): Promise<void> => {
    const ready = await started.ready;
    if (alive === started) dispatch({ type: 'notified', fd, ready });
  };

  const done = async (): Promise<void> => {
    try {
      alive = await starting;
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      dispatch({ type: 'app-not-started', exitCode: error.exitCode, reason: error.message });
      return;
    }
    const { exited, pid, hasTerminal = false } = alive;
    dispatch({ type: 'app-started', pid, hasTerminal });
    if (app.readiness?.type === 'notified') hear(alive, app.readiness);
    const exit = await exited;
    alive = undefined;
    // Without a signal too: what the leader leaves in its group goes with it.
    stopping.stop('SIGTERM');
    dispatch({ type: 'app-exited', exit, killed: await stopping.killed() });
  };

  return {
    run: {
      stop: stopping.stop,
      kill: stopping.kill,
      killed: stopping.killed,
      signal: (signal) => {
        // One that comes while it is being started waits for it.
        const pass = (running: RunningApp): void => {
          try {
            running.kill(signal);
          } catch (error) {
            dispatch({ type: 'signal-failed', signal, reason: messageOf(error) });
          }
        };
        // That it could not start is told where that is awaited.
        starting.then(pass, () => {});
      },
      probe: () => {
        const { readiness } = app;
        const probed = alive;
        if (readiness?.type !== 'probed') return;
        system.probe(readiness).then((result) => {
          if (alive === probed) dispatch({ type: 'probed', ...result });
        });
      },
      handOff: () => {
        if (alive === undefined) return;
        system.handOff(app, alive.pid).then((result) => {
          // Of an app that has ended meanwhile, and is still to be told of: its exit code is ours to give.
          if (alive !== undefined) dispatch({ type: 'handed-off', ...result });
        });
      },
    },
    done: done(),
  };
}
