export type { Problem } from '../config/problem.ts';
export type { PhaseStatus } from '../engine/phase-status.ts';
export type { Outcome, Outcomes } from './outcome.ts';
export {
  type Rehearsal,
  type RehearsedSignal,
  type RehearseOptions,
  rehearse,
} from './rehearse.ts';
