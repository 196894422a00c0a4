import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { runAsInit, runAsSubreaper } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { image } from '../harness/image.ts';
import { installed } from '../harness/installed.ts';
import { statusOf } from '../harness/proc.ts';
import { outcome } from '../harness/run.ts';
import { until } from '../harness/wait.ts';

const pid1 = pid1Path();
const places = [
  ['as PID 1', runAsInit],
  ['as subreaper', runAsSubreaper],
] as const;

it('x64: at most 32 KB', () => {
  const x64 = join(dirname(dirname(pid1)), 'linux-x64', 'pid1');
  if (process.arch === 'x64' || existsSync(x64))
    expect(statSync(x64).size).toBeLessThanOrEqual(32 * 1024);
});

describe.each(places)('%s', (_, run) => {
  it.each([
    [[]],
    [['--grace', '10s', '--group', '--expect', 'forwarded', '--rewrite', 'HUP:TERM', '-z', '-w']],
  ])('%j: at most 64 KB resident, after signals and orphans too', async (options) => {
    const script = `trap 'echo got' USR1; "$0" 2 50 7; echo ready; while :; do sleep 0.01; done`;
    const program = ['sh', '-c', script, fixture('orphans')];
    await using container = await run([pid1, ...options, '--', ...program]);
    await container.seen(/ready/);
    container.kill('SIGUSR1');
    await container.seen(/got/);
    const rollup = readFileSync(`/proc/${container.init}/smaps_rollup`, 'utf8');
    expect(Number(/^Rss: +(\d+) kB/m.exec(rollup)?.[1])).toBeLessThanOrEqual(64);
  });

  it.each([[[]], [['--grace', '10s', '--group', '--rewrite', 'HUP:TERM', '--delay', 'TERM=5s']]])(
    '%j: not one wake-up while nothing happens',
    async (options) => {
      const program = ['sh', '-c', 'echo ready; exec sleep 1000'];
      await using container = await run([pid1, ...options, '--', ...program]);
      await container.seen(/ready/);
      const wakeUps = (): string =>
        `${statusOf(container.init, 'voluntary_ctxt_switches')} ${statusOf(container.init, 'nonvoluntary_ctxt_switches')}`;
      await until('pid1 to sleep', () => statusOf(container.init, 'State')?.startsWith('S'));
      const before = wakeUps();
      // What is watched is that nothing happens. The benchmark looks for 10 s.
      await delay(2000);
      expect(wakeUps()).toBe(before);
    },
  );
});

const strace = installed({ strace: 'strace' }, 'no heap');

it.skipIf(!strace)('maps no memory, from its start to its end', async () => {
  using app = image({ 'folder/': '' });
  const log = app.path('calls');
  const script = 'kill -USR1 $PPID; "$0" 2 50 9; exit 5';
  const result = await outcome([
    ...['strace', '-qq', '-o', log, '-e', 'trace=%memory', '--'],
    ...[pid1, '--grace', '10s', '-v', '--', 'sh', '-c', `trap '' USR1; ${script}`],
    fixture('orphans'),
  ]);
  expect(result.code).toBe(5);
  expect(readFileSync(log, 'utf8')).not.toMatch(/^(brk|mmap|mremap)/m);
});
