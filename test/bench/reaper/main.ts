import { execFileSync } from 'node:child_process';
import { arch, cpus, release } from 'node:os';
import { join } from 'node:path';
import { canIsolate, isolate } from '../../harness/container.ts';
import { fixture, testFolder } from '../../harness/fixture.ts';
import { nodes } from '../../harness/nodes.ts';
import type { Screen } from '../../harness/screen.ts';
import { keep } from '../results.ts';
import { median } from '../statistics.ts';

const orphans = 10_000;
const sliceLimitMs = 10;
const memoryLimitMiB = 2;
const memoryRuns = 7;

interface Burst {
  /** The longest time for which the event loop did not turn: with nothing to do, and during the burst. */
  readonly idleMs: number;
  readonly burstMs: number;
  readonly slices: number;
  readonly medianSliceMs: number;
  readonly worstSliceMs: number;
}

/** What a reaper costs the Node process that it runs in, beside the same Node without one. */
export async function benchReaper(show: Screen): Promise<void> {
  if (!canIsolate()) {
    show.claim('this machine lets us make PID namespaces', false);
    return;
  }
  show.heading(`createReaper in a Node that is PID 1, ${orphans} orphans at once`);
  show.say(`  ${cpus()[0]?.model ?? 'CPU'}, Linux ${release()} ${arch()}`);
  const measured = nodes.map(([major, node]) => ({
    major,
    ...burst(node),
    memoryMiB: memory(node),
  }));
  show.table([
    ['Node', 'pieces', 'median', 'longest', 'loop, idle', 'loop, burst', 'memory'],
    ...measured.map((row) => [
      row.major,
      String(row.slices),
      ms(row.medianSliceMs),
      ms(row.worstSliceMs),
      ms(row.idleMs),
      ms(row.burstMs),
      `${row.memoryMiB.toFixed(2)} MiB`,
    ]),
  ]);
  const worst = Math.max(...measured.map(({ worstSliceMs }) => worstSliceMs));
  const most = Math.max(...measured.map(({ memoryMiB }) => memoryMiB));
  show.claim(
    `no piece of work holds the loop for ${sliceLimitMs} ms: ${ms(worst)}`,
    worst <= sliceLimitMs,
  );
  show.claim(
    `memory over bare Node is at most ${memoryLimitMiB} MB: ${most.toFixed(2)} MiB`,
    most <= memoryLimitMiB,
  );
  show.say(`  written to ${keep('reaper', { measured })}`);
}

function burst(node: string): Burst {
  return JSON.parse(asInit(node, fixture('orphan-flood'), String(orphans)));
}

/** What a reaper adds to the resident memory of a Node that does nothing else, after a garbage collection. */
function memory(node: string): number {
  const rounds = Array.from({ length: memoryRuns }, () => {
    const [without, withReaper] = ['0', '1'].map(
      (reaper): number => JSON.parse(asInit(node, 'memory', reaper)).rss,
    );
    return ((withReaper ?? 0) - (without ?? 0)) / 2 ** 20;
  });
  return median(rounds);
}

function asInit(node: string, ...args: readonly string[]): string {
  const program = join(testFolder(), 'bench/reaper/burst.mjs');
  return execFileSync('unshare', [...isolate, node, '--expose-gc', program, ...args], {
    encoding: 'utf8',
  });
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}
