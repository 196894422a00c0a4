import type { PhaseStatus } from './phase-status.ts';
import {
  changeRecord,
  disarmTimer,
  type PhaseTransition,
  recordOf,
  type StepTransition,
} from './phase-transition.ts';
import type { StepFault } from './report.ts';
import { arm, change, report } from './transition.ts';

export function finish(at: PhaseTransition, status: PhaseStatus): void {
  const { transition, phase } = at;
  disarmTimer(at, 'phase');
  disarmTimer(at, 'step');
  changeRecord(at, { status, endedAt: transition.now, activity: { type: 'none' } });
  const { startedAt = transition.now, exitCode } = recordOf(at);
  report(transition, {
    type: 'phase-ended',
    phase,
    status,
    ...(exitCode === undefined ? {} : { exitCode }),
    durationMs: transition.now - startedAt,
  });
}

export function skipPhase(at: PhaseTransition, reason: string): void {
  disarmTimer(at, 'phase');
  changeRecord(at, { status: 'skipped', activity: { type: 'none' } });
  report(at.transition, { type: 'phase-skipped', phase: at.phase, reason });
}

/** At this step, which has nothing to say about it; the boot fails too, unless `onFailure` of the phase lets it go on. */
export function failPhase(at: StepTransition, fault: StepFault): void {
  const { transition, phase, step } = at;
  tellFault(at, fault, phase.onFailure);
  if (phase.post || phase.onFailure !== 'abort') return finish(at, 'warned');
  if (transition.state.failure === undefined) {
    // For a phase that defers its end.
    if (transition.state.stop === undefined)
      arm(transition, { type: 'shutdown' }, transition.state.plan.shutdownTimeoutMs);
    change(transition, {
      failure: {
        phase: phase.name,
        exitCode: fault.exit.exitCode,
        reason: `${step.title} failed: ${fault.reason}`,
        lastLines: fault.lastLines,
      },
    });
  }
  finish(at, isTimeout(fault.cause) ? 'timed_out' : 'failed');
}

/** What a step did wrong, and what comes of it. */
export function tellFault(
  at: StepTransition,
  fault: StepFault,
  onFailure: 'abort' | 'warn' | 'ignore',
): void {
  disarmTimer(at, 'step');
  changeRecord(at, { exitCode: fault.exit.exitCode });
  report(at.transition, { type: 'step-failed', step: at.step, failed: { ...fault, onFailure } });
}

function isTimeout(cause: StepFault['cause']): boolean {
  return cause === 'phase-timeout' || cause === 'step-timeout' || cause === 'idle-timeout';
}
