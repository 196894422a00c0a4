import { realSystem, type System } from '../system.ts';
import { requireOwnProc } from './own-proc.ts';
import { byParent, type ProcessStat, readStats } from './stat.ts';

/** A process and what descends from it. */
export interface ProcessTree extends ProcessStat {
  /** Oldest first; zombies too. */
  readonly children: readonly ProcessTree[];
}

export interface ProcessTreeOptions {
  readonly system?: System;
}

/**
 * A process and everything below it, as /proc shows them at this moment; undefined when there is no such process.
 * Throws `UNSUPPORTED_PLATFORM` off Linux, `PROC_UNUSABLE` without a /proc of this PID namespace.
 *
 * @example
 * const zombies = processTree(1)?.children.filter(({ state }) => state === 'Z');
 */
export function processTree(
  pid: number,
  { system = realSystem }: ProcessTreeOptions = {},
): ProcessTree | undefined {
  requireOwnProc('processTree', system);
  const stats = readStats(system);
  const root = stats.find((stat) => stat.pid === pid);
  return root === undefined ? undefined : grow(root, byParent(stats));
}

function grow(stat: ProcessStat, children: Map<number, ProcessStat[]>): ProcessTree {
  const below = (children.get(stat.pid) ?? []).sort((a, b) => a.startTime - b.startTime);
  return { ...stat, children: below.map((child) => grow(child, children)) };
}
