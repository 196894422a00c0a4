import type { System } from '../system.ts';
import { byParent, type ProcessStat, readStats } from './stat.ts';

/** A tree that is looked at again and again while it changes. */
export interface TreeWalk {
  /** Those that are there now, parents first. One that was seen once stays, also when its parent has ended. */
  look(): ProcessStat[];
}

/**
 * The tree below a root, the root included, this process never.
 *
 * A process whose parent ended before anybody looked has another parent now. If the tree had opened a session before,
 * its session still tells: no process can enter one from outside. A process group does not, because a shell puts
 * siblings into one.
 */
export function walkTree(root: number, system: System): TreeWalk {
  const known = new Map<number, ProcessStat>();
  const sessions = new Set<number>();
  return {
    look: () => {
      const stats = readStats(system).filter(({ pid }) => pid !== system.pid);
      const children = byParent(stats);
      const isKnown = ({ pid, startTime }: ProcessStat): boolean =>
        known.get(pid)?.startTime === startTime;
      // By number, the root is only good for the first look: its pid may come back.
      const isRoot = ({ pid }: ProcessStat): boolean => known.size === 0 && pid === root;

      const members = new Set<ProcessStat>();
      // Not recursive: a chain of 20,000 processes is one of the things that have to be killed.
      const addTree = (top: ProcessStat): void => {
        const left = [top];
        for (let stat = left.pop(); stat !== undefined; stat = left.pop()) {
          if (members.has(stat)) continue;
          members.add(stat);
          known.set(stat.pid, stat);
          if (stat.sid === stat.pid) sessions.add(stat.sid);
          left.push(...(children.get(stat.pid) ?? []).toReversed());
        }
      };
      if (root === system.pid) for (const child of children.get(root) ?? []) addTree(child);
      for (const stat of stats) if (isRoot(stat) || isKnown(stat)) addTree(stat);
      for (const stat of stats) if (sessions.has(stat.sid)) addTree(stat);
      return [...members];
    },
  };
}
