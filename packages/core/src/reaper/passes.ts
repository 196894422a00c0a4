import { nowMs } from '../process/clock.ts';

/** Runs one pass after the other, each in slices with a turn of the event loop between them. */
export interface Passes {
  /** A pass `burstMs` from now; further calls until then are the same one. */
  soon(): void;
  close(): void;
}

/** After a SIGCHLD others follow, and zombies wait for a second anyway: one pass serves a burst. */
const burstMs = 50;

/**
 * `begin` starts a pass, `runSlice` does a piece of it and says whether it is finished, `nextDue` tells when the next
 * pass is needed without a call of `soon`, on the clock of `nowMs()`.
 *
 * After a slice it sleeps as long as that took. From a thread that goes on and on the kernel takes the CPU in the middle
 * of a slice, for 4 ms or more, when others want it; and in its time it frees what was reaped (RCU), 3 ms at once.
 *
 * Slices run in the check phase. Between two of those lies a poll phase, in which libuv waits for its own children:
 * so what is a zombie in two passes is none of them, however long something blocked the loop in between.
 */
export function schedulePasses(
  begin: () => void,
  runSlice: () => boolean,
  nextDue: () => number | undefined,
): Passes {
  let state: 'idle' | 'resting' | 'gathering' | 'running' | 'closed' = 'idle';
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;

  const gather = (): void => {
    state = 'gathering';
    wait(burstMs, start);
  };

  const rest = (): void => {
    const due = nextDue();
    state = due === undefined ? 'idle' : 'resting';
    if (due !== undefined) wait(Math.max(burstMs, due - nowMs()), start);
  };

  const wait = (ms: number, then: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(then, ms).unref();
  };

  const start = (): void => {
    begin();
    run();
  };

  const run = (): void => {
    state = 'running';
    // Not unref'd, or the loop would sleep before it.
    immediate = setImmediate(() => {
      const startMs = nowMs();
      const finished = runSlice();
      if (state === 'closed') return; // by what runSlice called
      if (!finished) return sleep(nowMs() - startMs);
      if (again) gather();
      else rest();
      again = false;
    });
  };

  /** At least as long as the slice took: a timer's time begins with the turn of the loop, and is cut to whole ms. */
  const sleep = (sliceMs: number): void => wait(2 * sliceMs + 1, run);

  return {
    soon: () => {
      switch (state) {
        case 'idle':
        case 'resting':
          return gather();
        case 'running':
          again = true;
          return;
        case 'gathering':
        case 'closed':
          return;
      }
    },
    close: () => {
      state = 'closed';
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };
}
