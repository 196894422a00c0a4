import type { Phase, Step } from '../plan/phase.ts';
import type { PhaseRecord } from './state.ts';
import type { PhaseTimer } from './timer.ts';
import { arm, changePhase, disarm, phaseRecord, type Transition } from './transition.ts';

/** What an event makes of one phase. */
export interface PhaseTransition {
  readonly transition: Transition;
  readonly phase: Phase;
}

/** What an event makes of one step of a phase. */
export interface StepTransition extends PhaseTransition {
  readonly step: Step;
  readonly index: number;
}

export function ofPhase(transition: Transition, name: string): PhaseTransition {
  const phase = transition.state.plan.phases.find((candidate) => candidate.name === name);
  if (phase === undefined) throw new Error(`there is no phase "${name}"`);
  return { transition, phase };
}

export function ofStep({ transition, phase }: PhaseTransition, index: number): StepTransition {
  const step = phase.steps[index];
  if (step === undefined) throw new Error(`phase "${phase.name}" has no step ${index}`);
  return { transition, phase, step, index };
}

export function recordOf({ transition, phase }: PhaseTransition): PhaseRecord {
  return phaseRecord(transition, phase.name);
}

export function changeRecord(
  { transition, phase }: PhaseTransition,
  changes: Partial<PhaseRecord>,
): void {
  changePhase(transition, phase.name, changes);
}

export function armTimer(
  { transition, phase }: PhaseTransition,
  type: PhaseTimer['type'],
  ms: number,
): void {
  arm(transition, { type, phase: phase.name }, ms);
}

export function disarmTimer(
  { transition, phase }: PhaseTransition,
  type: PhaseTimer['type'],
): void {
  disarm(transition, { type, phase: phase.name });
}
