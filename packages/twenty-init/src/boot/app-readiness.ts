import { shownFd } from './readiness.ts';
import type { AppState, BootEvent } from './state.ts';
import { arm, change, disarm, report, type Turn } from './turn.ts';

export type Running = Extract<AppState, { type: 'running' }>;

/** Of the app that has just been started. */
export function awaitReadiness(turn: Turn, app: Running): void {
  const { readiness, startTimeoutMs } = turn.state.plan.app;
  if (readiness === undefined) return becameReady(turn, app);
  arm(turn, 'start', startTimeoutMs);
  if (readiness.type === 'notified') return;
  if (readiness.initialDelayMs > 0) arm(turn, 'probe', readiness.initialDelayMs);
  else turn.effects.push({ type: 'probe' });
}

export function probed(
  turn: Turn,
  app: Running,
  { ok, reason }: Extract<BootEvent, { type: 'probed' }>,
): void {
  const { readiness } = turn.state.plan.app;
  if (readiness?.type !== 'probed') return;
  if (!app.handingOff) arm(turn, 'probe', readiness.periodMs);
  if (ok === app.ready) return change(turn, { app: { ...app, inARow: 0, unready: reason } });
  const inARow = app.inARow + 1;
  if (ok && inARow >= readiness.successThreshold) return becameReady(turn, app);
  if (!ok && inARow >= readiness.failureThreshold) {
    report(turn, { type: 'app-unready', reason });
    return change(turn, { app: { ...app, ready: false, inARow: 0, unready: reason } });
  }
  change(turn, { app: { ...app, inARow, unready: reason } });
}

export function notified(
  turn: Turn,
  app: Running,
  { fd, ready }: Extract<BootEvent, { type: 'notified' }>,
): void {
  if (ready) return becameReady(turn, app);
  report(turn, { type: 'app-never-ready', fd });
  abandon(turn, app, 'never-ready');
}

export function startTimedOut(turn: Turn, app: Running): void {
  report(turn, { type: 'app-start-timeout', reason: app.unready ?? silence(turn) });
  abandon(turn, app, 'start-timeout');
}

function becameReady(turn: Turn, app: Running): void {
  disarm(turn, 'start');
  if (turn.state.plan.app.readiness !== undefined)
    report(turn, { type: 'app-ready', durationMs: turn.now - app.startedAt });
  const handingOff = turn.state.plan.mode === 'handoff' && !app.everReady;
  if (handingOff) {
    disarm(turn, 'probe');
    turn.effects.push({ type: 'hand-off' });
  }
  change(turn, { app: { ...app, ready: true, everReady: true, inARow: 0, handingOff } });
}

function silence({ state }: Turn): string {
  const { readiness } = state.plan.app;
  return readiness?.type === 'notified'
    ? `no newline on ${shownFd(readiness.fd)}, which npm and yarn do not pass on`
    : 'no probe was answered';
}

/** Stops it without a signal from outside. */
export function abandon(
  turn: Turn,
  app: Running,
  stopping: 'start-timeout' | 'never-ready' | 'failure',
): void {
  disarm(turn, 'start');
  disarm(turn, 'probe');
  turn.effects.push({ type: 'stop-app', signal: turn.state.plan.app.stopSignal });
  change(turn, { app: { ...app, stopping } });
}
