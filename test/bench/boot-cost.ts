/**
 * What a boot costs beside bare Node: `run` with a JSON config and three phases of /bin/true, against `node -e 0` and
 * against Node that starts /bin/true three times, all in one run, in turns, by the same Node.
 *
 *   node test/dist/bench/boot-cost.js [ROUNDS]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { twentyInit } from '../harness/image.ts';
import { nodes } from '../harness/nodes.ts';

const rounds = Number(process.argv[2] ?? 31);
const limit = 1.6;

// Their output is read, as that of a phase is.
const threeSpawns = `
  const { spawn } = require('node:child_process');
  const once = () => new Promise((resolve) => {
    const child = spawn('/bin/true', { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    child.stderr.resume();
    child.once('close', resolve);
  });
  once().then(once).then(once);
`;
const config = {
  phases: {
    one: { command: ['/bin/true'] },
    two: { command: ['/bin/true'] },
    three: { command: ['/bin/true'] },
    'exec-app': { command: ['/bin/true'] },
  },
};

const folder = mkdtempSync(join(tmpdir(), 'boot-cost-'));
try {
  const file = join(folder, 'twenty-init.config.json');
  const script = join(folder, 'three-spawns.cjs');
  writeFileSync(file, JSON.stringify(config));
  writeFileSync(script, threeSpawns);
  print(`${rounds} rounds in turns, medians in ms; the limit is ${limit} x bare + three spawns\n`);
  for (const [version, node] of nodes) measure(version, node, file, script);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measure(version: string, node: string, file: string, script: string): void {
  const commands: Readonly<Record<string, readonly string[]>> = {
    bare: [node, '-e', '0'],
    spawning: [node, script],
    loaded: [node, twentyInit, '--version'],
    checked: [node, twentyInit, 'check', '-c', file],
    run: [pid1Path(), '--', node, twentyInit, 'run', '-c', file],
  };
  const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++)
    for (const [name, argv] of Object.entries(commands)) times.get(name)?.push(timeOf(argv));
  const [bare = 0, spawning = 0, loaded = 0, checked = 0, run = 0] = [...times.values()].map(
    median,
  );
  const spawns = spawning - bare;
  const ratio = (run - spawns) / bare;
  print(
    [
      `Node ${version}: run ${shown(run)}, bare ${shown(bare)}, three spawns ${shown(spawns)}`,
      `ratio ${ratio.toFixed(2)} (${ratio <= limit ? 'within' : 'over'} ${limit})`,
      `of it: loading ${shown(loaded - bare)}, config and preflight ${shown(checked - loaded)}, phases and becoming the app ${shown(run - checked)}\n`,
    ].join('; '),
  );
}

function timeOf([program = '', ...args]: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync(program, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function shown(ms: number): string {
  return ms.toFixed(1);
}

function print(text: string): void {
  writeSync(1, text);
}
