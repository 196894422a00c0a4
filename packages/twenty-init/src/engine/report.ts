import type { ExitStatus, Signal } from '@twenty-init/core';
import type { Phase, Step } from '../plan/phase.ts';
import type { PhaseStatus } from './phase-status.ts';
import type { AppSignal, StopSignal } from './signals.ts';
import type { PhaseRecord, StopCause } from './state.ts';

/** What the log tells. */
export type Report =
  | { readonly type: 'phase-started'; readonly phase: Phase }
  | { readonly type: 'phase-skipped'; readonly phase: Phase; readonly reason: string }
  | {
      readonly type: 'phase-ended';
      readonly phase: Phase;
      readonly status: PhaseStatus;
      readonly exitCode?: number;
      readonly durationMs: number;
    }
  | { readonly type: 'step-started'; readonly step: Step; readonly attempt: number }
  | { readonly type: 'step-skipped'; readonly step: Step; readonly reason: string }
  | { readonly type: 'step-succeeded'; readonly step: Step; readonly durationMs: number }
  | { readonly type: 'step-failed'; readonly step: Step; readonly failed: StepFailure }
  | {
      readonly type: 'step-retrying';
      readonly step: Step;
      readonly exitCode: number;
      readonly attempt: number;
      readonly delayMs: number;
    }
  | {
      readonly type: 'killed';
      readonly title: string;
      readonly pids: readonly number[];
      /** By a second signal, and not because the grace period was over. */
      readonly forced: boolean;
    }
  | {
      readonly type: 'stopping';
      readonly signal: StopSignal;
      readonly phases: readonly string[];
      /** Those that may finish the step that they are in. */
      readonly deferred: readonly string[];
    }
  | { readonly type: 'stop-repeated'; readonly signal: StopSignal }
  | { readonly type: 'stop-forced'; readonly signal: StopSignal }
  | { readonly type: 'signal-ignored'; readonly signal: AppSignal | 'SIGHUP' }
  | { readonly type: 'signal-failed'; readonly signal: Signal; readonly reason: string }
  | { readonly type: 'shutdown-timeout'; readonly canceled: readonly string[] }
  | { readonly type: 'app-starting' }
  | { readonly type: 'app-started'; readonly pid: number }
  | { readonly type: 'app-ready'; readonly durationMs: number }
  | { readonly type: 'app-unready'; readonly reason: string }
  | { readonly type: 'app-start-timeout'; readonly reason: string }
  | { readonly type: 'app-never-ready'; readonly fd: number }
  | {
      readonly type: 'app-stopping';
      readonly signal: StopSignal;
      /** To the app. */
      readonly sent: Signal;
    }
  | {
      readonly type: 'app-exited';
      readonly exit: ExitStatus;
      readonly exitCode: number;
      readonly reason: string;
    }
  | { readonly type: 'app-restarting'; readonly delayMs: number; readonly restarts: number }
  | { readonly type: 'app-given-up'; readonly restarts: number }
  | { readonly type: 'app-failed'; readonly exitCode: number; readonly reason: string }
  | { readonly type: 'handed-off' }
  | { readonly type: 'not-handed-off'; readonly reason: string }
  | {
      readonly type: 'summary';
      readonly phases: readonly PhaseRecord[];
      readonly app: 'starting' | 'not started';
    }
  | { readonly type: 'ended'; readonly end: End };

export interface StepFault {
  readonly exit: ExitStatus;
  readonly cause: StopCause | 'exit' | 'not started' | 'condition';
  /** In words. */
  readonly reason: string;
  readonly lastLines: readonly string[];
}

export interface StepFailure extends StepFault {
  /** What comes of it. */
  readonly onFailure: 'abort' | 'warn' | 'ignore';
}

/** Why the container ends. */
export interface End {
  readonly exitCode: number;
  readonly exitedBy: 'init' | 'phase' | 'main';
  readonly reason: string;
  readonly phase?: string;
  readonly lastLines: readonly string[];
}
