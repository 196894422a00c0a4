import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { schedulePasses } from '../../src/reaper/passes.ts';

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Each pass takes so many slices. */
function schedule(slicesPerPass: number, nextDue: () => number | undefined = () => undefined) {
  const done: string[] = [];
  let left = 0;
  const passes = schedulePasses(
    () => {
      left = slicesPerPass;
      done.push('pass');
    },
    () => {
      done.push('slice');
      return --left === 0;
    },
    nextDue,
  );
  return { done, ...passes };
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

  it('cuts a pass into slices, with a turn of the loop between them', () => {
    const { done, soon } = schedule(3);
    soon();
    vi.advanceTimersByTime(50);
    const turns = [0, 1, 2, 3].map(() => {
      vi.advanceTimersToNextTimer();
      return done.length;
    });
    expect(turns).toEqual([2, 3, 4, 4]);
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
    let due: number | undefined = performance.now() + 1000;
    const { done, soon } = schedule(1, () => due);
    soon();
    vi.advanceTimersByTime(60);
    expect(done).toHaveLength(2);
    vi.advanceTimersByTime(900);
    expect(done).toHaveLength(2);
    due = performance.now() + 1000;
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
