import { describe, expect, it } from 'vitest';
import { timerMs } from '../src/timer.ts';

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

  it('names what is not a number', () => {
    expect(() => timerMs('graceMs', Number.NaN)).toThrow('Expected graceMs in ms, got NaN');
  });
});
