import { formatDuration } from '../config/format-duration.ts';
import { exitCodes } from '../exit-codes.ts';
import type { StepTransition } from './phase-transition.ts';
import type { StepFault } from './report.ts';
import type { StopCause } from './state.ts';

export type Timeout = Exclude<StopCause, 'canceled'>;

export function timedOut(
  at: StepTransition,
  cause: Timeout,
  lastLines: readonly string[] = [],
): StepFault {
  const exit = { exitCode: exitCodes.timeout };
  return { exit, cause, reason: timeoutReason(at, cause), lastLines };
}

/** It could not be found out whether a condition holds. */
export function unknownCondition(reason: string): StepFault {
  return { exit: { exitCode: exitCodes.unavailable }, cause: 'condition', reason, lastLines: [] };
}

function timeoutReason({ step, phase }: StepTransition, cause: Timeout): string {
  switch (cause) {
    case 'phase-timeout':
      return `timed out after ${formatDuration(phase.timeoutMs)}`;
    case 'step-timeout':
      return `timed out after ${formatDuration(step.timeoutMs)}`;
    case 'idle-timeout':
      return `no output for ${formatDuration(step.idleTimeoutMs)} (idleTimeout)`;
  }
}
