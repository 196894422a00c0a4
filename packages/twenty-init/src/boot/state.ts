import type { ExitStatus, Signal } from '@twenty-init/core';
import type { Gate } from './gate.ts';
import type { Step } from './phase-plan.ts';
import type { Plan } from './plan.ts';
import type { Report } from './report.ts';
import type { AppSignal, PhaseStatus, StopSignal } from './words.ts';

/** Everything that the machine knows; {@link Effect} is everything that it wants. */
export interface BootState {
  readonly plan: Plan;
  /** One for each phase of the plan, in its order. */
  readonly phases: readonly PhaseRecord[];
  readonly app: AppState;
  readonly stage: 'phases' | 'app' | 'post' | 'ended';
  /** The signal that ends the boot, or the app, once there was one. */
  readonly stop?: StopSignal;
  /** A second SIGINT or SIGQUIT came. */
  readonly forced: boolean;
  /** `shutdown.timeout` is over. */
  readonly outOfTime: boolean;
  /** A phase that the stop signal did not end within its grace period. */
  readonly killed?: string;
  /** The first phase that failed for good. */
  readonly failure?: Failure;
}

export interface Failure {
  /** Without one it is code of the config that belongs to none. */
  readonly phase?: string;
  readonly exitCode: number;
  readonly reason: string;
  readonly lastLines: readonly string[];
}

export interface PhaseRecord {
  readonly name: string;
  readonly cwd: string;
  readonly status: PhaseStatus;
  readonly activity: Activity;
  /** A step failed and its `onFailure` let the phase go on. */
  readonly warned: boolean;
  /** In ms. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Of the last command that it ran, or our own verdict. */
  readonly exitCode?: number;
}

/** What a phase is doing at the moment. `step` is an index; -1 are the conditions of the phase itself. */
export type Activity =
  | { readonly type: 'none' }
  | { readonly type: 'checking'; readonly step: number; readonly stopping?: StopCause }
  | {
      readonly type: 'running';
      readonly step: number;
      readonly attempt: number;
      readonly startedAt: number;
      readonly stopping?: StopCause;
    }
  | { readonly type: 'backing-off'; readonly step: number; readonly attempt: number };

export type StopCause = 'phase-timeout' | 'step-timeout' | 'idle-timeout' | 'canceled';

export type AppState =
  | { readonly type: 'pending' }
  /** Mode exec: this process turns into it. */
  | { readonly type: 'becoming' }
  | {
      readonly type: 'running';
      readonly startedAt: number;
      readonly ready: boolean;
      /** Probes of the same result in a row. */
      readonly inARow: number;
      readonly everReady: boolean;
      readonly stopping?: 'signal' | 'start-timeout' | 'never-ready' | 'failure';
      readonly handingOff: boolean;
      /** ^C on the terminal goes to it, and not to us. */
      readonly hasTerminal: boolean;
      /** When it was restarted, in ms. */
      readonly restarts: readonly number[];
      readonly delayMs: number;
      /** Why it was not ready at the last probe. */
      readonly unready?: string;
    }
  | {
      readonly type: 'waiting-to-restart';
      readonly restarts: readonly number[];
      readonly delayMs: number;
      readonly exitCode: number;
    }
  /** `pid1` has it. */
  | { readonly type: 'handed-off' }
  | {
      readonly type: 'ended';
      readonly exitCode: number;
      readonly exitedBy: 'init' | 'main';
      readonly reason: string;
    };

/** Timers by name; arming one again replaces it. */
export type Timer =
  | `phase ${string}`
  | `step ${string}`
  | `retry ${string}`
  | 'shutdown'
  | 'start'
  | 'probe'
  | 'restart';

export type BootEvent =
  | { readonly type: 'begin' }
  | {
      readonly type: 'checked';
      readonly phase: string;
      /** Why it is skipped. */
      readonly skip?: string;
      /** Why that could not be found out. */
      readonly error?: string;
    }
  | {
      readonly type: 'step-ended';
      readonly phase: string;
      readonly exit: ExitStatus;
      readonly killed: readonly number[];
      readonly lastLines: readonly string[];
      /** Why it failed, where that is more than an exit code. */
      readonly reason?: string;
    }
  | {
      readonly type: 'step-not-started';
      readonly phase: string;
      readonly exitCode: number;
      readonly reason: string;
    }
  | { readonly type: 'step-idle'; readonly phase: string }
  | { readonly type: 'timer'; readonly timer: Timer }
  | { readonly type: 'signal'; readonly signal: StopSignal | AppSignal }
  /** Code of the config has thrown what nobody catches; of this phase, when that is known. */
  | { readonly type: 'threw'; readonly phase?: string; readonly reason: string }
  | { readonly type: 'app-not-started'; readonly exitCode: number; readonly reason: string }
  | { readonly type: 'app-started'; readonly pid: number; readonly hasTerminal: boolean }
  | { readonly type: 'app-exited'; readonly exit: ExitStatus; readonly killed: readonly number[] }
  /** It may belong to another user. */
  | { readonly type: 'signal-failed'; readonly signal: Signal; readonly reason: string }
  | { readonly type: 'probed'; readonly ok: boolean; readonly reason: string }
  /** `ready` is false when the descriptor was closed without a newline. */
  | { readonly type: 'notified'; readonly fd: number; readonly ready: boolean }
  | { readonly type: 'handed-off'; readonly accepted: boolean; readonly reason: string };

export type Effect =
  | { readonly type: 'start-step'; readonly phase: string; readonly step: Step }
  | { readonly type: 'check'; readonly phase: string; readonly gates: readonly Gate[] }
  /** What the phase runs: the signal to its leader, then its group, SIGKILL after the grace period. */
  | { readonly type: 'stop-step'; readonly phase: string; readonly signal: Signal }
  | { readonly type: 'arm'; readonly timer: Timer; readonly ms: number }
  | { readonly type: 'disarm'; readonly timer: Timer }
  | { readonly type: 'become-app' }
  | { readonly type: 'start-app' }
  | { readonly type: 'stop-app'; readonly signal: Signal }
  | { readonly type: 'signal-app'; readonly signal: Signal }
  | { readonly type: 'probe' }
  | { readonly type: 'hand-off' }
  /** SIGKILL to everything that was started. */
  | { readonly type: 'kill-all' }
  | { readonly type: 'report'; readonly report: Report }
  | { readonly type: 'exit'; readonly exitCode: number };

/** What the machine may know of the outside at an event. */
export interface Moment {
  /** In ms. */
  readonly now: number;
  /** From 0 up to 1. */
  readonly random: number;
}
