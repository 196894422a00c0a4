import { type ExitStatus, waitStatus } from '../exit-status.ts';
import type { Addon } from '../native.ts';
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
  /** When the next pass is needed without a SIGCHLD, on the clock of `performance.now()`. */
  nextDue(): number | undefined;
}

interface Seen {
  readonly atMs: number;
  /** Another one with the same pid is another process. */
  readonly startTime: number;
}

export function watchZombies(
  graceMs: number,
  nodeChildren: NodeChildren,
  addon: Pick<Addon, 'isZombie' | 'waitpid'>,
  system: System,
): Zombies {
  /** A map keeps the order in which they were seen: the first is the next to be reaped. */
  const zombies = new Map<number, Seen>();
  /** For what no SIGCHLD will tell of. */
  let lookAgainAtMs: number | undefined;

  const startTimeOf = (pid: number): number | undefined => {
    const stat = readStat(pid, system);
    return stat?.state === 'Z' ? stat.startTime : undefined;
  };

  const reap = (pid: number, { startTime }: Seen): ReapedOrphan | undefined => {
    const isSame = startTimeOf(pid) === startTime;
    zombies.delete(pid);
    if (nodeChildren.has(pid) || !isSame) return undefined;
    const status = addon.waitpid(pid);
    return status < 0 ? undefined : { pid, ...waitStatus(status) };
  };

  const look = (pid: number): void => {
    // One system call for each child that is still running; a file of /proc for zombies only.
    if (zombies.has(pid) || nodeChildren.has(pid) || addon.isZombie(pid) !== 1) return;
    const startTime = startTimeOf(pid);
    if (startTime !== undefined) zombies.set(pid, { atMs: performance.now(), startTime });
  };

  function* reapDue(): Generator<ReapedOrphan | undefined, void, undefined> {
    for (const [pid, seen] of zombies) {
      if (performance.now() - seen.atMs < graceMs) break;
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
        lookAgainAtMs = pieces > 1 ? performance.now() + graceMs : undefined;
      } catch {
        // /proc could not be read. For lack of descriptors or memory, which passes.
        lookAgainAtMs = performance.now() + graceMs;
      }
    },
    nextDue: () => {
      const [first] = zombies.values();
      return first === undefined ? lookAgainAtMs : first.atMs + graceMs;
    },
  };
}
