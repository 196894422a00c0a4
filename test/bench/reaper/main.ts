import { execFileSync, spawnSync } from 'node:child_process';
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
const burstRuns = 5;
const memoryRuns = 7;

/** What else runs on the machine must not count as time in which the reaper held the loop. */
const realTime =
  spawnSync('chrt', ['--fifo', '10', 'true']).status === 0 ? ['chrt', '--fifo', '10'] : [];

interface Burst {
  /** The longest time for which the event loop did not turn: with nothing to do, and during the burst. */
  readonly idleMs: number;
  readonly burstMs: number;
  readonly slices: number;
  readonly medianSliceMs: number;
  readonly worstSliceMs: number;
}

interface Memory {
  /** Of the process alone. */
  readonly ownMiB: number;
  /** With the pages of the node executable that it shares with every other Node process. */
  readonly residentMiB: number;
}

/** What a reaper costs the Node process that it runs in, beside the same Node without one. */
export async function benchReaper(show: Screen): Promise<void> {
  if (!canIsolate()) {
    show.claim('this machine lets us make PID namespaces', false);
    return;
  }
  show.heading(`createReaper in a Node that is PID 1, ${orphans} orphans at once`);
  show.say(
    `  ${cpus()[0]?.model ?? 'CPU'}, Linux ${release()} ${arch()}${realTime.length > 0 ? '; with real-time priority' : ''}`,
  );
  const measured = nodes.map(([major, node]) => ({
    major,
    ...burst(node),
    ...memory(node),
  }));
  show.table([
    [
      'Node',
      'pieces',
      'median',
      'longest',
      'loop, idle',
      'loop, burst',
      'memory',
      'with shared pages',
    ],
    ...measured.map((row) => [
      row.major,
      String(row.slices),
      ms(row.medianSliceMs),
      ms(row.worstSliceMs),
      ms(row.idleMs),
      ms(row.burstMs),
      `${row.ownMiB.toFixed(2)} MiB`,
      `${row.residentMiB.toFixed(2)} MiB`,
    ]),
  ]);
  const worst = Math.max(...measured.map(({ worstSliceMs }) => worstSliceMs));
  const most = Math.max(...measured.map(({ ownMiB }) => ownMiB));
  show.claim(
    `no piece of work holds the loop for ${sliceLimitMs} ms: ${ms(worst)}`,
    worst <= sliceLimitMs,
  );
  show.claim(
    `memory of its own over bare Node is at most ${memoryLimitMiB} MB: ${most.toFixed(2)} MiB`,
    most <= memoryLimitMiB,
  );
  show.say(`  written to ${keep('reaper', { measured })}`);
}

/** The burst whose longest piece is the median one. */
function burst(node: string): Burst {
  const bursts = Array.from(
    { length: burstRuns },
    (): Burst => JSON.parse(asInit(node, fixture('orphan-flood'), String(orphans))),
  );
  bursts.sort((a, b) => a.worstSliceMs - b.worstSliceMs);
  return bursts[Math.floor(burstRuns / 2)] as Burst;
}

/** What a reaper adds to a Node that does nothing else, after a garbage collection. */
function memory(node: string): Memory {
  const rounds = Array.from({ length: memoryRuns }, () => {
    const [without, withReaper] = ['0', '1'].map(
      (reaper): { ownKib: number; residentKib: number } =>
        JSON.parse(asInit(node, 'memory', reaper)),
    );
    const added = (key: 'ownKib' | 'residentKib'): number =>
      ((withReaper?.[key] ?? 0) - (without?.[key] ?? 0)) / 1024;
    return { ownMiB: added('ownKib'), residentMiB: added('residentKib') };
  });
  return {
    ownMiB: median(rounds.map(({ ownMiB }) => ownMiB)),
    residentMiB: median(rounds.map(({ residentMiB }) => residentMiB)),
  };
}

function asInit(node: string, ...args: readonly string[]): string {
  const program = join(testFolder(), 'bench/reaper/burst.mjs');
  return execFileSync('unshare', [...isolate, ...realTime, node, '--expose-gc', program, ...args], {
    encoding: 'utf8',
  });
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}
