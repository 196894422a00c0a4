import type { ExitStatus, Signal } from '@twenty-init/core';
import { backoffMs } from '@twenty-init/core/restart';
import { formatDuration } from '../config/format-duration.ts';
import { describeExit } from './describe-exit.ts';
import type { BootEvent } from './event.ts';
import { failPhase, finish, tellFault } from './phase-end.ts';
import {
  armTimer,
  changeRecord,
  disarmTimer,
  ofStep,
  type PhaseTransition,
  recordOf,
  type StepTransition,
} from './phase-transition.ts';
import type { StepFault } from './report.ts';
import type { Activity, StopCause } from './state.ts';
import { timedOut, unknownCondition } from './step-fault.ts';
import { inItsWords } from './stop-signal.ts';
import { change, report } from './transition.ts';

type Checking = Extract<Activity, { type: 'checking-step' }>;
type Running = Extract<Activity, { type: 'running' }>;

/** The step of that index; after the last one the phase is done. */
export function enterStep(at: PhaseTransition, index: number): void {
  if (index === at.phase.steps.length)
    return finish(at, recordOf(at).warned ? 'warned' : 'succeeded');
  if (isEnding(at)) return finish(at, 'canceled');
  const next = ofStep(at, index);
  const { skipped, conditions, timeoutMs } = next.step;
  if (skipped !== undefined) return skipStep(next, skipped);
  armTimer(next, 'step', timeoutMs);
  if (conditions.length === 0) return launch(next, 1);
  changeRecord(next, { activity: { type: 'checking-step', step: index } });
  at.transition.effects.push({ type: 'check', phase: at.phase.name, conditions });
}

export function launch(at: StepTransition, attempt: number): void {
  const { transition, phase, step, index } = at;
  changeRecord(at, {
    activity: { type: 'running', step: index, attempt, startedAt: transition.now },
  });
  if (attempt > 1 || phase.steps.length > 1)
    report(transition, { type: 'step-started', step, attempt });
  transition.effects.push({ type: 'start-step', phase: phase.name, step });
}

export function stepChecked(
  at: StepTransition,
  { stopping }: Checking,
  { skip, error }: Extract<BootEvent, { type: 'checked' }>,
): void {
  if (stopping === 'canceled') return finish(at, 'canceled');
  if (stopping !== undefined) return failStep(at, timedOut(at, stopping));
  if (error !== undefined) return failStep(at, unknownCondition(error));
  if (skip === undefined) return launch(at, 1);
  disarmTimer(at, 'step');
  skipStep(at, skip);
}

export function stepEnded(
  at: StepTransition,
  running: Running,
  event: Extract<BootEvent, { type: 'step-ended' | 'step-not-started' }>,
): void {
  const end = endOf(event);
  tellEnd(at, end);
  if (running.stopping === 'canceled') return cancel(at, end);
  if (running.stopping !== undefined)
    return failStep(at, timedOut(at, running.stopping, end.lastLines));
  if (end.exit.exitCode === 0) return succeed(at, running);
  if (mayRetry(at, running, end)) return backOff(at, running, end);
  failStep(at, faultOf(at, running, end));
}

/** Stops what the phase is doing; what is told to stop already keeps its clock. */
export function stopActivity(at: PhaseTransition, signal: Signal, cause: StopCause): void {
  const { activity, status } = recordOf(at);
  if (status !== 'running') return;
  switch (activity.type) {
    case 'none':
      return;
    case 'backing-off': {
      disarmTimer(at, 'retry');
      if (cause === 'canceled') return finish(at, 'canceled');
      const waiting = ofStep(at, activity.step);
      return failStep(waiting, timedOut(waiting, cause));
    }
    case 'checking-phase':
    case 'checking-step':
    case 'running': {
      if (activity.stopping !== undefined) return;
      changeRecord(at, { activity: { ...activity, stopping: cause } });
      const sent =
        activity.type === 'running' ? inItsWords(signal, ofStep(at, activity.step).step) : signal;
      at.transition.effects.push({ type: 'stop-step', phase: at.phase.name, signal: sent });
    }
  }
}

function skipStep(at: StepTransition, reason: string): void {
  report(at.transition, { type: 'step-skipped', step: at.step, reason });
  enterStep(at, at.index + 1);
}

interface End {
  readonly cause: 'exit' | 'not started';
  readonly exit: ExitStatus;
  readonly killed: readonly number[];
  readonly lastLines: readonly string[];
  readonly reason?: string;
}

function endOf(event: Extract<BootEvent, { type: 'step-ended' | 'step-not-started' }>): End {
  if (event.type === 'step-ended') return { cause: 'exit', ...event };
  const { exitCode, reason } = event;
  return { cause: 'not started', exit: { exitCode }, killed: [], lastLines: [], reason };
}

function tellEnd(at: StepTransition, { exit, killed }: End): void {
  const { transition, step } = at;
  changeRecord(at, { exitCode: exit.exitCode });
  if (killed.length === 0) return;
  const { forced } = transition.state;
  report(transition, { type: 'killed', title: step.title, pids: killed, forced });
}

function cancel(at: StepTransition, { exit, killed }: End): void {
  // A function cannot be killed; one that is left to itself says so by the signal alone.
  const isKilled = killed.length > 0 || exit.signal === 'SIGKILL';
  if (isKilled && !at.phase.post) change(at.transition, { killed: at.phase.name });
  finish(at, 'canceled');
}

function succeed(at: StepTransition, { startedAt }: Running): void {
  const { transition, phase, step, index } = at;
  disarmTimer(at, 'step');
  const durationMs = transition.now - startedAt;
  if (phase.steps.length > 1) report(transition, { type: 'step-succeeded', step, durationMs });
  enterStep(at, index + 1);
}

/** Another try can help neither against a signal nor against a command that cannot run. */
function mayRetry(at: StepTransition, { attempt }: Running, { cause, exit }: End): boolean {
  const { exitCode, signal } = exit;
  return (
    cause === 'exit' &&
    attempt < at.step.retry.attempts &&
    signal === undefined &&
    exitCode !== 126 &&
    exitCode !== 127 &&
    !isEnding(at)
  );
}

function backOff(at: StepTransition, { attempt }: Running, { exit: { exitCode } }: End): void {
  const { transition, phase, step, index } = at;
  const delayMs = backoffMs(step.retry, attempt, transition.random);
  report(transition, { type: 'step-retrying', step, exitCode, attempt, delayMs });
  changeRecord(at, { activity: { type: 'backing-off', step: index, attempt: attempt + 1 } });
  // A delay of nothing is still a turn of its own.
  const timer = { type: 'retry', phase: phase.name } as const;
  transition.effects.push({ type: 'arm', timer, ms: delayMs });
}

function faultOf({ transition }: StepTransition, { startedAt }: Running, end: End): StepFault {
  const { exit, cause, lastLines } = end;
  const took = formatDuration(transition.now - startedAt);
  const reason = end.reason ?? `${describeExit(exit)} after ${took}`;
  return { exit, cause, reason, lastLines };
}

function failStep(at: StepTransition, fault: StepFault): void {
  const { onFailure } = at.step;
  // What is over for the whole phase is not for its step to forgive.
  if (onFailure === 'abort' || fault.cause === 'phase-timeout') return failPhase(at, fault);
  tellFault(at, fault, onFailure);
  changeRecord(at, { warned: true });
  enterStep(at, at.index + 1);
}

/** The phase ends here, after what it is in: nothing later of it starts. */
function isEnding({ transition: { state }, phase }: PhaseTransition): boolean {
  if (state.forced || state.outOfTime) return true;
  return !phase.post && (state.stop !== undefined || state.failure !== undefined);
}
