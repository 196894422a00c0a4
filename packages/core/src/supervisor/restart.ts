import { restartDefaults } from '../defaults.ts';
import { type Backoff, backoffMs } from './backoff.ts';

export { restartDefaults } from '../defaults.ts';
export { type Backoff, backoffMs } from './backoff.ts';

/** When a process that has ended is started again: never, after a failure, or whatever its exit code was. */
export type RestartPolicy = 'never' | 'on-failure' | 'always';

export interface RestartRule extends Omit<Backoff, 'jitter'> {
  readonly policy: RestartPolicy;
  /** How many restarts there may be within `windowMs`; after that the process stays ended. */
  readonly maxRestarts: number;
  readonly windowMs: number;
  /** After a run of this long, in ms, the next delay is a first one again. */
  readonly resetAfterMs: number;
}

/** What is remembered of the restarts of a process. */
export interface RestartHistory {
  /** When it was started again, in ms, within the window. */
  readonly restartedAt: readonly number[];
  /** How often since it last ran for `resetAfterMs`. */
  readonly inARow: number;
}

export const noRestarts: RestartHistory = { restartedAt: [], inARow: 0 };

export interface Ended {
  readonly exitCode: number;
  /** How long it ran, in ms. */
  readonly ranMs: number;
}

/** What follows the end of a process. */
export type AfterEnd =
  | { readonly type: 'stay' }
  /** It has used up its restarts. `exitCode` is never 0: success that has to be started over and over is none. */
  | { readonly type: 'give-up'; readonly restarts: number; readonly exitCode: number }
  | {
      readonly type: 'restart';
      readonly delayMs: number;
      /** This one included: within the window or, without a limit, in a row. */
      readonly restarts: number;
      readonly history: RestartHistory;
    };

/**
 * Whether a process that has ended is started again, and when. `now` is in ms, on the clock of the history. This is the
 * rule of `createSupervisor` and of twenty-init alike.
 */
export function afterEnd(
  rule: RestartRule,
  history: RestartHistory,
  { exitCode, ranMs }: Ended,
  now: number,
): AfterEnd {
  if (!wantsRestart(rule.policy, exitCode)) return { type: 'stay' };
  const recent = history.restartedAt.filter((at) => at > now - rule.windowMs);
  if (recent.length >= rule.maxRestarts)
    return { type: 'give-up', restarts: recent.length, exitCode: exitCode === 0 ? 1 : exitCode };
  const inARow = (ranMs >= rule.resetAfterMs ? 0 : history.inARow) + 1;
  const delayMs = backoffMs(rule, inARow);
  // Without a limit nothing has to be remembered, and a list would grow.
  const restartedAt =
    rule.maxRestarts === Number.POSITIVE_INFINITY ? [] : [...recent, now + delayMs];
  return {
    type: 'restart',
    delayMs,
    restarts: restartedAt.length || inARow,
    history: { restartedAt, inARow },
  };
}

function wantsRestart(policy: RestartPolicy, exitCode: number): boolean {
  switch (policy) {
    case 'never':
      return false;
    case 'on-failure':
      return exitCode !== 0;
    case 'always':
      return true;
  }
}

/** A policy alone, or with some of the rest; the others are {@link restartDefaults}. */
export type RestartOptions =
  | RestartPolicy
  | ({ readonly [Key in keyof RestartRule]?: RestartRule[Key] | undefined } & {
      readonly policy: RestartPolicy;
    });

export function restartRule(options: RestartOptions = restartDefaults.policy): RestartRule {
  const { policy, delayMs, factor, maxDelayMs, maxRestarts, windowMs, resetAfterMs } =
    typeof options === 'string' ? { ...restartDefaults, policy: options } : options;
  return {
    policy,
    delayMs: delayMs ?? restartDefaults.delayMs,
    factor: factor ?? restartDefaults.factor,
    maxDelayMs: maxDelayMs ?? restartDefaults.maxDelayMs,
    maxRestarts: maxRestarts ?? restartDefaults.maxRestarts,
    windowMs: windowMs ?? restartDefaults.windowMs,
    resetAfterMs: resetAfterMs ?? restartDefaults.resetAfterMs,
  };
}
