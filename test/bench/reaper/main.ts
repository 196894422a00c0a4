import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, loadavg, release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { canIsolate, isolate } from '../../harness/container.ts';
import { fixture, testFolder } from '../../harness/fixture.ts';
import { nodes } from '../../harness/nodes.ts';
import type { Screen } from '../../harness/screen.ts';
import { keep } from '../results.ts';
import { median } from '../statistics.ts';

const orphans = 10_000;
const sliceLimitMs = 10;
const memoryLimit = 2_000_000;
const rounds = 7;

interface Burst {
  /**
   * The longest time for which the event loop did not turn: with nothing to do, and during the burst. In that the kernel
   * hands the orphans over, all at once and under a lock.
   */
  readonly idleMs: number;
  readonly burstMs: number;
  /** The longest of 300 pieces of 1 ms in which the same process only counts: what the machine adds to any piece. */
  readonly countingMs: number;
  readonly slices: number;
  readonly medianSliceMs: number;
  readonly longestSliceMs: number;
  /** Without the time for which the kernel ran something else on the CPU. */
  readonly longestOwnMs: number;
}

/** In bytes. */
interface Memory {
  /** VmRSS: with the pages of the node executable, which every Node process on the machine shares. */
  readonly resident: number;
  /** RssAnon: of the process alone. */
  readonly own: number;
}

/** What a reaper costs the Node process that it runs in, beside the same Node without one. */
export async function benchReaper(show: Screen): Promise<void> {
  if (!canIsolate()) {
    show.claim('this machine lets us make PID namespaces', false);
    return;
  }
  show.heading(`createReaper in a Node that is PID 1, ${orphans} orphans at once, ${rounds} times`);
  const load = loadavg()[0]?.toFixed(1);
  show.say(`  ${cpus()[0]?.model ?? 'CPU'}, Linux ${release()} ${arch()}; load ${load}`);
  const measured = nodes.map(([major, node]) => ({
    major,
    ...measureBursts(node),
    ...added(node),
  }));
  show.table([
    [
      'Node',
      'pieces',
      'median',
      'longest',
      'its own',
      '1 ms of counting',
      'loop, idle',
      'loop, burst',
    ],
    ...measured.map((row) => [
      row.major,
      String(row.slices),
      ms(row.medianSliceMs),
      ms(row.longestSliceMs),
      ms(row.longestOwnMs),
      ms(row.countingMs),
      ms(row.idleMs),
      ms(row.burstMs),
    ]),
  ]);
  show.table([
    ['Node', 'memory added', 'of which its own'],
    ...measured.map(({ major, resident, own }) => [major, megabytes(resident), megabytes(own)]),
  ]);
  const longest = Math.max(...measured.map(({ longestSliceMs }) => longestSliceMs));
  const longestOwn = Math.max(...measured.map(({ longestOwnMs }) => longestOwnMs));
  const most = Math.max(...measured.map(({ resident }) => resident));
  show.claim(
    `no piece of work holds the loop for ${sliceLimitMs} ms: ${ms(longestOwn)}; with the time that others took the CPU in the middle of one, ${ms(longest)}`,
    longestOwn <= sliceLimitMs,
  );
  show.claim(
    `memory over bare Node is at most ${megabytes(memoryLimit)}: ${megabytes(most)}`,
    most <= memoryLimit,
  );
  show.say(`  written to ${keep('reaper', { measured })}`);
}

/** Medians of the medians, and the longest of all rounds of the rest. */
function measureBursts(node: string): Burst {
  const bursts = Array.from(
    { length: rounds },
    (): Burst =>
      JSON.parse(asInit(node, program('burst.mjs'), fixture('orphan-flood'), String(orphans))),
  );
  const of = (key: keyof Burst): number[] => bursts.map((burst) => burst[key]);
  return {
    idleMs: Math.max(...of('idleMs')),
    burstMs: Math.max(...of('burstMs')),
    countingMs: Math.max(...of('countingMs')),
    slices: median(of('slices')),
    medianSliceMs: median(of('medianSliceMs')),
    longestSliceMs: Math.max(...of('longestSliceMs')),
    longestOwnMs: Math.max(...of('longestOwnMs')),
  };
}

/**
 * What a reaper adds to a Node that does nothing else, each after a garbage collection. The package is installed as in an
 * image, each time in a folder of another length: loading any package makes Node's functions for paths so hot that V8
 * optimizes them, which takes 0.7 MB, and in a long path the bare program has done that as well.
 */
function added(node: string): Memory {
  const differences = Array.from({ length: rounds }, (_, round): Memory => {
    const folder = mkdtempSync(join(tmpdir(), 'x'.repeat(1 + 12 * round)));
    try {
      const copy = installed(folder);
      const bare: Memory = JSON.parse(asInit(node, copy));
      const withReaper: Memory = JSON.parse(asInit(node, copy, 'reaper'));
      return { resident: withReaper.resident - bare.resident, own: withReaper.own - bare.own };
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  return {
    resident: median(differences.map(({ resident }) => resident)),
    own: median(differences.map(({ own }) => own)),
  };
}

/** The program beside the package that it imports. */
function installed(folder: string): string {
  const name = '@twenty-init/core';
  const source = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  const target = join(folder, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  for (const part of ['dist', 'prebuilds', 'package.json'])
    cpSync(join(source, part), join(target, part), { recursive: true });
  cpSync(program('memory.mjs'), join(folder, 'memory.mjs'));
  return join(folder, 'memory.mjs');
}

function program(name: string): string {
  return join(testFolder(), 'bench/reaper', name);
}

/** At normal priority. */
function asInit(node: string, path: string, ...args: readonly string[]): string {
  return execFileSync('unshare', [...isolate, node, '--expose-gc', path, ...args], {
    encoding: 'utf8',
  });
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
