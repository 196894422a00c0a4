import { CoreError } from '@twenty-init/core';
import type { System } from '../system.ts';
import {
  advance,
  type BootEvent,
  type Effect,
  initialState,
  type Report,
  type StopSignal,
} from './machine.ts';
import { type PhaseRun, runPhase } from './phase-run.ts';
import type { Plan } from './plan.ts';

export interface Boot {
  /** The exit code of a boot that did not end in the app; once the app has taken over it never settles. */
  readonly ended: Promise<number>;
  signal(signal: StopSignal): void;
}

/** Drives the machine: tells it what happens and carries out what it answers. */
export function boot(plan: Plan, system: System, report: (report: Report) => void): Boot {
  let state = initialState(plan);
  let phaseRun: PhaseRun | undefined;
  let resolveEnded: (exitCode: number) => void = () => {};
  let rejectEnded: (error: unknown) => void = () => {};
  const ended = new Promise<number>((resolve, reject) => {
    resolveEnded = resolve;
    rejectEnded = reject;
  });

  const dispatch = (event: BootEvent): void => {
    const step = advance(state, event, system.now());
    state = step.state;
    for (const effect of step.effects) perform(effect);
  };

  const perform = (effect: Effect): void => {
    switch (effect.type) {
      case 'start-phase':
        phaseRun = runPhase(effect.phase, system, dispatch, rejectEnded);
        break;
      case 'stop-phase':
        phaseRun?.stop(effect.signal);
        break;
      case 'kill-phase':
        phaseRun?.kill();
        break;
      case 'become-app':
        becomeApp().catch(rejectEnded);
        break;
      case 'report':
        report(effect.report);
        break;
      case 'exit':
        resolveEnded(effect.exitCode);
        break;
    }
  };

  const becomeApp = async (): Promise<void> => {
    try {
      await system.become(plan.app, () => state.stage === 'ended');
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      // CANCELED: the signal has ended the boot already.
      if (error.code === 'CANCELED') return;
      dispatch({ type: 'app-not-started', exitCode: error.exitCode, reason: error.message });
    }
  };

  dispatch({ type: 'begin' });
  return { ended, signal: (signal) => dispatch({ type: 'signal', signal }) };
}
