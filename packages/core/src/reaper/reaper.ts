/// <reference lib="esnext.disposable" preserve="true" />
import { type AbortSignalLike, anAbortSignal, onAbort } from '../abort.ts';
import { reaperDefaults } from '../defaults.ts';
import { loadAddon } from '../native.ts';
import { type Checks, callback, checkOptions, duration, flag, internal } from '../options.ts';
import { nowMs } from '../process/clock.ts';
import { onSignal } from '../signals/on-signal.ts';
import { realSystem, requireMainThread, type System } from '../system.ts';
import { requireOwnProc } from '../tree/own-proc.ts';
import { adoptOrphans } from './adoption.ts';
import { watchNodeChildren } from './node-children.ts';
import { schedulePasses } from './passes.ts';
import { type ReapedOrphan, watchZombies } from './zombies.ts';

export interface ReaperOptions {
  /**
   * How long an orphan stays a zombie before it is reaped, in ms: the time that any other owner in this process has to
   * wait for its own child. Default 1000.
   */
  readonly graceMs?: number | undefined;
  /** Called for each orphan once it is reaped. What it throws is an uncaught exception, as in an event listener. */
  readonly onReap?: ((orphan: ReapedOrphan) => void) | undefined;
  /**
   * Called after each piece of work; a pass has one or more, with a turn of the event loop between them. What it throws
   * is an uncaught exception too.
   */
  readonly onSlice?: ((slice: ReaperSlice) => void) | undefined;
  /** Adopt orphans also when this process is not PID 1, until `close()`; see `setSubreaper`. Default true. */
  readonly subreaper?: boolean | undefined;
  /** Aborting it is a `close()`. */
  readonly signal?: AbortSignalLike | undefined;
  /** @internal */
  readonly system?: System | undefined;
}

const checks: Checks<ReaperOptions> = {
  graceMs: duration,
  onReap: callback,
  onSlice: callback,
  subreaper: flag,
  signal: anAbortSignal,
  system: internal,
};

export interface ReaperSlice {
  /** How long this piece held the event loop, in ms: some 1 ms, and what the kernel did meanwhile. */
  readonly durationMs: number;
  readonly reaped: number;
}

export interface Reaper {
  /** How many orphans were reaped so far. */
  readonly reaped: number;
  /** Takes back the listener, the timer and the adoption of orphans. */
  close(): void;
  [Symbol.dispose](): void;
}

/** After this much work the event loop gets its turn. */
const sliceMs = 1;

/**
 * Reaps the orphans that this process adopts, as PID 1 or as a subreaper, and never a child that is somebody's own:
 * not one of `child_process`, of a Worker, or of a native addon such as node-pty that waits for its children within
 * `graceMs`; that is the limit for a Worker too on a kernel without CONFIG_PROC_CHILDREN. It neither keeps the process
 * running nor holds the event loop for more than some 1 ms at a time.
 *
 * `waitpid(-1)`, which is how an init does it, would take the exit of libuv's children for ever, and would abort Node
 * when an exec fails at that moment.
 *
 * Throws `UNSUPPORTED_PLATFORM`, `NATIVE_MISSING`, `NOT_MAIN_THREAD`, or `PROC_UNUSABLE` without a /proc of this PID
 * namespace; and an `OptionError` for an option that is none.
 *
 * @example
 * const reaper = createReaper({ onReap: ({ pid, exitCode }) => log.debug({ pid, exitCode }, 'reaped') });
 */
export function createReaper(options: ReaperOptions = {}): Reaper {
  checkOptions('createReaper', options, checks);
  const { onReap, onSlice, signal, system = realSystem } = options;
  const { subreaper = reaperDefaults.subreaper, graceMs = reaperDefaults.graceMs } = options;
  requireOwnProc('createReaper', system);
  requireMainThread('createReaper', system);
  const addon = loadAddon(system);
  const undoSubreaper = subreaper && system.pid !== 1 ? adoptOrphans(system) : () => {};
  const nodeChildren = watchNodeChildren();
  const zombies = watchZombies(graceMs, nodeChildren, addon, system);
  let reaped = 0;

  let pass = zombies.pass();
  const begin = (): void => {
    pass = zombies.pass();
  };
  const runSlice = (): boolean => {
    const start = nowMs();
    const before = reaped;
    nodeChildren.refresh();
    let step = pass.next();
    for (; !step.done; step = pass.next()) {
      if (step.value !== undefined) {
        reaped++;
        // Each in a tick of its own, so that one that throws does not take the others with it.
        if (onReap !== undefined) process.nextTick(onReap, step.value);
      }
      if (nowMs() - start > sliceMs) break;
    }
    const slice = { durationMs: nowMs() - start, reaped: reaped - before };
    if (onSlice !== undefined) process.nextTick(onSlice, slice);
    return step.done === true;
  };

  const passes = schedulePasses(begin, runSlice, zombies.nextDue);
  const onChild = (): void => passes.soon();
  const unlisten = onSignal('SIGCHLD', onChild);
  passes.soon(); // for the orphans of before

  let forget = (): void => {};
  const close = (): void => {
    forget();
    unlisten();
    passes.close();
    pass.return();
    nodeChildren.close();
    undoSubreaper();
  };
  forget = onAbort(signal, close);
  return {
    get reaped() {
      return reaped;
    },
    close,
    [Symbol.dispose]: close,
  };
}
