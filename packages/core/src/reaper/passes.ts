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
 * pass is needed without a call of `soon`, on the clock of `performance.now()`.
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
    wait(burstMs);
  };

  const rest = (): void => {
    const due = nextDue();
    state = due === undefined ? 'idle' : 'resting';
    if (due !== undefined) wait(Math.max(burstMs, due - performance.now()));
  };

  const wait = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      begin();
      run();
    }, ms).unref();
  };

  const run = (): void => {
    state = 'running';
    // Not unref'd, or the loop would sleep before it; a pass is over in milliseconds.
    immediate = setImmediate(() => {
      const finished = runSlice();
      if (state === 'closed') return; // by what runSlice called
      if (!finished) return run();
      if (again) gather();
      else rest();
      again = false;
    });
  };

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
