import { describe, expect, it } from 'vitest';
import { timerMs } from '../../src/process/timer.ts';

describe('timerMs', () => {
  it.each([
    [0, 0],
    [-5, 0],
    [0.2, 1],
    [1500.5, 1501],
    [2 ** 31, 2 ** 31 - 1],
    [Number.POSITIVE_INFINITY, 2 ** 31 - 1],
  ])('%d is %d', (ms, expected) => {
    expect(timerMs('graceMs', ms)).toBe(expected);
  });

  it.each([Number.NaN, undefined, '10s'])('says that %s is no number', (ms) => {
    expect(() => timerMs('graceMs', ms as number)).toThrow(`Expected graceMs in ms, got ${ms}`);
  });
});
