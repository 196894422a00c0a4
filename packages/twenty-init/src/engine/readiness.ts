import { shownFd } from '../plan/readiness.ts';
import type { BootEvent } from './event.ts';
import type { AppState } from './state.ts';
import { arm, change, disarm, report, type Transition } from './transition.ts';

export type Running = Extract<AppState, { type: 'running' }>;

/** Of the app that has just been started. */
export function awaitReadiness(transition: Transition, app: Running): void {
  const { readiness, startTimeoutMs } = transition.state.plan.app;
  if (readiness === undefined) return becameReady(transition, app);
  arm(transition, { type: 'start' }, startTimeoutMs);
  if (readiness.type === 'notified') return;
  if (readiness.initialDelayMs > 0) arm(transition, { type: 'probe' }, readiness.initialDelayMs);
  else transition.effects.push({ type: 'probe' });
}

export function probed(
  transition: Transition,
  app: Running,
  { ok, reason }: Extract<BootEvent, { type: 'probed' }>,
): void {
  const { readiness } = transition.state.plan.app;
  if (readiness?.type !== 'probed') return;
  if (!app.handingOff) arm(transition, { type: 'probe' }, readiness.periodMs);
  if (ok === app.ready) return change(transition, { app: { ...app, inARow: 0, unready: reason } });
  const inARow = app.inARow + 1;
  if (ok && inARow >= readiness.successThreshold) return becameReady(transition, app);
  if (!ok && inARow >= readiness.failureThreshold) {
    report(transition, { type: 'app-unready', reason });
    return change(transition, { app: { ...app, ready: false, inARow: 0, unready: reason } });
  }
  change(transition, { app: { ...app, inARow, unready: reason } });
}

export function notified(
  transition: Transition,
  app: Running,
  { fd, ready }: Extract<BootEvent, { type: 'notified' }>,
): void {
  if (ready) return becameReady(transition, app);
  report(transition, { type: 'app-never-ready', fd });
  abandon(transition, app, 'never-ready');
}

export function startTimedOut(transition: Transition, app: Running): void {
  report(transition, { type: 'app-start-timeout', reason: app.unready ?? silence(transition) });
  abandon(transition, app, 'start-timeout');
}

function becameReady(transition: Transition, app: Running): void {
  disarm(transition, { type: 'start' });
  if (transition.state.plan.app.readiness !== undefined)
    report(transition, { type: 'app-ready', durationMs: transition.now - app.startedAt });
  const handingOff = transition.state.plan.mode === 'handoff' && !app.everReady;
  if (handingOff) {
    disarm(transition, { type: 'probe' });
    transition.effects.push({ type: 'hand-off' });
  }
  change(transition, { app: { ...app, ready: true, everReady: true, inARow: 0, handingOff } });
}

function silence({ state }: Transition): string {
  const { readiness } = state.plan.app;
  return readiness?.type === 'notified'
    ? `no newline on ${shownFd(readiness.fd)}, which npm and yarn do not pass on`
    : 'no probe was answered';
}

/** Stops it without a signal from outside. */
export function abandon(
  transition: Transition,
  app: Running,
  stopping: 'start-timeout' | 'never-ready' | 'failure',
): void {
  disarm(transition, { type: 'start' });
  disarm(transition, { type: 'probe' });
  transition.effects.push({ type: 'stop-app', signal: transition.state.plan.app.stopSignal });
  change(transition, { app: { ...app, stopping } });
}
