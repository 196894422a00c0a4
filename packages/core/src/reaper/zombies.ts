import type { Addon } from '../native.ts';
import { nowMs } from '../process/clock.ts';
import { type ExitStatus, waitStatus } from '../process/exit-status.ts';
import type { System } from '../system.ts';
import { readStat } from '../tree/stat.ts';
import { childrenOfThread } from './children.ts';
import type { NodeChildren } from './node-children.ts';

/** `signal` can be a real-time one, as `SIGRTMIN+3`. */
export interface ReapedOrphan extends ExitStatus {
  readonly pid: number;
  readonly coreDumped: boolean;
}

/** The zombies that were seen and may yet be waited for by their owner. */
export interface Zombies {
  /**
   * Reaps those that were first seen `graceMs` ago or earlier, and looks for new ones. Can be left after each yield
   * and be taken up again later.
   */
  pass(): Generator<ReapedOrphan | undefined, void, undefined>;
  /** When the next pass is needed without a SIGCHLD, on the clock of `nowMs()`. */
  nextDue(): number | undefined;
}

interface Seen {
  readonly atMs: number;
  /** As {@link Addon.bootTicks}: who has the same pid and started later is another process. */
  readonly atTicks: number;
}

export function watchZombies(
  graceMs: number,
  nodeChildren: NodeChildren,
  addon: Pick<Addon, 'bootTicks' | 'isZombie' | 'waitpid'>,
  system: System,
): Zombies {
  /** A map keeps the order in which they were seen: the first is the next to be reaped. */
  const zombies = new Map<number, Seen>();
  /** For what no SIGCHLD will tell of. */
  let lookAgainAtMs: number | undefined;

  const reap = (pid: number, { atTicks }: Seen): ReapedOrphan | undefined => {
    const stat = readStat(pid, system);
    zombies.delete(pid);
    const isSame = stat?.state === 'Z' && stat.startTime <= atTicks;
    if (nodeChildren.has(pid) || !isSame) return undefined;
    const status = addon.waitpid(pid);
    return status < 0 ? undefined : { pid, ...waitStatus(status) };
  };

  const look = (pid: number): void => {
    if (zombies.has(pid) || nodeChildren.has(pid)) return;
    const atTicks = addon.bootTicks(); // before the look: a pid that comes back must be later
    if (addon.isZombie(pid) === 1) zombies.set(pid, { atMs: nowMs(), atTicks });
  };

  function* reapDue(): Generator<ReapedOrphan | undefined, void, undefined> {
    for (const [pid, seen] of zombies) {
      if (nowMs() - seen.atMs < graceMs) break;
      yield reap(pid, seen);
    }
  }

  /** Returns in how many pieces the list came. */
  function* lookAtAll(): Generator<undefined, number, undefined> {
    let pieces = 0;
    for (const pids of childrenOfThread(system)) {
      pieces++;
      yield undefined;
      for (const pid of pids) {
        look(pid);
        yield undefined;
      }
    }
    return pieces;
  }

  return {
    pass: function* () {
      try {
        yield* reapDue();
        const pieces = yield* lookAtAll();
        // The kernel gives a long list by position: what ends between two pieces makes it skip one.
        lookAgainAtMs = pieces > 1 ? nowMs() + graceMs : undefined;
      } catch {
        // /proc could not be read. For lack of descriptors or memory, which passes.
        lookAgainAtMs = nowMs() + graceMs;
      }
    },
    nextDue: () => {
      const [first] = zombies.values();
      return first === undefined ? lookAgainAtMs : first.atMs + graceMs;
    },
  };
}
