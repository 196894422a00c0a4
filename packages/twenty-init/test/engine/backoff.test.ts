import { expect, it } from 'vitest';
import { backoffMs } from '../../src/engine/backoff.ts';

const retry = { delayMs: 1000, factor: 3, maxDelayMs: 5000, jitter: false };

it.each([
  [1, 1000],
  [2, 3000],
  [3, 5000],
  [9, 5000],
])('after attempt %i comes a delay of %i ms', (attempt, delayMs) => {
  expect(backoffMs(retry, attempt, 0.9)).toBe(delayMs);
});

it.each([
  [0, 800],
  [0.5, 1000],
  [1, 1200],
])(
  'chance spreads a delay by up to a fifth either way: %f makes %i ms of 1000',
  (random, delayMs) => {
    expect(backoffMs({ ...retry, jitter: true }, 1, random)).toBeCloseTo(delayMs);
  },
);
