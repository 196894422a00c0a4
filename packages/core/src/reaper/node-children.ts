import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** The children that Node waits for by itself in this thread. */
export interface NodeChildren {
  /** To be called whenever JavaScript has run since the last time. */
  refresh(): void;
  /** Whether it is one that has not ended, as far as Node knows. */
  has(pid: number): boolean;
  close(): void;
}

/**
 * Node publishes each `ChildProcess` on the channel `child_process`, in its constructor and before it has a pid: that
 * of spawn, exec, execFile, fork and cluster. Not those of the synchronous functions, during which no JavaScript of
 * this thread runs, and not those of Workers, which are no children of the main thread.
 */
export function watchNodeChildren(): NodeChildren {
  // Weak: Node itself holds what still runs, and what failed to start leaves no other trace.
  const born = new Set<WeakRef<ChildProcess>>();
  const running = new Map<number, WeakRef<ChildProcess>>();
  const onSpawn = (message: unknown): void => {
    born.add(new WeakRef((message as { process: ChildProcess }).process));
    if (born.size % 256 === 0) refresh(); // no orphan for a long time, but many children
  };

  /** Those that have a pid by now move over; those that have ended go. */
  const refresh = (): void => {
    for (const reference of born) {
      const child = reference.deref();
      if (child?.pid !== undefined) running.set(child.pid, reference);
      if (child?.pid !== undefined || hasEnded(child)) born.delete(reference);
    }
    for (const [pid, reference] of running) if (hasEnded(reference.deref())) running.delete(pid);
  };

  subscribe('child_process', onSpawn);
  return {
    refresh,
    has: (pid) => running.has(pid),
    close: () => {
      unsubscribe('child_process', onSpawn);
    },
  };
}

function hasEnded(child: ChildProcess | undefined): boolean {
  return child === undefined || child.exitCode !== null || child.signalCode !== null;
}
