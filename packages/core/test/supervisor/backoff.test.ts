import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/supervisor/backoff.ts';

const backoff = { delayMs: 100, factor: 2, maxDelayMs: 1000 };

describe('backoffMs', () => {
  it('grows by the factor up to the maximum', () => {
    expect([1, 2, 3, 4, 5, 2000].map((attempts) => backoffMs(backoff, attempts))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ]);
  });

  it('of 0 stays 0 after any number of attempts', () => {
    expect(backoffMs({ ...backoff, delayMs: 0 }, 2000)).toBe(0);
  });

  it('is spread by a fifth to both sides, and never beyond the maximum', () => {
    const jitter = { ...backoff, jitter: true };
    const spread = (attempts: number): number[] =>
      [0, 0.5, 1].map((random) => Math.round(backoffMs(jitter, attempts, random)));
    expect(spread(2)).toEqual([160, 200, 240]);
    expect(spread(9)).toEqual([800, 1000, 1000]);
  });
});
