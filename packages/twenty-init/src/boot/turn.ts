import type { Report } from './report.ts';
import type { BootState, Effect, Moment, PhaseRecord, Timer } from './state.ts';

/** One event's work: the state changes and the effects add up. Outside of `advance` the machine stays pure. */
export interface Turn extends Moment {
  state: BootState;
  readonly effects: Effect[];
}

export function change(turn: Turn, changes: Partial<BootState>): void {
  turn.state = { ...turn.state, ...changes };
}

export function changePhase(turn: Turn, name: string, changes: Partial<PhaseRecord>): void {
  change(turn, {
    phases: turn.state.phases.map((record) =>
      record.name === name ? { ...record, ...changes } : record,
    ),
  });
}

export function report(turn: Turn, what: Report): void {
  turn.effects.push({ type: 'report', report: what });
}

/** 0 ms is no timer. */
export function arm(turn: Turn, timer: Timer, ms: number): void {
  if (ms > 0) turn.effects.push({ type: 'arm', timer, ms });
}

export function disarm(turn: Turn, timer: Timer): void {
  turn.effects.push({ type: 'disarm', timer });
}
