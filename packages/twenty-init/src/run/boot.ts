import { CoreError } from '@twenty-init/core';
import { advance, initialState } from '../engine/advance.ts';
import type { Effect } from '../engine/effect.ts';
import type { BootEvent } from '../engine/event.ts';
import type { Report } from '../engine/report.ts';
import type { AppSignal, StopSignal } from '../engine/signals.ts';
import type { BootState } from '../engine/state.ts';
import { type Timer, timerKey } from '../engine/timer.ts';
import type { Plan } from '../plan/plan.ts';
import { type AppRun, runApp } from './app.ts';
import { runChecks, runStep, type StepRun } from './step.ts';
import type { System } from './system.ts';

export interface Boot {
  /** The exit code; in mode exec it never settles once the app has taken over. */
  readonly ended: Promise<number>;
  signal(signal: StopSignal | AppSignal): void;
  /** Code of the config has thrown what nobody catches; of this phase, when that is known. */
  threw(reason: string, phase?: string): void;
  state(): BootState;
}

/** Drives the machine: tells it what happens and carries out what it answers. */
export function boot(plan: Plan, system: System, report: (report: Report) => void): Boot {
  let state = initialState(plan);
  const running = new Map<string, StepRun>();
  const timers = new Map<string, () => void>();
  let app: AppRun | undefined;
  let resolveEnded: (exitCode: number) => void = () => {};
  let rejectEnded: (error: unknown) => void = () => {};
  const ended = new Promise<number>((resolve, reject) => {
    resolveEnded = resolve;
    rejectEnded = reject;
  });
  let broken = false;

  const runs = (): readonly StepRun[] => [...running.values(), ...(app === undefined ? [] : [app])];

  const cancelTimers = (): void => {
    for (const cancel of timers.values()) cancel();
  };

  /** A bug: the machine is asked nothing more, and what runs is stopped and has its grace period. */
  const breakOff = async (bug: unknown): Promise<void> => {
    if (broken) return;
    broken = true;
    cancelTimers();
    for (const run of runs()) run.stop('SIGTERM');
    await Promise.all(runs().map((run) => run.killed()));
    rejectEnded(bug);
  };

  const dispatch = (event: BootEvent): void => {
    if (broken) return;
    const step = advance(state, event, { now: system.now(), random: system.random() });
    state = step.state;
    for (const effect of step.effects) perform(effect);
  };

  const watched = (promise: Promise<void>): void => {
    promise.catch(breakOff);
  };

  const perform = (effect: Effect): void => {
    switch (effect.type) {
      case 'start-step': {
        const { run, done } = runStep(effect.phase, effect.step, system, dispatch);
        running.set(effect.phase, run);
        return watched(done);
      }
      case 'check': {
        const { run, done } = runChecks(effect.phase, effect.conditions, system, dispatch);
        running.set(effect.phase, run);
        return watched(done);
      }
      case 'stop-step':
        return running.get(effect.phase)?.stop(effect.signal);
      case 'arm':
        disarm(effect.timer);
        timers.set(timerKey(effect.timer), after(effect.timer, effect.ms));
        return;
      case 'disarm':
        return disarm(effect.timer);
      case 'become-app':
        return watched(becomeApp());
      case 'start-app': {
        const started = runApp(plan, system, dispatch);
        app = started.run;
        return watched(started.done);
      }
      case 'stop-app':
        return app?.stop(effect.signal);
      case 'signal-app':
        return app?.signal(effect.signal);
      case 'probe':
        return app?.probe();
      case 'hand-off':
        return app?.handOff();
      case 'kill-all':
        for (const run of runs()) run.kill();
        return;
      case 'report':
        return report(effect.report);
      case 'exit':
        cancelTimers();
        return resolveEnded(effect.exitCode);
    }
  };

  const disarm = (timer: Timer): void => {
    const key = timerKey(timer);
    timers.get(key)?.();
    timers.delete(key);
  };

  const after = (timer: Timer, ms: number): (() => void) =>
    system.after(ms, () => {
      timers.delete(timerKey(timer));
      safely({ type: 'timer', timer });
    });

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

  const safely = (event: BootEvent): void => {
    try {
      dispatch(event);
    } catch (bug) {
      breakOff(bug);
    }
  };

  safely({ type: 'begin' });
  return {
    ended,
    signal: (signal) => {
      // There is no machine any more to count a second one.
      if (broken && (signal === 'SIGINT' || signal === 'SIGQUIT'))
        for (const run of runs()) run.kill();
      safely({ type: 'signal', signal });
    },
    threw: (reason, phase) =>
      safely({ type: 'threw', reason, ...(phase === undefined ? {} : { phase }) }),
    state: () => state,
  };
}
