import { describe, expect, it } from 'vitest';
import {
  type AfterEnd,
  afterEnd,
  noRestarts,
  type RestartOptions,
  restartRule,
} from '../../src/supervisor/restart.ts';

/** The delays after ends that come one after the other, each after that many ms of running. */
function delays(options: RestartOptions, runs: readonly number[], exitCode = 1): unknown[] {
  const rule = restartRule(options);
  let history = noRestarts;
  let now = 0;
  return runs.map((ranMs) => {
    now += ranMs;
    const next = afterEnd(rule, history, { exitCode, ranMs }, now);
    if (next.type !== 'restart') return next.type;
    history = next.history;
    now += next.delayMs;
    return next.delayMs;
  });
}

describe('afterEnd', () => {
  it.each([
    ['never', 1, 'stay'],
    ['on-failure', 1, 100],
    ['on-failure', 0, 'stay'],
    ['always', 0, 100],
  ] as const)('%s after exit code %i: %s', (policy, exitCode, next) => {
    expect(delays({ policy, delayMs: 100 }, [0], exitCode)).toEqual([next]);
  });

  it('doubles the delay up to the maximum, and starts anew after a long run', () => {
    const options = {
      policy: 'always',
      delayMs: 100,
      maxDelayMs: 500,
      resetAfterMs: 10_000,
    } as const;
    expect(delays(options, [0, 0, 9_999, 0, 10_000])).toEqual([100, 200, 400, 500, 100]);
  });

  it('gives up after so many within the window', () => {
    const options = { policy: 'always', delayMs: 100, maxRestarts: 2 } as const;
    expect(delays(options, [0, 0, 0])).toEqual([100, 200, 'give-up']);
    expect(delays({ ...options, windowMs: 1000 }, [0, 0, 1000])).toEqual([100, 200, 400]);
  });

  it('gives up with a failure, also on success that had to be started over and over', () => {
    const after = (exitCode: number): AfterEnd =>
      afterEnd(
        restartRule({ policy: 'always', maxRestarts: 0 }),
        noRestarts,
        { exitCode, ranMs: 0 },
        0,
      );
    expect(after(0)).toEqual({ type: 'give-up', restarts: 0, exitCode: 1 });
    expect(after(3)).toEqual({ type: 'give-up', restarts: 0, exitCode: 3 });
  });

  it('a delay of 0 is one after 1024 restarts too, and without a limit the history does not grow', () => {
    const rule = restartRule({
      policy: 'always',
      delayMs: 0,
      maxRestarts: Number.POSITIVE_INFINITY,
    });
    const history = { restartedAt: [], inARow: 5000 };
    expect(afterEnd(rule, history, { exitCode: 1, ranMs: 0 }, 0)).toEqual({
      type: 'restart',
      delayMs: 0,
      restarts: 5001,
      history: { restartedAt: [], inARow: 5001 },
    });
  });
});
