/**
 * How fast `log.file` copies the output of an app, beside `tee`: the same bytes through a pipe and into a file, in one
 * run, in turns. The boot itself is measured with no output and taken off.
 *
 *   node test/dist/bench/copy.js [MEGABYTES] [ROUNDS]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { twentyInit } from '../harness/image.ts';

const bytes = Number(process.argv[2] ?? 512) * 1024 * 1024;
const rounds = Number(process.argv[3] ?? 5);

const folder = mkdtempSync(join(tmpdir(), 'copy-'));
try {
  const tee = ['tee'];
  const ours = (count: number): readonly string[] => {
    const file = join(folder, `${count}.json`);
    const app = { command: ['head', '-c', String(count), '/dev/zero'] };
    const log = { file: { path: join(folder, 'ours.log'), maxSize: '9G' } };
    writeFileSync(file, JSON.stringify({ log, phases: { 'exec-app': app } }));
    return [pid1Path(), '--', process.execPath, twentyInit, 'run', '-c', file];
  };
  const [boot, full] = [ours(0), ours(bytes)];
  const seconds = { tee: [] as number[], boot: [] as number[], ours: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    seconds.tee.push(timeOf(`head -c ${bytes} /dev/zero | "$@" tee.log | cat > /dev/null`, tee));
    seconds.boot.push(timeOf('"$@" 2>/dev/null | cat > /dev/null', boot));
    seconds.ours.push(timeOf('"$@" 2>/dev/null | cat > /dev/null', full));
  }
  const teeRate = rate(median(seconds.tee));
  const ourRate = rate(median(seconds.ours) - median(seconds.boot));
  print(
    `${bytes / 1024 / 1024} MiB, ${rounds} rounds in turns, medians: tee ${teeRate.toFixed(0)} MiB/s, log.file ${ourRate.toFixed(0)} MiB/s, ratio ${(ourRate / teeRate).toFixed(2)} (at least 0.50 is wanted)\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function timeOf(script: string, argv: readonly string[]): number {
  rmSync(join(folder, 'ours.log'), { force: true });
  rmSync(join(folder, 'tee.log'), { force: true });
  const start = performance.now();
  const { status } = spawnSync('sh', ['-c', script, 'sh', ...argv], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}`);
  return (performance.now() - start) / 1000;
}

function rate(seconds: number): number {
  return bytes / 1024 / 1024 / seconds;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function print(text: string): void {
  writeSync(1, text);
}
