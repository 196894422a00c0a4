import { signalNumber } from '@twenty-init/core';
import { exitCodes } from '../exit-codes.ts';
import type { Phase } from '../plan/phase.ts';
import type { Plan } from '../plan/plan.ts';
import { appEvent, appTimer, failApp, hasStarted, signalApp, startApp, stopApp } from './app.ts';
import type { Effect } from './effect.ts';
import type { BootEvent, Moment } from './event.ts';
import {
  isActive,
  isDone,
  mayFinish,
  phaseEvent,
  phaseTimer,
  startPhase,
  stopPhase,
} from './phase.ts';
import type { End } from './report.ts';
import type { AppSignal, StopSignal } from './signals.ts';
import type { BootState, PhaseRecord } from './state.ts';
import type { Timer } from './timer.ts';
import { arm, change, changePhase, phaseRecord, report, type Transition } from './transition.ts';

export interface Advance {
  readonly state: BootState;
  readonly effects: readonly Effect[];
}

export function initialState(plan: Plan): BootState {
  return {
    plan,
    stage: 'phases',
    forced: false,
    outOfTime: false,
    app: { type: 'pending' },
    phases: plan.phases.map(({ name, cwd }) => ({
      name,
      cwd,
      status: 'pending',
      activity: { type: 'none' },
      warned: false,
    })),
  };
}

/**
 * A boot as a pure state machine: takes what happened and answers what to do. It fails closed: the app starts from
 * one place only, the branch of `proceed` in which every phase is done and nothing has failed.
 */
export function advance(state: BootState, event: BootEvent, moment: Moment): Advance {
  if (state.stage === 'ended') return { state, effects: [] };
  const transition: Transition = { ...moment, state, effects: [] };
  handle(transition, event);
  proceed(transition);
  return { state: transition.state, effects: transition.effects };
}

function handle(transition: Transition, event: BootEvent): void {
  switch (event.type) {
    case 'begin':
      return;
    case 'signal':
      return signaled(transition, event.signal);
    case 'threw':
      return threw(transition, event);
    case 'checked':
    case 'step-ended':
    case 'step-not-started':
    case 'step-idle':
      return phaseEvent(transition, event);
    case 'timer':
      return timerOver(transition, event.timer);
    case 'app-not-started':
    case 'app-started':
    case 'app-exited':
    case 'probed':
    case 'notified':
    case 'handed-off':
      return appEvent(transition, event);
    case 'signal-failed':
      return report(transition, event);
  }
}

function timerOver(transition: Transition, timer: Timer): void {
  switch (timer.type) {
    case 'shutdown':
      return shutdownOver(transition);
    case 'start':
    case 'probe':
    case 'restart':
      return appTimer(transition, timer);
    case 'phase':
    case 'step':
    case 'retry':
      return phaseTimer(transition, timer);
  }
}

/** Starts whatever can start now, and ends when there is nothing left to wait for. */
function proceed(transition: Transition): void {
  switch (transition.state.stage) {
    case 'phases':
      return proceedWithPhases(transition);
    case 'app': {
      const { app } = transition.state;
      if (app.type === 'handed-off') return leave(transition);
      if (app.type !== 'ended') return;
      if (!transition.state.plan.phases.some(({ post }) => post)) return endWithApp(transition);
      change(transition, { stage: 'post' });
      return proceedWithPost(transition);
    }
    case 'post':
      return proceedWithPost(transition);
    case 'ended':
      return;
  }
}

function proceedWithPhases(transition: Transition): void {
  for (;;) {
    if (transition.state.failure !== undefined || transition.state.stop !== undefined) {
      stopOthers(transition);
      if (!transition.state.phases.some(isActive)) endWithoutApp(transition);
      return;
    }
    const next = transition.state.plan.phases.find(
      (phase) => !phase.post && canStart(transition, phase),
    );
    // A phase that is skipped is done at once, and the next one may follow it in the same transition.
    if (next === undefined) break;
    startPhase(transition, next);
  }
  const before = transition.state.plan.phases.filter(({ post }) => !post);
  if (before.every(({ name }) => isDone(phaseRecord(transition, name)))) {
    if (!transition.state.plan.startsApp) return end(transition, phasesDone);
    change(transition, { stage: 'app' });
    report(transition, { type: 'summary', phases: beforeApp(transition), app: 'starting' });
    startApp(transition);
  }
}

function canStart(transition: Transition, { name, needs }: Phase): boolean {
  return (
    phaseRecord(transition, name).status === 'pending' &&
    needs.every((needed) => isDone(phaseRecord(transition, needed)))
  );
}

/** After a failure or a signal: what still runs is stopped, once. */
function stopOthers(transition: Transition): void {
  const signal = transition.state.stop ?? 'SIGTERM';
  for (const phase of transition.state.plan.phases)
    if (!mayFinish(transition, phase)) stopPhase(transition, phase, signal);
}

function proceedWithPost(transition: Transition): void {
  while (!transition.state.phases.some(isActive)) {
    const next = transition.state.plan.phases.find(
      ({ name, post }) => post && phaseRecord(transition, name).status === 'pending',
    );
    if (next === undefined || transition.state.forced || transition.state.outOfTime)
      return endWithApp(transition);
    startPhase(transition, next);
  }
}

function signaled(transition: Transition, signal: StopSignal | AppSignal): void {
  if (signal === 'SIGUSR1' || signal === 'SIGUSR2' || signal === 'SIGWINCH')
    return signalApp(transition, signal);
  // Until then it is a terminal that goes away. Most servers reopen their logs at it, or read their config again.
  if (signal === 'SIGHUP' && hasStarted(transition.state.app)) return signalApp(transition, signal);
  if (transition.state.stop !== undefined) return signaledAgain(transition, signal);
  change(transition, { stop: signal });
  arm(transition, { type: 'shutdown' }, transition.state.plan.shutdownTimeoutMs);
  if (transition.state.stage === 'app') return stopApp(transition, signal);
  const active = transition.state.plan.phases.filter(({ name }) =>
    isActive(phaseRecord(transition, name)),
  );
  const deferred = active.filter((phase) => mayFinish(transition, phase));
  report(transition, {
    type: 'stopping',
    signal,
    phases: active.filter((phase) => !deferred.includes(phase)).map(({ name }) => name),
    deferred: deferred.map(({ name }) => name),
  });
}

/** A repeated SIGTERM or SIGHUP is what an impatient platform sends; SIGINT and SIGQUIT come from a person. */
function signaledAgain(transition: Transition, signal: StopSignal): void {
  if (signal === 'SIGTERM' || signal === 'SIGHUP')
    return report(transition, { type: 'stop-repeated', signal });
  change(transition, { stop: signal, forced: true });
  report(transition, { type: 'stop-forced', signal });
  for (const phase of transition.state.plan.phases) stopPhase(transition, phase, signal);
  transition.effects.push({ type: 'kill-all' });
}

/** What runs is stopped in order, as after a failure; no function may finish, for it may wait for ever. */
function threw(
  transition: Transition,
  { phase, reason }: Extract<BootEvent, { type: 'threw' }>,
): void {
  for (const candidate of transition.state.plan.phases)
    if (candidate.steps.some(({ work }) => 'run' in work))
      stopPhase(transition, candidate, 'SIGTERM');
  const { stage, failure } = transition.state;
  // The app has ended then, and the exit code is its own.
  if (stage === 'post' || failure !== undefined) return;
  const whose = phase === undefined ? {} : { phase };
  change(transition, {
    failure: { ...whose, exitCode: exitCodes.internal, reason, lastLines: [] },
  });
  if (stage === 'app') failApp(transition, exitCodes.internal, reason);
}

/** For deferred steps and post phases; what had to stop at once has its grace period. */
function shutdownOver(transition: Transition): void {
  change(transition, { outOfTime: true });
  const active = transition.state.plan.phases.filter(({ name }) =>
    isActive(phaseRecord(transition, name)),
  );
  if (active.length === 0) return;
  report(transition, { type: 'shutdown-timeout', canceled: active.map(({ name }) => name) });
  for (const phase of active) stopPhase(transition, phase, 'SIGTERM');
}

function endWithoutApp(transition: Transition): void {
  const { stop, failure, killed, forced } = transition.state;
  // A signal goes before everything: the platform wanted the end, whatever the phase made of it.
  if (stop !== undefined) {
    const isOverdue = killed !== undefined && !forced;
    return end(transition, {
      exitCode: isOverdue ? exitCodes.killed : 128 + signalNumber(stop),
      exitedBy: 'init',
      reason: `${stop} during the boot${isOverdue ? `, and the grace period of ${killed} over` : ''}`,
      lastLines: [],
    });
  }
  if (failure === undefined) throw new Error('the boot ends without a reason');
  end(transition, { exitedBy: failure.phase === undefined ? 'init' : 'phase', ...failure });
}

const phasesDone: End = {
  exitCode: 0,
  exitedBy: 'init',
  reason: 'every phase is done',
  lastLines: [],
};

function endWithApp(transition: Transition): void {
  const { app, stop, forced } = transition.state;
  if (app.type !== 'ended') throw new Error('the app has not ended');
  const exitCode = forced && stop !== undefined ? 128 + signalNumber(stop) : app.exitCode;
  end(transition, { exitCode, exitedBy: app.exitedBy, reason: app.reason, lastLines: [] });
}

/** The process ends and the container does not: how that ends is not ours to report. */
function leave(transition: Transition): void {
  cancelPending(transition);
  change(transition, { stage: 'ended' });
  transition.effects.push({ type: 'exit', exitCode: 0 });
}

function end(transition: Transition, how: End): void {
  cancelPending(transition);
  if (transition.state.stage === 'phases')
    report(transition, { type: 'summary', phases: beforeApp(transition), app: 'not started' });
  change(transition, { stage: 'ended' });
  report(transition, { type: 'ended', end: how });
  transition.effects.push({ type: 'exit', exitCode: how.exitCode });
}

function cancelPending(transition: Transition): void {
  for (const { name, status } of transition.state.phases)
    if (status === 'pending') changePhase(transition, name, { status: 'canceled' });
}

function beforeApp({ state }: Transition): readonly PhaseRecord[] {
  return state.phases.filter((_, index) => state.plan.phases[index]?.post === false);
}
