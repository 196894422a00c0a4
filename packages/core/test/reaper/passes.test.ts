import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nowMs } from '../../src/process/clock.ts';
import { schedulePasses } from '../../src/reaper/passes.ts';

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'hrtime'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Each pass takes so many slices, each slice so many ms. */
function schedule(
  slicesPerPass: number,
  { nextDue = (): number | undefined => undefined, sliceMs = 0 } = {},
) {
  const done: string[] = [];
  const startedMs: number[] = [];
  let left = 0;
  const passes = schedulePasses(
    () => {
      left = slicesPerPass;
      done.push('pass');
    },
    () => {
      done.push('slice');
      startedMs.push(nowMs());
      vi.advanceTimersByTime(sliceMs);
      return --left === 0;
    },
    nextDue,
  );
  return { done, startedMs, ...passes };
}

describe('schedulePasses', () => {
  it('makes one pass of a burst, 50 ms after its begin', () => {
    const { done, soon } = schedule(1);
    for (let call = 0; call < 10; call++) soon();
    vi.advanceTimersByTime(49);
    expect(done).toEqual([]);
    vi.advanceTimersByTime(10);
    expect(done).toEqual(['pass', 'slice']);
    vi.advanceTimersByTime(1e6);
    expect(done).toHaveLength(2);
  });

  it('cuts a pass into slices, and sleeps between two as long as the first took', () => {
    const { startedMs, soon } = schedule(3, { sliceMs: 4 });
    soon();
    vi.advanceTimersByTime(1000);
    const [first = 0, second = 0, third = 0, ...more] = startedMs;
    expect(Math.min(second - first, third - second)).toBeGreaterThanOrEqual(8);
    expect(more).toEqual([]);
  });

  it('makes another pass for what came during one', () => {
    const { done, soon } = schedule(2);
    soon();
    vi.advanceTimersByTime(50);
    soon();
    vi.advanceTimersByTime(1000);
    expect(done.filter((what) => what === 'pass')).toHaveLength(2);
  });

  it('comes back when the next one is due, or sooner when it is called', () => {
    let due: number | undefined = nowMs() + 1000;
    const { done, soon } = schedule(1, { nextDue: () => due });
    soon();
    vi.advanceTimersByTime(60);
    expect(done).toHaveLength(2);
    vi.advanceTimersByTime(900);
    expect(done).toHaveLength(2);
    due = nowMs() + 1000;
    vi.advanceTimersByTime(100);
    expect(done).toHaveLength(4);
    due = undefined;
    soon();
    vi.advanceTimersByTime(60);
    expect(done).toHaveLength(6);
  });

  it('does nothing any more once it is closed', () => {
    const { done, soon, close } = schedule(5);
    soon();
    vi.advanceTimersByTime(51);
    const before = done.length;
    close();
    soon();
    vi.advanceTimersByTime(1e6);
    expect(done).toHaveLength(before);
  });
});
