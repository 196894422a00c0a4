import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { twentyInit } from '../../harness/image.ts';
import { nodes } from '../../harness/nodes.ts';
import { packageCopy } from '../../harness/package-copy.ts';
import type { Screen } from '../../harness/screen.ts';
import { quietly } from '../quiet.ts';
import { keep } from '../results.ts';
import { median } from '../statistics.ts';

const rounds = 25;
const limit = 1.6;
/** On Node 20 the start of Node itself is most of it; the claim is about those after it. */
const claimedFrom = 22;

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
const phase = { command: ['/bin/true'] };
const config = { phases: { one: phase, two: phase, three: phase, 'exec-app': phase } };

/**
 * What a boot costs beside bare Node: `run` with a JSON config and three phases of /bin/true, against `node -e 0` and
 * against Node that starts /bin/true three times, all in turns, by the same Node. As an image has it, after
 * `twenty-init install`; what the same takes without that stands beside it.
 */
export function benchBootCost(show: Screen): void {
  show.heading('A boot of three phases of /bin/true, beside bare Node');
  show.say(
    `  medians of ${rounds} rounds in turns, in ms; the limit is ${limit} × bare + three spawns`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'boot-cost-'));
  try {
    const file = join(folder, 'twenty-init.config.json');
    const script = join(folder, 'three-spawns.cjs');
    writeFileSync(file, JSON.stringify(config));
    writeFileSync(script, threeSpawns);
    const measured = nodes.map(([major, node]) => ({
      major,
      ...measure(node, file, script, installed(join(folder, major), node)),
    }));
    show.table([
      [
        'Node',
        'run',
        'bare',
        'three spawns',
        'limit',
        'ratio',
        'loading',
        'the rest',
        'not installed',
        'ratio',
      ],
      ...measured.map((row) => [
        row.major,
        ...[row.run, row.bare, row.spawns, limit * row.bare + row.spawns].map(ms),
        row.ratio.toFixed(2),
        ...[row.loading, row.rest, row.plainRun].map(ms),
        row.plainRatio.toFixed(2),
      ]),
    ]);
    for (const { major, ratio } of measured)
      if (Number(major) >= claimedFrom)
        show.claim(
          `on Node ${major} a boot takes ${ratio.toFixed(2)} × bare Node and three spawns, at most ${limit}`,
          ratio <= limit,
        );
    show.say(`  ${keep('boot-cost', { measured })}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A copy of the package in which `twenty-init install` was run by that Node; the path of its bin. */
function installed(folder: string, node: string): string {
  const bin = packageCopy(folder);
  timeOf([node, bin, 'install', join(folder, 'sbin')]);
  return bin;
}

interface Measured {
  readonly run: number;
  readonly bare: number;
  readonly spawns: number;
  /** Of what is left of `run` without the spawns, to bare Node. */
  readonly ratio: number;
  /** What `run` is made of, beside bare Node and the spawns. */
  readonly loading: number;
  readonly rest: number;
  readonly plainRun: number;
  readonly plainRatio: number;
}

function measure(node: string, file: string, script: string, bin: string): Measured {
  const prefix = quietly();
  const commands = {
    bare: [node, '-e', '0'],
    spawning: [node, script],
    loaded: [node, bin, '--version'],
    run: [pid1Path(), '--', node, bin, 'run', '-c', file],
    plainRun: [pid1Path(), '--', node, twentyInit, 'run', '-c', file],
  };
  const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++)
    for (const [name, argv] of Object.entries(commands))
      times.get(name)?.push(timeOf([...prefix, ...argv]));
  const of = (name: keyof typeof commands): number => median(times.get(name) ?? []);
  const [bare, spawns] = [of('bare'), of('spawning') - of('bare')];
  const loading = of('loaded') - bare;
  return {
    run: of('run'),
    bare,
    spawns,
    ratio: (of('run') - spawns) / bare,
    loading,
    rest: of('run') - bare - spawns - loading,
    plainRun: of('plainRun'),
    plainRatio: (of('plainRun') - spawns) / bare,
  };
}

function ms(value: number): string {
  return value.toFixed(1);
}

function timeOf([program = '', ...args]: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync(program, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
  return performance.now() - start;
}
