import type { Signal } from '@twenty-init/core';
import type { Duration } from '../config/config.ts';
import { durationMs } from '../config/duration.ts';

/** How a step, a condition or the app goes in a rehearsal. */
export interface Outcome {
  /** Default 0. */
  readonly exitCode?: number;
  /** Killed by it, such as `SIGKILL` when the kernel ran out of memory. */
  readonly signal?: Signal;
  /** Default `0s`; the app runs until it gets a signal. */
  readonly takes?: Duration;
  /** The lines that it writes. */
  readonly output?: readonly string[];
  /** Something is written this often; default: only at its start. What `idleTimeout` looks at. */
  readonly outputEvery?: Duration;
  /** What it does at a stop signal. Default: it dies of it at once. */
  readonly onSignal?: 'ignore' | { readonly exitCode: number; readonly after?: Duration };
  /** Of the app: from its start until its probes succeed, or its newline comes. Default: at once. `never` is also one. */
  readonly readyAfter?: Duration | 'never';
  /** Of an app with `notifyFd`: from its start until it closes that descriptor, without a newline unless it came before. */
  readonly closesNotifyFdAfter?: Duration;
  /** It could not be started, with this exit code: 127 is a command that is not there, 78 a missing cwd. */
  readonly notStarted?: 78 | 126 | 127;
}

/** A number is an exit code; several are those of its attempts, of which the last repeats. */
export type Outcomes = Readonly<Record<string, number | Outcome | readonly (number | Outcome)[]>>;

export function outcomeOf(outcomes: Outcomes, title: string, attempt: number): Outcome {
  const given = outcomes[title] ?? {};
  const all: readonly (number | Outcome)[] = isList(given) ? given : [given];
  const one = all[Math.min(attempt, all.length) - 1] ?? 0;
  return typeof one === 'number' ? { exitCode: one } : one;
}

/** From the start of the app until it is ready, in ms; undefined when it never is. */
export function readyAfterMs({ readyAfter, closesNotifyFdAfter }: Outcome): number | undefined {
  if (readyAfter === 'never') return undefined;
  if (closesNotifyFdAfter === undefined) return durationMs(readyAfter ?? '0s');
  if (readyAfter === undefined) return undefined;
  const afterMs = durationMs(readyAfter);
  return afterMs <= durationMs(closesNotifyFdAfter) ? afterMs : undefined;
}

function isList(value: Outcomes[string]): value is readonly (number | Outcome)[] {
  return Array.isArray(value);
}
