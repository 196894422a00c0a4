import type { ExitStatus, Signal } from '@twenty-init/core';
import { exitCodes } from '../exit-codes.ts';
import { formatDuration } from '../report/duration.ts';
import { backoffMs } from './backoff.ts';
import { howItEnded } from './how-it-ended.ts';
import type { Phase, Step } from './phase-plan.ts';
import type { StepFailure } from './report.ts';
import type { Activity, BootEvent, Effect, PhaseRecord, StopCause, Timer } from './state.ts';
import { inItsWords } from './stop-signal.ts';
import { arm, change, changePhase, disarm, report, type Turn } from './turn.ts';
import type { PhaseStatus } from './words.ts';

type PhaseEvent = Extract<BootEvent, { phase: string }>;

export function isActive({ status }: PhaseRecord): boolean {
  return status === 'running';
}

/** What needs it may start. */
export function isDone({ status }: PhaseRecord): boolean {
  return status === 'succeeded' || status === 'warned' || status === 'skipped';
}

/** Whether a stop signal lets it go on for now: a deferring phase finishes the step that it is in. */
export function mayFinish({ state }: Turn, { name, onStop, post }: Phase): boolean {
  const record = state.phases.find((candidate) => candidate.name === name);
  if (record === undefined || !isActive(record) || state.outOfTime || state.forced) return false;
  return post || (onStop === 'defer' && record.activity.type === 'running');
}

export function startPhase(turn: Turn, phase: Phase): void {
  if (phase.skipped !== undefined) return skip(turn, phase, phase.skipped);
  changePhase(turn, phase.name, { status: 'running', startedAt: turn.now });
  arm(turn, `phase ${phase.name}`, phase.timeoutMs);
  // The conditions of a phase come first: one that is skipped was never started.
  if (phase.gates.length > 0) return check(turn, phase, -1, phase.gates);
  begin(turn, phase);
}

export function stopPhase(turn: Turn, phase: Phase, signal: Signal): void {
  stop(turn, phase, signal, 'canceled');
}

export function phaseEvent(turn: Turn, event: PhaseEvent): void {
  const { phase, record } = find(turn, event.phase);
  const { activity } = record;
  switch (event.type) {
    case 'checked':
      if (activity.type === 'checking') checked(turn, phase, activity, event);
      return;
    case 'step-idle':
      return stop(turn, phase, 'SIGTERM', 'idle-timeout');
    case 'step-not-started':
    case 'step-ended':
      if (activity.type === 'running') stepEnded(turn, phase, activity, event);
      return;
  }
}

export function phaseTimer(turn: Turn, timer: Timer): void {
  const [kind = '', name = ''] = splitOnce(timer);
  const { phase, record } = find(turn, name);
  if (!isActive(record)) return;
  switch (kind) {
    case 'phase':
      return stop(turn, phase, 'SIGTERM', 'phase-timeout');
    case 'step':
      return stop(turn, phase, 'SIGTERM', 'step-timeout');
    case 'retry':
      if (record.activity.type === 'backing-off')
        launch(turn, phase, record.activity.step, record.activity.attempt);
      return;
  }
}

function begin(turn: Turn, phase: Phase): void {
  report(turn, { type: 'phase-started', phase });
  enterStep(turn, phase, 0);
}

function enterStep(turn: Turn, phase: Phase, index: number): void {
  const step = phase.steps[index];
  if (step === undefined)
    return finish(turn, phase, find(turn, phase.name).record.warned ? 'warned' : 'succeeded');
  if (isEnding(turn, phase)) return finish(turn, phase, 'canceled');
  if (step.skipped !== undefined) {
    report(turn, { type: 'step-skipped', step, reason: step.skipped });
    return enterStep(turn, phase, index + 1);
  }
  arm(turn, `step ${phase.name}`, step.timeoutMs);
  if (step.gates.length > 0) return check(turn, phase, index, step.gates);
  launch(turn, phase, index, 1);
}

function check(turn: Turn, phase: Phase, step: number, gates: Phase['gates']): void {
  changePhase(turn, phase.name, { activity: { type: 'checking', step } });
  turn.effects.push({ type: 'check', phase: phase.name, gates });
}

function launch(turn: Turn, phase: Phase, index: number, attempt: number): void {
  const step = stepOf(phase, index);
  changePhase(turn, phase.name, {
    activity: { type: 'running', step: index, attempt, startedAt: turn.now },
  });
  if (attempt > 1 || phase.steps.length > 1) report(turn, { type: 'step-started', step, attempt });
  turn.effects.push({ type: 'start-step', phase: phase.name, step });
}

function checked(
  turn: Turn,
  phase: Phase,
  { step: index, stopping }: Extract<Activity, { type: 'checking' }>,
  { skip: skipReason, error }: Extract<PhaseEvent, { type: 'checked' }>,
): void {
  if (stopping !== undefined) {
    if (stopping === 'canceled') return finish(turn, phase, 'canceled');
    const step = phase.steps[index] ?? stepOf(phase, 0);
    return stepFailed(turn, phase, step, index, timedOut(step, phase, stopping, []));
  }
  if (error !== undefined) {
    const step = phase.steps[index] ?? stepOf(phase, 0);
    return stepFailed(turn, phase, step, index, {
      exit: { exitCode: exitCodes.unavailable },
      cause: 'condition',
      reason: error,
      lastLines: [],
    });
  }
  if (index === -1)
    return skipReason === undefined ? begin(turn, phase) : skip(turn, phase, skipReason);
  if (skipReason === undefined) return launch(turn, phase, index, 1);
  disarm(turn, `step ${phase.name}`);
  report(turn, { type: 'step-skipped', step: stepOf(phase, index), reason: skipReason });
  enterStep(turn, phase, index + 1);
}

function stepEnded(
  turn: Turn,
  phase: Phase,
  { step: index, attempt, startedAt, stopping }: Extract<Activity, { type: 'running' }>,
  event: Extract<PhaseEvent, { type: 'step-ended' | 'step-not-started' }>,
): void {
  const step = stepOf(phase, index);
  const started = event.type === 'step-ended';
  const exit: ExitStatus = started ? event.exit : { exitCode: event.exitCode };
  const lastLines = started ? event.lastLines : [];
  changePhase(turn, phase.name, { exitCode: exit.exitCode });
  if (started && event.killed.length > 0)
    report(turn, {
      type: 'killed',
      title: step.title,
      pids: event.killed,
      forced: turn.state.forced,
    });

  if (stopping === 'canceled') {
    // A function cannot be killed; one that is left to itself says so by the signal alone.
    const isKilled = started && (event.killed.length > 0 || exit.signal === 'SIGKILL');
    if (isKilled && !phase.post) change(turn, { killed: phase.name });
    return finish(turn, phase, 'canceled');
  }
  if (stopping !== undefined)
    return stepFailed(turn, phase, step, index, timedOut(step, phase, stopping, lastLines));
  if (exit.exitCode === 0) {
    disarm(turn, `step ${phase.name}`);
    const durationMs = turn.now - startedAt;
    if (phase.steps.length > 1) report(turn, { type: 'step-succeeded', step, durationMs });
    return enterStep(turn, phase, index + 1);
  }
  if (started && mayRetry(turn, phase, step, exit, attempt)) {
    const delayMs = backoffMs(step.retry, attempt, turn.random);
    const { exitCode } = exit;
    report(turn, { type: 'step-retrying', step, exitCode, attempt, delayMs });
    changePhase(turn, phase.name, {
      activity: { type: 'backing-off', step: index, attempt: attempt + 1 },
    });
    // A delay of nothing is still a turn of its own.
    turn.effects.push({ type: 'arm', timer: `retry ${phase.name}`, ms: delayMs });
    return;
  }
  const took = formatDuration(turn.now - startedAt);
  stepFailed(turn, phase, step, index, {
    exit,
    cause: started ? 'exit' : 'not started',
    reason: event.reason ?? `${howItEnded(exit)} after ${took}`,
    lastLines,
  });
}

/** Another try can help neither against a signal nor against a command that cannot run. */
function mayRetry(
  turn: Turn,
  phase: Phase,
  { retry }: Step,
  { exitCode, signal }: ExitStatus,
  attempt: number,
): boolean {
  return (
    attempt < retry.attempts &&
    signal === undefined &&
    exitCode !== 126 &&
    exitCode !== 127 &&
    !isEnding(turn, phase)
  );
}

function stepFailed(
  turn: Turn,
  phase: Phase,
  step: Step,
  index: number,
  how: Omit<StepFailure, 'onFailure'>,
): void {
  disarm(turn, `step ${phase.name}`);
  changePhase(turn, phase.name, { exitCode: how.exit.exitCode });
  // What is over for the whole phase is not for its step to forgive.
  const ofPhase = how.cause === 'phase-timeout' || index === -1;
  const onFailure = ofPhase || step.onFailure === 'abort' ? phase.onFailure : step.onFailure;
  const goesOn = !ofPhase && step.onFailure !== 'abort';
  report(turn, { type: 'step-failed', step, failed: { ...how, onFailure } });
  if (goesOn) {
    changePhase(turn, phase.name, { warned: true });
    return enterStep(turn, phase, index + 1);
  }
  if (phase.post || phase.onFailure !== 'abort') return finish(turn, phase, 'warned');
  if (turn.state.failure === undefined)
    change(turn, {
      failure: {
        phase: phase.name,
        exitCode: how.exit.exitCode,
        reason: `${step.title} failed: ${how.reason}`,
        lastLines: how.lastLines,
      },
    });
  finish(turn, phase, isTimeout(how.cause) ? 'timed_out' : 'failed');
}

function timedOut(
  step: Step,
  phase: Phase,
  cause: Exclude<StopCause, 'canceled'>,
  lastLines: readonly string[],
): Omit<StepFailure, 'onFailure'> {
  return {
    exit: { exitCode: exitCodes.timeout },
    cause,
    reason: timeoutReason(step, phase, cause),
    lastLines,
  };
}

function timeoutReason(step: Step, phase: Phase, cause: Exclude<StopCause, 'canceled'>): string {
  switch (cause) {
    case 'phase-timeout':
      return `timed out after ${formatDuration(phase.timeoutMs)}`;
    case 'step-timeout':
      return `timed out after ${formatDuration(step.timeoutMs)}`;
    case 'idle-timeout':
      return `no output for ${formatDuration(step.idleTimeoutMs)} (idleTimeout)`;
  }
}

function isTimeout(cause: StepFailure['cause']): boolean {
  return cause === 'phase-timeout' || cause === 'step-timeout' || cause === 'idle-timeout';
}

/** The phase ends here, after what it is in: nothing later of it starts. */
function isEnding({ state }: Turn, phase: Phase): boolean {
  if (state.forced || state.outOfTime) return true;
  return !phase.post && (state.stop !== undefined || state.failure !== undefined);
}

function stop(turn: Turn, phase: Phase, signal: Signal, cause: StopCause): void {
  const { activity, status } = find(turn, phase.name).record;
  if (status !== 'running') return;
  switch (activity.type) {
    case 'none':
      return;
    case 'backing-off': {
      disarm(turn, `retry ${phase.name}`);
      if (cause === 'canceled') return finish(turn, phase, 'canceled');
      const step = stepOf(phase, activity.step);
      return stepFailed(turn, phase, step, activity.step, timedOut(step, phase, cause, []));
    }
    case 'checking':
    case 'running': {
      // What is being stopped for a time-out has had its signal and keeps its clock.
      if (activity.stopping !== undefined) return;
      changePhase(turn, phase.name, { activity: { ...activity, stopping: cause } });
      const sent =
        activity.type === 'running' ? inItsWords(signal, stepOf(phase, activity.step)) : signal;
      const effect: Effect = { type: 'stop-step', phase: phase.name, signal: sent };
      turn.effects.push(effect);
    }
  }
}

function skip(turn: Turn, phase: Phase, reason: string): void {
  disarm(turn, `phase ${phase.name}`);
  changePhase(turn, phase.name, { status: 'skipped', activity: { type: 'none' } });
  report(turn, { type: 'phase-skipped', phase, reason });
}

function finish(turn: Turn, phase: Phase, status: PhaseStatus): void {
  disarm(turn, `phase ${phase.name}`);
  disarm(turn, `step ${phase.name}`);
  changePhase(turn, phase.name, { status, endedAt: turn.now, activity: { type: 'none' } });
  const { startedAt = turn.now, exitCode } = find(turn, phase.name).record;
  report(turn, {
    type: 'phase-ended',
    phase,
    status,
    ...(exitCode === undefined ? {} : { exitCode }),
    durationMs: turn.now - startedAt,
  });
}

function stepOf(phase: Phase, index: number): Step {
  const step = phase.steps[index];
  if (step === undefined) throw new Error(`phase "${phase.name}" has no step ${index}`);
  return step;
}

function find({ state }: Turn, name: string): { phase: Phase; record: PhaseRecord } {
  const index = state.phases.findIndex((record) => record.name === name);
  const phase = state.plan.phases[index];
  const record = state.phases[index];
  if (phase === undefined || record === undefined) throw new Error(`there is no phase "${name}"`);
  return { phase, record };
}

function splitOnce(timer: Timer): [kind: string, name: string] {
  const space = timer.indexOf(' ');
  return [timer.slice(0, space), timer.slice(space + 1)];
}
