import { describe, expect, it } from 'vitest';
import { countRestarts } from '../../src/supervisor/restart.ts';

describe('countRestarts', () => {
  it.each([
    ['no', 1, undefined],
    ['on-failure', 1, 100],
    ['on-failure', 0, undefined],
    ['always', 0, 100],
  ] as const)('%s after exit code %i: %s', (policy, exitCode, pauseMs) => {
    expect(countRestarts(policy, 5, {}).next(exitCode, 0)).toBe(pauseMs);
  });

  it('doubles the pause up to the maximum, and starts anew after a long run', () => {
    const { next } = countRestarts('always', 99, { maximumMs: 500 });
    expect([next(1, 0), next(1, 0), next(1, 9_999), next(1, 0), next(1, 10_000)]).toEqual([
      100, 200, 400, 500, 100,
    ]);
  });

  it('gives up after so many in a row', () => {
    const { next } = countRestarts('always', 2, {});
    expect([next(1, 0), next(1, 0), next(1, 0)]).toEqual([100, 200, undefined]);
  });
});
