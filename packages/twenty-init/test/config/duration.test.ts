import { describe, expect, it } from 'vitest';
import { durationMs, durationText } from '../../src/config/duration.ts';

describe('a duration', () => {
  it.each([
    ['250ms', 250],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['1.1h', 3_960_000],
    ['4.1m', 246_000],
    ['0.07h', 252_000],
    ['0.4ms', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each(['s', 'm', 'h'])('is always a whole number of ms (%s)', (unit) => {
    for (let hundredths = 0; hundredths < 10_000; hundredths++)
      expect(Number.isInteger(durationMs(`${hundredths / 100}${unit}`))).toBe(true);
  });

  it.each([
    [250, '250ms'],
    [1000, '1s'],
    [90_000, '90s'],
    [300_000, '5m'],
    [7_200_000, '2h'],
  ])('%d ms is written %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
    expect(durationMs(text)).toBe(ms);
  });
});
