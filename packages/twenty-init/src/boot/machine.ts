import { signalNumber } from '@twenty-init/core';
import { exitCodes } from '../exit-codes.ts';
import { appEvent, failApp, hasStarted, signalApp, startApp, stopApp } from './app-machine.ts';
import {
  isActive,
  isDone,
  mayFinish,
  phaseEvent,
  phaseTimer,
  startPhase,
  stopPhase,
} from './phase-machine.ts';
import type { Plan } from './plan.ts';
import type { End } from './report.ts';
import type { BootEvent, BootState, Effect, Moment, PhaseRecord } from './state.ts';
import { arm, change, changePhase, report, type Turn } from './turn.ts';
import type { AppSignal, StopSignal } from './words.ts';

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
  const turn: Turn = { ...moment, state, effects: [] };
  handle(turn, event);
  proceed(turn);
  return { state: turn.state, effects: turn.effects };
}

function handle(turn: Turn, event: BootEvent): void {
  switch (event.type) {
    case 'begin':
      return;
    case 'signal':
      return signaled(turn, event.signal);
    case 'threw':
      return threw(turn, event);
    case 'checked':
    case 'step-ended':
    case 'step-not-started':
    case 'step-idle':
      return phaseEvent(turn, event);
    case 'timer':
      if (event.timer === 'shutdown') return shutdownOver(turn);
      return event.timer === 'start' || event.timer === 'probe' || event.timer === 'restart'
        ? appEvent(turn, event)
        : phaseTimer(turn, event.timer);
    case 'app-not-started':
    case 'app-started':
    case 'app-exited':
    case 'probed':
    case 'notified':
    case 'handed-off':
      return appEvent(turn, event);
    case 'signal-failed':
      return report(turn, event);
  }
}

/** Starts whatever can start now, and ends when there is nothing left to wait for. */
function proceed(turn: Turn): void {
  switch (turn.state.stage) {
    case 'phases':
      return proceedWithPhases(turn);
    case 'app': {
      const { app } = turn.state;
      if (app.type === 'handed-off') return leave(turn);
      if (app.type !== 'ended') return;
      if (!turn.state.plan.phases.some(({ post }) => post)) return endWithApp(turn);
      change(turn, { stage: 'post' });
      return proceedWithPost(turn);
    }
    case 'post':
      return proceedWithPost(turn);
    case 'ended':
      return;
  }
}

function proceedWithPhases(turn: Turn): void {
  for (;;) {
    if (turn.state.failure !== undefined || turn.state.stop !== undefined) {
      stopOthers(turn);
      if (!turn.state.phases.some(isActive)) endWithoutApp(turn);
      return;
    }
    const next = turn.state.plan.phases.find((phase) => !phase.post && canStart(turn, phase.name));
    // A phase that is skipped is done at once, and the next one may follow it in the same turn.
    if (next === undefined) break;
    startPhase(turn, next);
  }
  const before = turn.state.plan.phases.filter(({ post }) => !post);
  if (before.every(({ name }) => isDone(recordOf(turn, name)))) {
    if (!turn.state.plan.startsApp) return end(turn, phasesDone);
    change(turn, { stage: 'app' });
    report(turn, { type: 'summary', phases: beforeApp(turn), app: 'starting' });
    startApp(turn);
  }
}

function canStart(turn: Turn, name: string): boolean {
  const phase = turn.state.plan.phases.find((candidate) => candidate.name === name);
  return (
    recordOf(turn, name).status === 'pending' &&
    phase !== undefined &&
    phase.needs.every((needed) => isDone(recordOf(turn, needed)))
  );
}

/** After a failure or a signal: what still runs is stopped, once. */
function stopOthers(turn: Turn): void {
  const signal = turn.state.stop ?? 'SIGTERM';
  for (const phase of turn.state.plan.phases)
    if (!mayFinish(turn, phase)) stopPhase(turn, phase, signal);
}

function proceedWithPost(turn: Turn): void {
  while (!turn.state.phases.some(isActive)) {
    const next = turn.state.plan.phases.find(
      ({ name, post }) => post && recordOf(turn, name).status === 'pending',
    );
    if (next === undefined || turn.state.forced || turn.state.outOfTime) return endWithApp(turn);
    startPhase(turn, next);
  }
}

function signaled(turn: Turn, signal: StopSignal | AppSignal): void {
  if (signal === 'SIGUSR1' || signal === 'SIGUSR2' || signal === 'SIGWINCH')
    return signalApp(turn, signal);
  // Until then it is a terminal that goes away. Most servers reopen their logs at it, or read their config again.
  if (signal === 'SIGHUP' && hasStarted(turn.state.app)) return signalApp(turn, signal);
  if (turn.state.stop !== undefined) return signaledAgain(turn, signal);
  change(turn, { stop: signal });
  arm(turn, 'shutdown', turn.state.plan.shutdownTimeoutMs);
  if (turn.state.stage === 'app') return stopApp(turn, signal);
  const active = turn.state.plan.phases.filter(({ name }) => isActive(recordOf(turn, name)));
  const deferred = active.filter((phase) => mayFinish(turn, phase));
  report(turn, {
    type: 'stopping',
    signal,
    phases: active.filter((phase) => !deferred.includes(phase)).map(({ name }) => name),
    deferred: deferred.map(({ name }) => name),
  });
}

/** A repeated SIGTERM or SIGHUP is what an impatient platform sends; SIGINT and SIGQUIT come from a person. */
function signaledAgain(turn: Turn, signal: StopSignal): void {
  if (signal === 'SIGTERM' || signal === 'SIGHUP')
    return report(turn, { type: 'stop-repeated', signal });
  change(turn, { stop: signal, forced: true });
  report(turn, { type: 'stop-forced', signal });
  for (const phase of turn.state.plan.phases) stopPhase(turn, phase, signal);
  turn.effects.push({ type: 'kill-all' });
}

/** What runs is stopped in order, as after a failure; no function may finish, for it may wait for ever. */
function threw(turn: Turn, { phase, reason }: Extract<BootEvent, { type: 'threw' }>): void {
  for (const candidate of turn.state.plan.phases)
    if (candidate.steps.some(({ work }) => 'run' in work)) stopPhase(turn, candidate, 'SIGTERM');
  const { stage, failure } = turn.state;
  // The app has ended then, and the exit code is its own.
  if (stage === 'post' || failure !== undefined) return;
  const whose = phase === undefined ? {} : { phase };
  change(turn, {
    failure: { ...whose, exitCode: exitCodes.internal, reason, lastLines: [] },
  });
  if (stage === 'app') failApp(turn, exitCodes.internal, reason);
}

/** For deferred steps and post phases; what had to stop at once has its grace period. */
function shutdownOver(turn: Turn): void {
  change(turn, { outOfTime: true });
  const active = turn.state.plan.phases.filter(({ name }) => isActive(recordOf(turn, name)));
  if (active.length === 0) return;
  report(turn, { type: 'shutdown-timeout', canceled: active.map(({ name }) => name) });
  for (const phase of active) stopPhase(turn, phase, 'SIGTERM');
}

function endWithoutApp(turn: Turn): void {
  const { stop, failure, killed, forced } = turn.state;
  // A signal goes before everything: the platform wanted the end, whatever the phase made of it.
  if (stop !== undefined) {
    const isOverdue = killed !== undefined && !forced;
    return end(turn, {
      exitCode: isOverdue ? exitCodes.killed : 128 + signalNumber(stop),
      exitedBy: 'init',
      reason: `${stop} during the boot${isOverdue ? `, and the grace period of ${killed} over` : ''}`,
      lastLines: [],
    });
  }
  if (failure === undefined) throw new Error('the boot ends without a reason');
  end(turn, { exitedBy: failure.phase === undefined ? 'init' : 'phase', ...failure });
}

const phasesDone: End = {
  exitCode: 0,
  exitedBy: 'init',
  reason: 'every phase is done',
  lastLines: [],
};

function endWithApp(turn: Turn): void {
  const { app, stop, forced } = turn.state;
  if (app.type !== 'ended') throw new Error('the app has not ended');
  const exitCode = forced && stop !== undefined ? 128 + signalNumber(stop) : app.exitCode;
  end(turn, { exitCode, exitedBy: app.exitedBy, reason: app.reason, lastLines: [] });
}

/** The process ends and the container does not: how that ends is not ours to report. */
function leave(turn: Turn): void {
  cancelPending(turn);
  change(turn, { stage: 'ended' });
  turn.effects.push({ type: 'exit', exitCode: 0 });
}

function end(turn: Turn, how: End): void {
  cancelPending(turn);
  if (turn.state.stage === 'phases')
    report(turn, { type: 'summary', phases: beforeApp(turn), app: 'not started' });
  change(turn, { stage: 'ended' });
  report(turn, { type: 'ended', end: how });
  turn.effects.push({ type: 'exit', exitCode: how.exitCode });
}

function cancelPending(turn: Turn): void {
  for (const { name, status } of turn.state.phases)
    if (status === 'pending') changePhase(turn, name, { status: 'canceled' });
}

function beforeApp({ state }: Turn): readonly PhaseRecord[] {
  return state.phases.filter((_, index) => state.plan.phases[index]?.post === false);
}

function recordOf({ state }: Turn, name: string): PhaseRecord {
  const record = state.phases.find((candidate) => candidate.name === name);
  if (record === undefined) throw new Error(`there is no phase "${name}"`);
  return record;
}
