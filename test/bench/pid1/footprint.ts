import { readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Container, runAsInit } from '../../harness/container.ts';
import { until } from '../../harness/wait.ts';
import type { Init } from './inits.ts';

/** What an init costs while its program runs and nothing happens. */
export interface Footprint {
  readonly sizeBytes: number;
  /** As `smaps_rollup` counts it. */
  readonly rssBytes: number;
  /** Context switches of its own will in {@link idleMs}. */
  readonly wakeUps: number;
  /** Whether it has a heap, or has mapped memory while it forwarded a signal and reaped orphans. */
  readonly heap: boolean;
}

export const idleMs = 10_000;

// At each SIGUSR1 it leaves two orphans behind.
const program = `trap 'sh -c "sleep 0.1 & sleep 0.1 &"; echo forwarded' USR1
echo ready
while :; do sleep 1000 & wait $!; done`;

/** All inits at once: they are idle. */
export function measureFootprints(
  inits: readonly Init[],
): Promise<readonly (readonly [string, Footprint])[]> {
  return Promise.all(inits.map(async (init) => [init.name, await measureFootprint(init)] as const));
}

async function measureFootprint(init: Init): Promise<Footprint> {
  await using container = await runAsInit([init.path, '--', 'sh', '-c', program]);
  await container.seen(/ready/);
  await settled(container);
  const before = mappings(container.init);
  const switches = wakeUps(container.init);
  await delay(idleMs);
  const idle = wakeUps(container.init) - switches;
  container.kill('SIGUSR1');
  await container.seen(/forwarded/);
  await until('the orphans to be reaped', () =>
    container.processes().every(({ state, argv }) => state !== 'Z' && argv[1] !== '0.1'),
  );
  return {
    sizeBytes: statSync(init.path).size,
    rssBytes: Number(/^Rss: +(\d+)/m.exec(proc(container.init, 'smaps_rollup'))?.[1]) * 1024,
    wakeUps: idle,
    heap: /\[heap\]/.test(before) || mappings(container.init) !== before,
  };
}

/** It waits for its first signal. */
function settled({ init }: Container): Promise<unknown> {
  return until('an init that sleeps', () => /^State:\tS/m.test(proc(init, 'status')));
}

function wakeUps(pid: number): number {
  return Number(/^voluntary_ctxt_switches:\t(\d+)/m.exec(proc(pid, 'status'))?.[1]);
}

function mappings(pid: number): string {
  return proc(pid, 'maps');
}

function proc(pid: number, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8');
}
