import type { ExitStatus, Signal } from '@twenty-init/core';
import type { AppSignal, StopSignal } from './signals.ts';
import type { Timer } from './timer.ts';

/** What has happened. */
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

/** What the machine may know of the outside at an event. */
export interface Moment {
  /** In ms. */
  readonly now: number;
  /** From 0 up to 1. */
  readonly random: number;
}
