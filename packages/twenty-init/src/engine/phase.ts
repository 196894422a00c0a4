import type { ExitStatus, Signal } from '@twenty-init/core';
import { formatDuration } from '../config/format-duration.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Phase, Step } from '../plan/phase.ts';
import { backoffMs } from './backoff.ts';
import { describeExit } from './describe-exit.ts';
import type { Effect, Timer } from './effect.ts';
import type { BootEvent } from './event.ts';
import type { PhaseStatus } from './phase-status.ts';
import type { StepFailure } from './report.ts';
import type { Activity, PhaseRecord, StopCause } from './state.ts';
import { inItsWords } from './stop-signal.ts';
import { arm, change, changePhase, disarm, report, type Transition } from './transition.ts';

type PhaseEvent = Extract<BootEvent, { phase: string }>;

export function isActive({ status }: PhaseRecord): boolean {
  return status === 'running';
}

/** What needs it may start. */
export function isDone({ status }: PhaseRecord): boolean {
  return status === 'succeeded' || status === 'warned' || status === 'skipped';
}

/** Whether a stop signal lets it go on for now: a deferring phase finishes the step that it is in. */
export function mayFinish({ state }: Transition, { name, onStop, post }: Phase): boolean {
  const record = state.phases.find((candidate) => candidate.name === name);
  if (record === undefined || !isActive(record) || state.outOfTime || state.forced) return false;
  return post || (onStop === 'defer' && record.activity.type === 'running');
}

export function startPhase(transition: Transition, phase: Phase): void {
  if (phase.skipped !== undefined) return skip(transition, phase, phase.skipped);
  changePhase(transition, phase.name, { status: 'running', startedAt: transition.now });
  arm(transition, `phase ${phase.name}`, phase.timeoutMs);
  // The conditions of a phase come first: one that is skipped was never started.
  if (phase.conditions.length > 0) return check(transition, phase, -1, phase.conditions);
  begin(transition, phase);
}

export function stopPhase(transition: Transition, phase: Phase, signal: Signal): void {
  stop(transition, phase, signal, 'canceled');
}

export function phaseEvent(transition: Transition, event: PhaseEvent): void {
  const { phase, record } = find(transition, event.phase);
  const { activity } = record;
  switch (event.type) {
    case 'checked':
      if (activity.type === 'checking') checked(transition, phase, activity, event);
      return;
    case 'step-idle':
      return stop(transition, phase, 'SIGTERM', 'idle-timeout');
    case 'step-not-started':
    case 'step-ended':
      if (activity.type === 'running') stepEnded(transition, phase, activity, event);
      return;
  }
}

export function phaseTimer(transition: Transition, timer: Timer): void {
  const [kind = '', name = ''] = splitOnce(timer);
  const { phase, record } = find(transition, name);
  if (!isActive(record)) return;
  switch (kind) {
    case 'phase':
      return stop(transition, phase, 'SIGTERM', 'phase-timeout');
    case 'step':
      return stop(transition, phase, 'SIGTERM', 'step-timeout');
    case 'retry':
      if (record.activity.type === 'backing-off')
        launch(transition, phase, record.activity.step, record.activity.attempt);
      return;
  }
}

function begin(transition: Transition, phase: Phase): void {
  report(transition, { type: 'phase-started', phase });
  enterStep(transition, phase, 0);
}

function enterStep(transition: Transition, phase: Phase, index: number): void {
  const step = phase.steps[index];
  if (step === undefined)
    return finish(
      transition,
      phase,
      find(transition, phase.name).record.warned ? 'warned' : 'succeeded',
    );
  if (isEnding(transition, phase)) return finish(transition, phase, 'canceled');
  if (step.skipped !== undefined) {
    report(transition, { type: 'step-skipped', step, reason: step.skipped });
    return enterStep(transition, phase, index + 1);
  }
  arm(transition, `step ${phase.name}`, step.timeoutMs);
  if (step.conditions.length > 0) return check(transition, phase, index, step.conditions);
  launch(transition, phase, index, 1);
}

function check(
  transition: Transition,
  phase: Phase,
  step: number,
  conditions: Phase['conditions'],
): void {
  changePhase(transition, phase.name, { activity: { type: 'checking', step } });
  transition.effects.push({ type: 'check', phase: phase.name, conditions });
}

function launch(transition: Transition, phase: Phase, index: number, attempt: number): void {
  const step = stepOf(phase, index);
  changePhase(transition, phase.name, {
    activity: { type: 'running', step: index, attempt, startedAt: transition.now },
  });
  if (attempt > 1 || phase.steps.length > 1)
    report(transition, { type: 'step-started', step, attempt });
  transition.effects.push({ type: 'start-step', phase: phase.name, step });
}

function checked(
  transition: Transition,
  phase: Phase,
  { step: index, stopping }: Extract<Activity, { type: 'checking' }>,
  { skip: skipReason, error }: Extract<PhaseEvent, { type: 'checked' }>,
): void {
  if (stopping !== undefined) {
    if (stopping === 'canceled') return finish(transition, phase, 'canceled');
    const step = phase.steps[index] ?? stepOf(phase, 0);
    return stepFailed(transition, phase, step, index, timedOut(step, phase, stopping, []));
  }
  if (error !== undefined) {
    const step = phase.steps[index] ?? stepOf(phase, 0);
    return stepFailed(transition, phase, step, index, {
      exit: { exitCode: exitCodes.unavailable },
      cause: 'condition',
      reason: error,
      lastLines: [],
    });
  }
  if (index === -1)
    return skipReason === undefined
      ? begin(transition, phase)
      : skip(transition, phase, skipReason);
  if (skipReason === undefined) return launch(transition, phase, index, 1);
  disarm(transition, `step ${phase.name}`);
  report(transition, { type: 'step-skipped', step: stepOf(phase, index), reason: skipReason });
  enterStep(transition, phase, index + 1);
}

function stepEnded(
  transition: Transition,
  phase: Phase,
  { step: index, attempt, startedAt, stopping }: Extract<Activity, { type: 'running' }>,
  event: Extract<PhaseEvent, { type: 'step-ended' | 'step-not-started' }>,
): void {
  const step = stepOf(phase, index);
  const started = event.type === 'step-ended';
  const exit: ExitStatus = started ? event.exit : { exitCode: event.exitCode };
  const lastLines = started ? event.lastLines : [];
  changePhase(transition, phase.name, { exitCode: exit.exitCode });
  if (started && event.killed.length > 0)
    report(transition, {
      type: 'killed',
      title: step.title,
      pids: event.killed,
      forced: transition.state.forced,
    });

  if (stopping === 'canceled') {
    // A function cannot be killed; one that is left to itself says so by the signal alone.
    const isKilled = started && (event.killed.length > 0 || exit.signal === 'SIGKILL');
    if (isKilled && !phase.post) change(transition, { killed: phase.name });
    return finish(transition, phase, 'canceled');
  }
  if (stopping !== undefined)
    return stepFailed(transition, phase, step, index, timedOut(step, phase, stopping, lastLines));
  if (exit.exitCode === 0) {
    disarm(transition, `step ${phase.name}`);
    const durationMs = transition.now - startedAt;
    if (phase.steps.length > 1) report(transition, { type: 'step-succeeded', step, durationMs });
    return enterStep(transition, phase, index + 1);
  }
  if (started && mayRetry(transition, phase, step, exit, attempt)) {
    const delayMs = backoffMs(step.retry, attempt, transition.random);
    const { exitCode } = exit;
    report(transition, { type: 'step-retrying', step, exitCode, attempt, delayMs });
    changePhase(transition, phase.name, {
      activity: { type: 'backing-off', step: index, attempt: attempt + 1 },
    });
    // A delay of nothing is still a turn of its own.
    transition.effects.push({ type: 'arm', timer: `retry ${phase.name}`, ms: delayMs });
    return;
  }
  const took = formatDuration(transition.now - startedAt);
  stepFailed(transition, phase, step, index, {
    exit,
    cause: started ? 'exit' : 'not started',
    reason: event.reason ?? `${describeExit(exit)} after ${took}`,
    lastLines,
  });
}

/** Another try can help neither against a signal nor against a command that cannot run. */
function mayRetry(
  transition: Transition,
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
    !isEnding(transition, phase)
  );
}

function stepFailed(
  transition: Transition,
  phase: Phase,
  step: Step,
  index: number,
  how: Omit<StepFailure, 'onFailure'>,
): void {
  disarm(transition, `step ${phase.name}`);
  changePhase(transition, phase.name, { exitCode: how.exit.exitCode });
  // What is over for the whole phase is not for its step to forgive.
  const ofPhase = how.cause === 'phase-timeout' || index === -1;
  const onFailure = ofPhase || step.onFailure === 'abort' ? phase.onFailure : step.onFailure;
  const goesOn = !ofPhase && step.onFailure !== 'abort';
  report(transition, { type: 'step-failed', step, failed: { ...how, onFailure } });
  if (goesOn) {
    changePhase(transition, phase.name, { warned: true });
    return enterStep(transition, phase, index + 1);
  }
  if (phase.post || phase.onFailure !== 'abort') return finish(transition, phase, 'warned');
  if (transition.state.failure === undefined)
    change(transition, {
      failure: {
        phase: phase.name,
        exitCode: how.exit.exitCode,
        reason: `${step.title} failed: ${how.reason}`,
        lastLines: how.lastLines,
      },
    });
  finish(transition, phase, isTimeout(how.cause) ? 'timed_out' : 'failed');
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
function isEnding({ state }: Transition, phase: Phase): boolean {
  if (state.forced || state.outOfTime) return true;
  return !phase.post && (state.stop !== undefined || state.failure !== undefined);
}

function stop(transition: Transition, phase: Phase, signal: Signal, cause: StopCause): void {
  const { activity, status } = find(transition, phase.name).record;
  if (status !== 'running') return;
  switch (activity.type) {
    case 'none':
      return;
    case 'backing-off': {
      disarm(transition, `retry ${phase.name}`);
      if (cause === 'canceled') return finish(transition, phase, 'canceled');
      const step = stepOf(phase, activity.step);
      return stepFailed(transition, phase, step, activity.step, timedOut(step, phase, cause, []));
    }
    case 'checking':
    case 'running': {
      // What is being stopped for a time-out has had its signal and keeps its clock.
      if (activity.stopping !== undefined) return;
      changePhase(transition, phase.name, { activity: { ...activity, stopping: cause } });
      const sent =
        activity.type === 'running' ? inItsWords(signal, stepOf(phase, activity.step)) : signal;
      const effect: Effect = { type: 'stop-step', phase: phase.name, signal: sent };
      transition.effects.push(effect);
    }
  }
}

function skip(transition: Transition, phase: Phase, reason: string): void {
  disarm(transition, `phase ${phase.name}`);
  changePhase(transition, phase.name, { status: 'skipped', activity: { type: 'none' } });
  report(transition, { type: 'phase-skipped', phase, reason });
}

function finish(transition: Transition, phase: Phase, status: PhaseStatus): void {
  disarm(transition, `phase ${phase.name}`);
  disarm(transition, `step ${phase.name}`);
  changePhase(transition, phase.name, {
    status,
    endedAt: transition.now,
    activity: { type: 'none' },
  });
  const { startedAt = transition.now, exitCode } = find(transition, phase.name).record;
  report(transition, {
    type: 'phase-ended',
    phase,
    status,
    ...(exitCode === undefined ? {} : { exitCode }),
    durationMs: transition.now - startedAt,
  });
}

function stepOf(phase: Phase, index: number): Step {
  const step = phase.steps[index];
  if (step === undefined) throw new Error(`phase "${phase.name}" has no step ${index}`);
  return step;
}

function find({ state }: Transition, name: string): { phase: Phase; record: PhaseRecord } {
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
