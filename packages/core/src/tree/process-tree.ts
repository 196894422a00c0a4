import { type Checks, checkOptions, internal } from '../options.ts';
import { realSystem, type System } from '../system.ts';
import { requireOwnProc } from './own-proc.ts';
import { byParent, type ProcessStat, readStats } from './stat.ts';

/** A process and what descends from it. */
export interface ProcessTree extends ProcessStat {
  /** Oldest first; zombies too. */
  readonly children: readonly ProcessTree[];
}

export interface ProcessTreeOptions {
  /** @internal */
  readonly system?: System | undefined;
}

const checks: Checks<ProcessTreeOptions> = { system: internal };

/**
 * A process and everything below it, as /proc shows them at this moment; undefined when there is no such process.
 * Throws `UNSUPPORTED_PLATFORM` off Linux, `PROC_UNUSABLE` without a /proc of this PID namespace.
 *
 * @example
 * const zombies = processTree(1)?.children.filter(({ state }) => state === 'Z');
 */
export function processTree(
  pid: number,
  options: ProcessTreeOptions = {},
): ProcessTree | undefined {
  checkOptions('processTree', options, checks);
  const { system = realSystem } = options;
  requireOwnProc('processTree', system);
  const stats = readStats(system);
  const root = stats.find((stat) => stat.pid === pid);
  return root === undefined ? undefined : grow(root, byParent(stats));
}

/** Not recursive: a chain of 20,000 processes would overflow the stack. */
function grow(root: ProcessStat, below: ReadonlyMap<number, readonly ProcessStat[]>): ProcessTree {
  const top: Growing = { ...root, children: [] };
  const left = [top];
  for (let parent = left.pop(); parent !== undefined; parent = left.pop()) {
    const children = (below.get(parent.pid) ?? []).toSorted((a, b) => a.startTime - b.startTime);
    for (const child of children) parent.children.push({ ...child, children: [] });
    for (const child of parent.children) left.push(child);
  }
  return top;
}

interface Growing extends ProcessStat {
  readonly children: Growing[];
}
