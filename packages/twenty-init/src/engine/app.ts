import { type ExitStatus, signalNumber } from '@twenty-init/core';
import {
  type AfterEnd,
  afterEnd,
  noRestarts,
  type RestartHistory,
} from '@twenty-init/core/restart';
import { appPhase } from '../plan/plan.ts';
import type { BootEvent } from './event.ts';
import { isInterrupted, verdict } from './exit-code.ts';
import {
  abandon,
  awaitReadiness,
  notified,
  probed,
  type Running,
  startTimedOut,
} from './readiness.ts';
import type { AppSignal, StopSignal } from './signals.ts';
import type { AppState } from './state.ts';
import { inItsWords } from './stop-signal.ts';
import type { AppTimer } from './timer.ts';
import { arm, change, disarm, report, type Transition } from './transition.ts';

type AppEvent = Extract<
  BootEvent,
  {
    type: 'app-not-started' | 'app-started' | 'app-exited' | 'probed' | 'notified' | 'handed-off';
  }
>;

export function startApp(transition: Transition): void {
  report(transition, { type: 'app-starting' });
  if (transition.state.plan.mode === 'exec') {
    change(transition, { app: { type: 'becoming' } });
    transition.effects.push({ type: 'become-app' });
    return;
  }
  launch(transition, noRestarts);
}

export function stopApp(transition: Transition, signal: StopSignal): void {
  const { app } = transition.state;
  switch (app.type) {
    case 'running': {
      const sent = inItsWords(signal, transition.state.plan.app);
      report(transition, { type: 'app-stopping', signal, sent });
      disarm(transition, { type: 'start' });
      disarm(transition, { type: 'probe' });
      // After a start timeout it has had its signal and keeps its clock.
      if (app.stopping === undefined) transition.effects.push({ type: 'stop-app', signal: sent });
      return change(transition, { app: { ...app, stopping: app.stopping ?? 'signal' } });
    }
    case 'waiting-to-restart':
      disarm(transition, { type: 'restart' });
      return ended(transition, app.exitCode, `${signal} before the next restart`, 'main');
    case 'becoming':
      report(transition, { type: 'stopping', signal, phases: [], deferred: [] });
      return ended(transition, 128 + signalNumber(signal), `${signal} during the boot`, 'init');
    case 'pending':
    case 'handed-off':
    case 'ended':
      return;
  }
}

/** The boot has failed in spite of the app, which is stopped in order. */
export function failApp(transition: Transition, exitCode: number, reason: string): void {
  const { app } = transition.state;
  switch (app.type) {
    case 'running':
      if (app.stopping === undefined) abandon(transition, app, 'failure');
      return;
    case 'waiting-to-restart':
      disarm(transition, { type: 'restart' });
      return ended(transition, exitCode, reason, 'init');
    case 'becoming':
      return ended(transition, exitCode, reason, 'init');
    case 'pending':
    case 'handed-off':
    case 'ended':
      return;
  }
}

/** From the first start of the app on SIGHUP is its own, also when it does not run at the moment. */
export function hasStarted({ type }: AppState): boolean {
  return type !== 'pending' && type !== 'becoming';
}

/** One that means nothing to us: when the app does not run it is ignored. */
export function signalApp(transition: Transition, signal: AppSignal | 'SIGHUP'): void {
  if (transition.state.app.type === 'running')
    transition.effects.push({ type: 'signal-app', signal });
  // Every terminal sends that one when its window changes.
  else if (signal !== 'SIGWINCH') report(transition, { type: 'signal-ignored', signal });
}

export function appEvent(transition: Transition, event: AppEvent): void {
  const { app } = transition.state;
  switch (event.type) {
    case 'app-not-started':
      report(transition, { type: 'app-failed', exitCode: event.exitCode, reason: event.reason });
      return change(transition, {
        app: { ...event, type: 'ended', exitedBy: 'init' },
      });
    case 'app-started':
      if (app.type === 'running')
        started(transition, { ...app, hasTerminal: event.hasTerminal }, event.pid);
      return;
    case 'app-exited':
      if (app.type === 'running') exited(transition, app, event.exit, event.killed);
      return;
    case 'probed':
      if (app.type === 'running' && app.stopping === undefined) probed(transition, app, event);
      return;
    case 'notified':
      if (app.type === 'running' && app.stopping === undefined) notified(transition, app, event);
      return;
    case 'handed-off':
      if (app.type === 'running') handedOff(transition, app, event);
      return;
  }
}

export function appTimer(transition: Transition, { type }: AppTimer): void {
  const { app } = transition.state;
  switch (type) {
    case 'probe':
      if (app.type === 'running' && app.stopping === undefined)
        transition.effects.push({ type: 'probe' });
      return;
    case 'start':
      if (app.type === 'running' && app.stopping === undefined) startTimedOut(transition, app);
      return;
    case 'restart':
      if (app.type === 'waiting-to-restart') launch(transition, app.restarts);
      return;
  }
}

function launch(transition: Transition, restarts: RestartHistory): void {
  change(transition, {
    app: {
      type: 'running',
      startedAt: transition.now,
      ready: false,
      everReady: false,
      inARow: 0,
      handingOff: false,
      hasTerminal: false,
      restarts,
    },
  });
  transition.effects.push({ type: 'start-app' });
}

function started(transition: Transition, app: Running, pid: number): void {
  report(transition, { type: 'app-started', pid });
  change(transition, { app });
  if (app.stopping === undefined) awaitReadiness(transition, app);
}

/** With a signal on its way the grace period is ours to keep: then we stay until the app has ended. */
function handedOff(
  transition: Transition,
  app: Running,
  { accepted, reason }: Extract<AppEvent, { type: 'handed-off' }>,
): void {
  if (accepted && app.stopping === undefined) {
    report(transition, { type: 'handed-off' });
    return change(transition, { app: { type: 'handed-off' } });
  }
  if (!accepted) report(transition, { type: 'not-handed-off', reason });
  const { readiness } = transition.state.plan.app;
  // It is supervised from here on, and so is its readiness.
  if (readiness?.type === 'probed' && app.stopping === undefined)
    arm(transition, { type: 'probe' }, readiness.periodMs);
  change(transition, { app: { ...app, handingOff: false } });
}

function exited(
  transition: Transition,
  app: Running,
  exit: ExitStatus,
  killed: readonly number[],
): void {
  disarm(transition, { type: 'start' });
  disarm(transition, { type: 'probe' });
  if (killed.length > 0)
    report(transition, {
      type: 'killed',
      title: appPhase,
      pids: killed,
      forced: transition.state.forced,
    });
  const { exitCode, reason } = verdict(transition.state, app, exit, killed);
  report(transition, { type: 'app-exited', exit, exitCode, reason });
  const next = afterExit(transition, app, exit, exitCode);
  switch (next.type) {
    case 'stay':
      return ended(transition, exitCode, reason, app.stopping === 'failure' ? 'init' : 'main');
    case 'give-up': {
      const { restarts } = next;
      report(transition, { type: 'app-given-up', restarts });
      return ended(transition, next.exitCode, `restarted ${restarts} times`, 'main');
    }
    case 'restart': {
      const { delayMs, restarts, history } = next;
      report(transition, { type: 'app-restarting', delayMs, restarts });
      change(transition, { app: { type: 'waiting-to-restart', restarts: history, exitCode } });
      transition.effects.push({ type: 'arm', timer: { type: 'restart' }, ms: delayMs });
    }
  }
}

/** What is to end, or was ended at the terminal, is not started again, whatever its rule is. */
function afterExit(
  { state, now }: Transition,
  app: Running,
  exit: ExitStatus,
  exitCode: number,
): AfterEnd {
  const isOver = state.stop !== undefined || state.failure !== undefined || app.handingOff;
  if (isOver || isInterrupted(app, exit)) return { type: 'stay' };
  const ranMs = now - app.startedAt;
  return afterEnd(state.plan.app.restart, app.restarts, { exitCode, ranMs }, now);
}

function ended(
  transition: Transition,
  exitCode: number,
  reason: string,
  exitedBy: 'init' | 'main',
): void {
  change(transition, { app: { type: 'ended', exitCode, exitedBy, reason } });
}
