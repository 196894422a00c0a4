import type { Signal } from '@twenty-init/core';
import type { OpenCondition } from '../plan/conditions.ts';
import type { Step } from '../plan/phase.ts';
import type { Report } from './report.ts';
import type { Timer } from './timer.ts';

/** What is to be done. */
export type Effect =
  | { readonly type: 'start-step'; readonly phase: string; readonly step: Step }
  | {
      readonly type: 'check';
      readonly phase: string;
      readonly conditions: readonly OpenCondition[];
    }
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
