import { afterEach, expect, it, vi } from 'vitest';
import { after } from '../../src/system/timer.ts';

afterEach(() => vi.useRealTimers());

it('a delay beyond 2^31 ms does not fire at once', () => {
  vi.useFakeTimers();
  const days = 24 * 60 * 60 * 1000;
  let fired = 0;
  after(60 * days, () => fired++);
  const cancel = after(60 * days, () => fired++);
  vi.advanceTimersByTime(59 * days);
  expect(fired).toBe(0);
  cancel();
  vi.advanceTimersByTime(days);
  expect(fired).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});
