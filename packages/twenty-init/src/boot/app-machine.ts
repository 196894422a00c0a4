import { type ExitStatus, signalNumber } from '@twenty-init/core';
import {
  abandon,
  awaitReadiness,
  notified,
  probed,
  type Running,
  startTimedOut,
} from './app-readiness.ts';
import { isInterrupted, verdict } from './app-verdict.ts';
import { appPhase } from './plan.ts';
import type { AppState, BootEvent } from './state.ts';
import { inItsWords } from './stop-signal.ts';
import { arm, change, disarm, report, type Turn } from './turn.ts';
import type { AppSignal, StopSignal } from './words.ts';

type AppEvent = Extract<
  BootEvent,
  {
    type:
      | 'app-not-started'
      | 'app-started'
      | 'app-exited'
      | 'probed'
      | 'notified'
      | 'handed-off'
      | 'timer';
  }
>;

/** A run this long makes the next restart a first one. */
const healthyMs = 60_000;

export function startApp(turn: Turn): void {
  report(turn, { type: 'app-starting' });
  if (turn.state.plan.mode === 'exec') {
    change(turn, { app: { type: 'becoming' } });
    turn.effects.push({ type: 'become-app' });
    return;
  }
  launch(turn, [], turn.state.plan.app.restart.delayMs);
}

export function stopApp(turn: Turn, signal: StopSignal): void {
  const { app } = turn.state;
  switch (app.type) {
    case 'running': {
      const sent = inItsWords(signal, turn.state.plan.app);
      report(turn, { type: 'app-stopping', signal, sent });
      disarm(turn, 'start');
      disarm(turn, 'probe');
      // After a start timeout it has had its signal and keeps its clock.
      if (app.stopping === undefined) turn.effects.push({ type: 'stop-app', signal: sent });
      return change(turn, { app: { ...app, stopping: app.stopping ?? 'signal' } });
    }
    case 'waiting-to-restart':
      disarm(turn, 'restart');
      return ended(turn, app.exitCode, `${signal} before the next restart`, 'main');
    case 'becoming':
      report(turn, { type: 'stopping', signal, phases: [], deferred: [] });
      return ended(turn, 128 + signalNumber(signal), `${signal} during the boot`, 'init');
    case 'pending':
    case 'handed-off':
    case 'ended':
      return;
  }
}

/** The boot has failed in spite of the app, which is stopped in order. */
export function failApp(turn: Turn, exitCode: number, reason: string): void {
  const { app } = turn.state;
  switch (app.type) {
    case 'running':
      if (app.stopping === undefined) abandon(turn, app, 'failure');
      return;
    case 'waiting-to-restart':
      disarm(turn, 'restart');
      return ended(turn, exitCode, reason, 'init');
    case 'becoming':
      return ended(turn, exitCode, reason, 'init');
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
export function signalApp(turn: Turn, signal: AppSignal | 'SIGHUP'): void {
  if (turn.state.app.type === 'running') turn.effects.push({ type: 'signal-app', signal });
  // Every terminal sends that one when its window changes.
  else if (signal !== 'SIGWINCH') report(turn, { type: 'signal-ignored', signal });
}

export function appEvent(turn: Turn, event: AppEvent): void {
  const { app } = turn.state;
  switch (event.type) {
    case 'app-not-started':
      report(turn, { type: 'app-failed', exitCode: event.exitCode, reason: event.reason });
      return change(turn, {
        app: { ...event, type: 'ended', exitedBy: 'init' },
      });
    case 'app-started':
      if (app.type === 'running')
        started(turn, { ...app, hasTerminal: event.hasTerminal }, event.pid);
      return;
    case 'app-exited':
      if (app.type === 'running') exited(turn, app, event.exit, event.killed);
      return;
    case 'probed':
      if (app.type === 'running' && app.stopping === undefined) probed(turn, app, event);
      return;
    case 'notified':
      if (app.type === 'running' && app.stopping === undefined) notified(turn, app, event);
      return;
    case 'handed-off':
      if (app.type === 'running') handedOff(turn, app, event);
      return;
    case 'timer':
      return timer(turn, event.timer);
  }
}

function launch(turn: Turn, restarts: readonly number[], delayMs: number): void {
  change(turn, {
    app: {
      type: 'running',
      startedAt: turn.now,
      ready: false,
      everReady: false,
      inARow: 0,
      handingOff: false,
      hasTerminal: false,
      restarts,
      delayMs,
    },
  });
  turn.effects.push({ type: 'start-app' });
}

function started(turn: Turn, app: Running, pid: number): void {
  report(turn, { type: 'app-started', pid });
  change(turn, { app });
  if (app.stopping === undefined) awaitReadiness(turn, app);
}

/** With a signal on its way the grace period is ours to keep: then we stay until the app has ended. */
function handedOff(
  turn: Turn,
  app: Running,
  { accepted, reason }: Extract<AppEvent, { type: 'handed-off' }>,
): void {
  if (accepted && app.stopping === undefined) {
    report(turn, { type: 'handed-off' });
    return change(turn, { app: { type: 'handed-off' } });
  }
  if (!accepted) report(turn, { type: 'not-handed-off', reason });
  const { readiness } = turn.state.plan.app;
  // It is supervised from here on, and so is its readiness.
  if (readiness?.type === 'probed' && app.stopping === undefined)
    arm(turn, 'probe', readiness.periodMs);
  change(turn, { app: { ...app, handingOff: false } });
}

function timer(turn: Turn, name: string): void {
  const { app } = turn.state;
  switch (name) {
    case 'probe':
      if (app.type === 'running' && app.stopping === undefined)
        turn.effects.push({ type: 'probe' });
      return;
    case 'start':
      if (app.type === 'running' && app.stopping === undefined) startTimedOut(turn, app);
      return;
    case 'restart':
      if (app.type === 'waiting-to-restart') launch(turn, [...app.restarts, turn.now], app.delayMs);
      return;
  }
}

function exited(turn: Turn, app: Running, exit: ExitStatus, killed: readonly number[]): void {
  disarm(turn, 'start');
  disarm(turn, 'probe');
  if (killed.length > 0)
    report(turn, {
      type: 'killed',
      title: appPhase,
      pids: killed,
      forced: turn.state.forced,
    });
  const { exitCode, reason } = verdict(turn.state, app, exit, killed);
  report(turn, { type: 'app-exited', exit, exitCode, reason });
  if (!shouldRestart(turn, app, exit, exitCode))
    return ended(turn, exitCode, reason, app.stopping === 'failure' ? 'init' : 'main');

  const { restart } = turn.state.plan.app;
  const recent = app.restarts.filter((at) => at > turn.now - restart.windowMs);
  if (recent.length >= restart.maxRestarts) {
    report(turn, { type: 'app-given-up', restarts: recent.length });
    // Success that has to be started over and over is none.
    return ended(turn, exitCode === 0 ? 1 : exitCode, `restarted ${recent.length} times`, 'main');
  }
  const healthy = turn.now - app.startedAt >= healthyMs;
  const delayMs = healthy ? restart.delayMs : app.delayMs;
  report(turn, { type: 'app-restarting', delayMs, restarts: recent.length + 1 });
  change(turn, {
    app: {
      type: 'waiting-to-restart',
      restarts: recent,
      exitCode,
      delayMs: Math.min(delayMs * restart.factor, restart.maxDelayMs),
    },
  });
  turn.effects.push({ type: 'arm', timer: 'restart', ms: delayMs });
}

function shouldRestart({ state }: Turn, app: Running, exit: ExitStatus, exitCode: number): boolean {
  if (isInterrupted(app, exit)) return false;
  if (state.stop !== undefined || state.failure !== undefined || app.handingOff) return false;
  switch (state.plan.app.restart.policy) {
    case 'never':
      return false;
    case 'on-failure':
      return exitCode !== 0;
    case 'always':
      return true;
  }
}

function ended(turn: Turn, exitCode: number, reason: string, exitedBy: 'init' | 'main'): void {
  change(turn, { app: { type: 'ended', exitCode, exitedBy, reason } });
}
