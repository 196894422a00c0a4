import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAsInit } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { image } from '../harness/image.ts';

const native = join(
  dirname(createRequire(import.meta.url).resolve('@twenty-init/core/package.json')),
  'native',
);
const folder = mkdtempSync(join(tmpdir(), 'zombies-'));
/** It looks every 100 ms in place of every 10 s. */
const pid1 = join(folder, 'pid1');

beforeAll(() => {
  const source = readFileSync(join(native, 'pid1.c'), 'utf8');
  const faster = source.replace('ZOMBIE_INTERVAL_MS = 10000', 'ZOMBIE_INTERVAL_MS = 100');
  expect(faster).not.toBe(source);
  writeFileSync(join(folder, 'pid1.c'), faster);
  const flags = ['-DHOSTED', '-DVERSION="0"', `-I${native}`];
  execFileSync('cc', [...flags, '-o', pid1, join(folder, 'pid1.c')]);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('--zombies', () => {
  it('tells of each parent once, also when another one was forgotten meanwhile', async () => {
    // What a shell starts is inherited by the program that it becomes, which knows nothing of it.
    const neglect = 'sleep 0.01 & sleep 0.01 & exec sleep';
    using app = image({ 'neglect.sh': `#!/bin/sh\n${neglect} $1\n` });
    const first = './neglect.sh 1001 & ./neglect.sh 1002 &';
    const later = 'until [ -e later ]; do sleep 0.01; done; ./neglect.sh 1003 & ./neglect.sh 1004';
    await using container = await runAsInit([pid1, '-z', '--', 'sh', '-c', `${first} ${later}`], {
      cwd: app.root,
    });
    await container.seen(/(does not reap[\s\S]*){2}/);
    const gone = container.processes().find(({ argv }) => argv[1] === '1001');
    process.kill(gone?.pid ?? 0, 'SIGKILL');
    // What is told of next comes at least two looks later.
    writeFileSync(app.path('later'), '');
    await container.seen(/(does not reap[\s\S]*){4}/);
    const told = [...container.stderr().matchAll(/pid (\d+) \(\S+\) does not reap/g)].map(
      ([, pid]) => pid,
    );
    expect(new Set(told).size).toBe(told.length);
  });

  it('does not tell again of a parent that reaps now and then', async () => {
    await using container = await runAsInit([pid1, '-z', '--', fixture('now-and-then')]);
    await container.seen(/done/);
    expect(container.stderr().match(/does not reap/g)).toHaveLength(1);
  });
});
