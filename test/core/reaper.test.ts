import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isolate, runAsInit } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { bun, nodes } from '../harness/nodes.ts';
import { program } from './program.ts';

const inOtherTime = ['unshare', '--time', '--boottime', '100000', '--fork'];
const hasTimeNamespaces = spawnSync('unshare', [...isolate, ...inOtherTime, 'true']).status === 0;

describe.each([...nodes.map(([major, node]) => [`Node ${major}`, node] as const), ...bun])(
  'a reaper in %s as PID 1',
  (_, node) => {
    it('takes no exit from 500 children and (in Node) 50 terminals, while 2,000 orphans a second arrive, and reaps each of those', async () => {
      await using container = await runAsInit([
        node,
        program('no-stolen-status.mjs'),
        fixture('orphan-flood'),
        '2000',
        '12800',
      ]);
      expect(await container.exited, container.stderr()).toBe(0);
      expect(JSON.parse(container.stdout())).toEqual({
        wrong: [],
        duringFlood: true,
        reaped: 12800,
        codes: 0,
        zombies: 0,
      });
    });

    it('goes on reaping when what it calls throws', async () => {
      await using container = await runAsInit([node, program('reaper-hooks.mjs')]);
      expect(await container.exited, container.stderr()).toBe(0);
      expect(JSON.parse(container.stdout())).toEqual({ thrown: ['onSlice', 'onReap'], reaped: 1 });
    });

    it('reports how an orphan ended: codes, signals, real-time ones, core dumps; not that it was stopped', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'core-'));
      try {
        await using container = await runAsInit([node, program('orphan-ends.mjs'), folder]);
        expect(await container.exited, container.stderr()).toBe(0);
        expect(JSON.parse(container.stdout())).toEqual({
          reported: {
            code: { exitCode: 7, coreDumped: false },
            term: { exitCode: 143, signal: 'SIGTERM', coreDumped: false },
            abort: { exitCode: 134, signal: 'SIGABRT', coreDumped: dumpsCore },
            abortWithoutCore: { exitCode: 134, signal: 'SIGABRT', coreDumped: false },
            realTime: { exitCode: 165, signal: 'SIGRTMIN+3', coreDumped: false },
            lastRealTime: { exitCode: 192, signal: 'SIGRTMIN+30', coreDumped: false },
            stopped: { exitCode: 8, coreDumped: false },
          },
          state: 'T',
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  },
);

describe.each(nodes)('a reaper in Node %s', (_, node) => {
  it.skipIf(!hasTimeNamespaces)(
    'reaps in a time namespace, where start times are not those of the machine',
    async () => {
      await using container = await runAsInit([...inOtherTime, node, program('reaper-hooks.mjs')]);
      expect(await container.exited, container.stderr()).toBe(0);
      expect(JSON.parse(container.stdout())).toMatchObject({ reaped: 1 });
    },
  );

  it('loads no part of Node that costs memory: no streams, no worker_threads, no perf_hooks', () => {
    const added: string[] = JSON.parse(
      execFileSync(node, [program('reaper-modules.mjs')], { encoding: 'utf8' }),
    );
    expect(added.filter((name) => name !== 'NativeModule diagnostics_channel')).toEqual([]);
  });
});

/** A machine that pipes core files into a program may have a program that is not there. */
const dumpsCore = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').startsWith('|')
  ? expect.any(Boolean)
  : true;
