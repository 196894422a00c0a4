import type { RestartHistory } from '@twenty-init/core/restart';
import type { Plan } from '../plan/plan.ts';
import type { PhaseStatus } from './phase-status.ts';
import type { StopSignal } from './signals.ts';

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

/** What a phase is doing at the moment. `step` is an index. */
export type Activity =
  | { readonly type: 'none' }
  /** Its own conditions are looked at, before its first step. */
  | { readonly type: 'checking-phase'; readonly stopping?: StopCause }
  | { readonly type: 'checking-step'; readonly step: number; readonly stopping?: StopCause }
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
      readonly restarts: RestartHistory;
      /** Why it was not ready at the last probe. */
      readonly unready?: string;
    }
  | {
      readonly type: 'waiting-to-restart';
      readonly restarts: RestartHistory;
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
