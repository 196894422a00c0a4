import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { twentyInit } from '../../harness/image.ts';
import type { Screen } from '../../harness/screen.ts';
import { quietly } from '../quiet.ts';
import { keep } from '../results.ts';
import { median } from '../statistics.ts';

const megabytes = 512;
const bytes = megabytes * 1024 * 1024;
const rounds = 5;
const wanted = 0.5;

/**
 * How fast `log.file` copies the output of an app, beside `tee`: the same bytes through a pipe and into a file, in
 * turns. The boot itself is measured without output and taken off.
 */
export function benchCopy(show: Screen): void {
  show.heading(`log.file beside tee, ${megabytes} MiB`);
  const folder = mkdtempSync(join(tmpdir(), 'copy-'));
  try {
    const [boot, full] = [bootWith(folder, 0), bootWith(folder, bytes)];
    const seconds = { tee: [] as number[], boot: [] as number[], ours: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      const tee = `head -c ${bytes} /dev/zero | tee tee.log | cat > /dev/null`;
      const ours = '"$@" 2>/dev/null | cat > /dev/null';
      seconds.tee.push(timeOf(folder, tee, []));
      seconds.boot.push(timeOf(folder, ours, boot));
      seconds.ours.push(timeOf(folder, ours, full));
    }
    const tee = megabytes / median(seconds.tee);
    const ours = megabytes / (median(seconds.ours) - median(seconds.boot));
    const ratio = ours / tee;
    show.table([
      ['tee', 'log.file', 'ratio'],
      [`${tee.toFixed(0)} MiB/s`, `${ours.toFixed(0)} MiB/s`, ratio.toFixed(2)],
    ]);
    show.claim(`it moves at least ${wanted} of what tee moves`, ratio >= wanted);
    show.say(`  ${keep('copy', { tee, ours, ratio })}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function bootWith(folder: string, count: number): readonly string[] {
  const file = join(folder, `${count}.json`);
  const log = { file: { path: join(folder, 'ours.log'), maxSize: '9G' } };
  const app = { command: ['head', '-c', String(count), '/dev/zero'] };
  writeFileSync(file, JSON.stringify({ log, phases: { 'exec-app': app } }));
  return [pid1Path(), '--', process.execPath, twentyInit, 'run', '-c', file];
}

function timeOf(folder: string, script: string, argv: readonly string[]): number {
  for (const name of ['ours.log', 'tee.log']) rmSync(join(folder, name), { force: true });
  const [program = 'sh', ...args] = [...quietly(), 'sh', '-c', script, 'sh', ...argv];
  const start = performance.now();
  const { status } = spawnSync(program, args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}`);
  return (performance.now() - start) / 1000;
}
