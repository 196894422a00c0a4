import { type ExitStatus, type Signal, signalNumber } from '@twenty-init/core';
import { exitCodes } from '../exit-codes.ts';
import type { Phase, Plan } from './plan.ts';

/**
 * The boot as a pure state machine: `advance` takes what happened and answers what to do. It fails closed: the app
 * starts from one place only, the branch of `next` in which no phase is left.
 */
export interface BootState {
  readonly plan: Plan;
  /** One for each phase, in order. */
  readonly records: readonly PhaseRecord[];
  readonly stage: 'booting' | 'stopping' | 'becoming' | 'ended';
  /** The signal that ends the boot, once there was one. */
  readonly stopSignal?: StopSignal;
}

export interface PhaseRecord {
  readonly name: string;
  readonly cwd: string;
  readonly status: PhaseStatus;
  /** In ms. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly exitCode?: number;
}

export type PhaseStatus =
  | 'pending'
  | 'running'
  | 'succeeded'
  | 'warned'
  | 'skipped'
  | 'failed'
  | 'timed_out'
  | 'canceled';

export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGHUP';

export type BootEvent =
  | { readonly type: 'begin' }
  | {
      readonly type: 'phase-exited';
      readonly status: ExitStatus;
      readonly killed: readonly number[];
      readonly lastLines: readonly string[];
    }
  | { readonly type: 'phase-not-started'; readonly exitCode: number; readonly reason: string }
  | { readonly type: 'phase-timed-out' }
  | { readonly type: 'signal'; readonly signal: StopSignal }
  | { readonly type: 'app-not-started'; readonly exitCode: number; readonly reason: string };

export type Effect =
  | { readonly type: 'start-phase'; readonly phase: Phase }
  /** The running phase: the signal to its leader, then its group, SIGKILL after the grace period. */
  | { readonly type: 'stop-phase'; readonly phase: Phase; readonly signal: Signal }
  | { readonly type: 'kill-phase' }
  | { readonly type: 'become-app' }
  | { readonly type: 'report'; readonly report: Report }
  | { readonly type: 'exit'; readonly exitCode: number };

/** What the log tells. */
export type Report =
  | { readonly type: 'phase-started'; readonly phase: Phase }
  | { readonly type: 'phase-skipped'; readonly phase: Phase; readonly reason: string }
  | { readonly type: 'phase-ended'; readonly phase: Phase; readonly ended: PhaseEnd }
  | { readonly type: 'stopping'; readonly signal: StopSignal; readonly phase: string | undefined }
  | { readonly type: 'stop-repeated'; readonly signal: StopSignal }
  | { readonly type: 'stop-forced'; readonly signal: StopSignal }
  | { readonly type: 'app-starting' }
  | { readonly type: 'app-failed'; readonly reason: string }
  | {
      readonly type: 'summary';
      readonly records: readonly PhaseRecord[];
      readonly app: AppOutcome;
    };

export interface PhaseEnd extends HowPhaseEnded {
  readonly status: PhaseStatus;
  readonly timedOut: boolean;
  readonly durationMs: number;
}

interface HowPhaseEnded {
  readonly exit: ExitStatus;
  /** The pids that needed SIGKILL. */
  readonly killed: readonly number[];
  /** Of its output, oldest first. */
  readonly lastLines: readonly string[];
  /** Why it could not start. */
  readonly reason?: string;
}

export type AppOutcome = 'starting' | 'not started';

export interface Step {
  readonly state: BootState;
  readonly effects: readonly Effect[];
}

export function initialState(plan: Plan): BootState {
  return {
    plan,
    stage: 'booting',
    records: plan.phases.map(({ name, cwd }) => ({ name, cwd, status: 'pending' })),
  };
}

/** `now` in ms. */
export function advance(state: BootState, event: BootEvent, now: number): Step {
  if (state.stage === 'ended') return { state, effects: [] };
  switch (event.type) {
    case 'begin':
      return next(state, now, []);
    case 'phase-exited':
      return phaseEnded(state, now, {
        exit: event.status,
        killed: event.killed,
        lastLines: event.lastLines,
      });
    case 'phase-not-started':
      return phaseEnded(state, now, {
        exit: { exitCode: event.exitCode },
        killed: [],
        lastLines: [],
        reason: event.reason,
      });
    case 'phase-timed-out':
      return timedOut(state);
    case 'signal':
      return signaled(state, event.signal);
    case 'app-not-started':
      return end(state, event.exitCode, [
        { type: 'report', report: { type: 'app-failed', reason: event.reason } },
      ]);
  }
}

/** Starts the first phase that is pending; without one, the app. */
function next(state: BootState, now: number, effects: readonly Effect[]): Step {
  const index = state.records.findIndex(({ status }) => status === 'pending');
  const phase = state.plan.phases[index];
  if (phase === undefined) {
    return {
      state: { ...state, stage: 'becoming' },
      effects: [
        ...effects,
        { type: 'report', report: { type: 'summary', records: state.records, app: 'starting' } },
        { type: 'report', report: { type: 'app-starting' } },
        { type: 'become-app' },
      ],
    };
  }
  if (phase.skipped !== undefined) {
    const skipped = update(state, index, { status: 'skipped' });
    const report: Report = { type: 'phase-skipped', phase, reason: phase.skipped };
    return next(skipped, now, [...effects, { type: 'report', report }]);
  }
  return {
    state: update(state, index, { status: 'running', startedAt: now }),
    effects: [
      ...effects,
      { type: 'report', report: { type: 'phase-started', phase } },
      { type: 'start-phase', phase },
    ],
  };
}

function phaseEnded(state: BootState, now: number, how: HowPhaseEnded): Step {
  const { index, phase, record } = running(state);
  const timedOut = record.status === 'timed_out';
  const status = endStatus(state, timedOut, phase, how.exit);
  const updated = update(state, index, { status, endedAt: now, exitCode: how.exit.exitCode });
  const ended: PhaseEnd = {
    ...how,
    status,
    timedOut,
    durationMs: now - (record.startedAt ?? now),
  };
  const effects: Effect[] = [{ type: 'report', report: { type: 'phase-ended', phase, ended } }];
  // A signal goes before everything: not even `onFailure: 'warn'` lets the boot go on.
  if (state.stopSignal !== undefined)
    return end(updated, 128 + signalNumber(state.stopSignal), effects);
  if (status === 'succeeded' || phase.onFailure === 'warn')
    return next({ ...updated, stage: 'booting' }, now, effects);
  return end(updated, timedOut ? exitCodes.timeout : how.exit.exitCode, effects);
}

function endStatus(
  state: BootState,
  timedOut: boolean,
  phase: Phase,
  { exitCode }: ExitStatus,
): PhaseStatus {
  if (state.stopSignal !== undefined) return 'canceled';
  if (!timedOut && exitCode === 0) return 'succeeded';
  if (phase.onFailure === 'warn') return 'warned';
  return timedOut ? 'timed_out' : 'failed';
}

function timedOut(state: BootState): Step {
  if (state.stage !== 'booting') return { state, effects: [] };
  const { index, phase } = running(state);
  return {
    state: { ...update(state, index, { status: 'timed_out' }), stage: 'stopping' },
    effects: [{ type: 'stop-phase', phase, signal: 'SIGTERM' }],
  };
}

function signaled(state: BootState, signal: StopSignal): Step {
  if (state.stopSignal !== undefined) return signaledAgain(state, signal);
  const stopped: BootState = { ...state, stopSignal: signal };
  const active = state.records.findIndex(isActive);
  const phase = state.plan.phases[active];
  const report: Effect = {
    type: 'report',
    report: { type: 'stopping', signal, phase: phase?.name },
  };
  // Nothing runs before the first phase, and nothing more while the process turns into the app.
  if (phase === undefined) return end(stopped, 128 + signalNumber(signal), [report]);
  // A phase that is being stopped after its time-out has had its signal and keeps its clock.
  if (state.stage === 'stopping') return { state: stopped, effects: [report] };
  return {
    state: { ...stopped, stage: 'stopping' },
    effects: [report, { type: 'stop-phase', phase, signal }],
  };
}

/** A repeated SIGTERM or SIGHUP is what an impatient platform sends; SIGINT and SIGQUIT come from a person. */
function signaledAgain(state: BootState, signal: StopSignal): Step {
  if (signal === 'SIGTERM' || signal === 'SIGHUP')
    return { state, effects: [{ type: 'report', report: { type: 'stop-repeated', signal } }] };
  return {
    state: { ...state, stopSignal: signal },
    effects: [{ type: 'report', report: { type: 'stop-forced', signal } }, { type: 'kill-phase' }],
  };
}

function end(state: BootState, exitCode: number, effects: readonly Effect[]): Step {
  const records = state.records.map(
    (record): PhaseRecord =>
      record.status === 'pending' ? { ...record, status: 'canceled' } : record,
  );
  const summary: Report = { type: 'summary', records, app: 'not started' };
  return {
    state: { ...state, records, stage: 'ended' },
    effects: [...effects, { type: 'report', report: summary }, { type: 'exit', exitCode }],
  };
}

function running(state: BootState): { index: number; phase: Phase; record: PhaseRecord } {
  const index = state.records.findIndex(isActive);
  const phase = state.plan.phases[index];
  const record = state.records[index];
  if (phase === undefined || record === undefined) throw new Error('no phase is running');
  return { index, phase, record };
}

/** A phase that timed out runs until it has been stopped. */
function isActive({ status, endedAt }: PhaseRecord): boolean {
  return status === 'running' || (status === 'timed_out' && endedAt === undefined);
}

function update(state: BootState, index: number, change: Partial<PhaseRecord>): BootState {
  return {
    ...state,
    records: state.records.map((record, at) => (at === index ? { ...record, ...change } : record)),
  };
}
