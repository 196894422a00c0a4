import type { Signal } from '@twenty-init/core';
import type { Phase } from '../plan/phase.ts';
import type { BootEvent } from './event.ts';
import { failPhase, finish, skipPhase } from './phase-end.ts';
import {
  armTimer,
  changeRecord,
  ofPhase,
  ofStep,
  type PhaseTransition,
  recordOf,
} from './phase-transition.ts';
import type { Activity, PhaseRecord } from './state.ts';
import { enterStep, launch, stepChecked, stepEnded, stopActivity } from './step.ts';
import { timedOut, unknownCondition } from './step-fault.ts';
import type { PhaseTimer } from './timer.ts';
import { report, type Transition } from './transition.ts';

type PhaseEvent = Extract<BootEvent, { phase: string }>;

export function isActive({ status }: PhaseRecord): boolean {
  return status === 'running';
}

/** What needs it may start. */
export function isDone({ status }: PhaseRecord): boolean {
  return status === 'succeeded' || status === 'warned' || status === 'skipped';
}

/** Whether a stop signal lets it go on for now: a deferring phase finishes the step that it is in. */
export function mayFinish(transition: Transition, phase: Phase): boolean {
  const record = recordOf({ transition, phase });
  const { outOfTime, forced } = transition.state;
  if (!isActive(record) || outOfTime || forced) return false;
  return phase.post || (phase.onStop === 'defer' && record.activity.type === 'running');
}

export function startPhase(transition: Transition, phase: Phase): void {
  const at = { transition, phase };
  const { name, skipped, timeoutMs, conditions } = phase;
  if (skipped !== undefined) return skipPhase(at, skipped);
  changeRecord(at, { status: 'running', startedAt: transition.now });
  armTimer(at, 'phase', timeoutMs);
  if (conditions.length === 0) return begin(at);
  // They come first: a phase that is skipped was never started.
  changeRecord(at, { activity: { type: 'checking-phase' } });
  transition.effects.push({ type: 'check', phase: name, conditions });
}

export function stopPhase(transition: Transition, phase: Phase, signal: Signal): void {
  stopActivity({ transition, phase }, signal, 'canceled');
}

export function phaseEvent(transition: Transition, event: PhaseEvent): void {
  const at = ofPhase(transition, event.phase);
  const { activity } = recordOf(at);
  switch (event.type) {
    case 'checked':
      if (activity.type === 'checking-phase') return phaseChecked(at, activity, event);
      if (activity.type === 'checking-step')
        return stepChecked(ofStep(at, activity.step), activity, event);
      return;
    case 'step-idle':
      return stopActivity(at, 'SIGTERM', 'idle-timeout');
    case 'step-not-started':
    case 'step-ended':
      if (activity.type === 'running') stepEnded(ofStep(at, activity.step), activity, event);
      return;
  }
}

export function phaseTimer(transition: Transition, timer: PhaseTimer): void {
  const at = ofPhase(transition, timer.phase);
  const { activity } = recordOf(at);
  switch (timer.type) {
    case 'phase':
      return stopActivity(at, 'SIGTERM', 'phase-timeout');
    case 'step':
      return stopActivity(at, 'SIGTERM', 'step-timeout');
    case 'retry':
      if (activity.type === 'backing-off') launch(ofStep(at, activity.step), activity.attempt);
      return;
  }
}

function begin(at: PhaseTransition): void {
  report(at.transition, { type: 'phase-started', phase: at.phase });
  enterStep(at, 0);
}

/** What goes wrong here is told of the first step: nothing else of the phase has a command to show. */
function phaseChecked(
  at: PhaseTransition,
  { stopping }: Extract<Activity, { type: 'checking-phase' }>,
  { skip, error }: Extract<PhaseEvent, { type: 'checked' }>,
): void {
  const first = ofStep(at, 0);
  if (stopping === 'canceled') return finish(at, 'canceled');
  if (stopping !== undefined) return failPhase(first, timedOut(first, stopping));
  if (error !== undefined) return failPhase(first, unknownCondition(error));
  if (skip !== undefined) return skipPhase(at, skip);
  begin(at);
}
