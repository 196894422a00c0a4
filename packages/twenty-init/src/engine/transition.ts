import type { Effect } from './effect.ts';
import type { Moment } from './event.ts';
import type { Report } from './report.ts';
import type { BootState, PhaseRecord } from './state.ts';
import type { Timer } from './timer.ts';

/** One event's work: the state changes and the effects add up. Outside of `advance` the machine stays pure. */
export interface Transition extends Moment {
  state: BootState;
  readonly effects: Effect[];
}

export function change(transition: Transition, changes: Partial<BootState>): void {
  transition.state = { ...transition.state, ...changes };
}

export function phaseRecord({ state }: Transition, name: string): PhaseRecord {
  const record = state.phases.find((candidate) => candidate.name === name);
  if (record === undefined) throw new Error(`there is no phase "${name}"`);
  return record;
}

export function changePhase(
  transition: Transition,
  name: string,
  changes: Partial<PhaseRecord>,
): void {
  change(transition, {
    phases: transition.state.phases.map((record) =>
      record.name === name ? { ...record, ...changes } : record,
    ),
  });
}

export function report(transition: Transition, what: Report): void {
  transition.effects.push({ type: 'report', report: what });
}

/** 0 ms is no timer. */
export function arm(transition: Transition, timer: Timer, ms: number): void {
  if (ms > 0) transition.effects.push({ type: 'arm', timer, ms });
}

export function disarm(transition: Transition, timer: Timer): void {
  transition.effects.push({ type: 'disarm', timer });
}
