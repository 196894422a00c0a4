import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { installed } from '../../../../test/harness/installed.ts';
import { killAll, killTree, signalNumber } from '../../src/index.ts';
import { chain, type FakeProcess, fakeSystem } from '../fake-system.ts';

const tree: readonly FakeProcess[] = [
  { pid: 1, ppid: 0 },
  { pid: 100, ppid: 1 },
  { pid: 200, ppid: 100, sid: 200 },
  { pid: 201, ppid: 200, sid: 200 },
  { pid: 202, ppid: 201, sid: 202 },
  { pid: 300, ppid: 100 },
];
const fresh = (more: readonly FakeProcess[] = []) =>
  fakeSystem([...tree, ...more].map((process) => ({ ...process })));

const hasPs = installed({ ps: 'procps' }, 'tree-kill off Linux');

describe('killTree', () => {
  it('stops the tree, then kills it, leaves first, and nothing beside it', async () => {
    const system = fresh();
    expect(await killTree(200, { system })).toEqual([200, 201, 202]);
    expect(system.sent).toEqual(['200 19', '201 19', '202 19', '202 9', '201 9', '200 9']);
  });

  it('a chain of 20,000 overflows no stack', async () => {
    const system = fakeSystem(chain(20_000));
    expect(await killTree(1000, { system })).toHaveLength(20_000);
    expect(system.processes.size).toBe(0);
  });

  it.each([undefined, 0, -1, 1.5, '200'])('refuses %j, which is no pid', async (pid) => {
    await expect(killTree(pid as number)).rejects.toThrow(`Expected a pid, got ${pid}`);
  });

  it('refuses what is no signal, before it stops anything', async () => {
    const system = fresh();
    await expect(killTree(200, { system, signal: 'TERM' as 'SIGTERM' })).rejects.toThrow(
      RangeError,
    );
    expect(system.sent).toEqual([]);
  });

  it('finds an orphan by the session that the tree opened', async () => {
    const system = fresh([{ pid: 203, ppid: 1, sid: 200 }]);
    expect(await killTree(200, { system })).toContain(203);
  });

  it('does not take a sibling in the same process group for a member', async () => {
    const system = fresh([{ pid: 301, ppid: 100, pgid: 300 }]);
    expect(await killTree(300, { system })).toEqual([300]);
  });

  it('with its own pid means what is below it, and never stops itself', async () => {
    const system = fresh();
    expect(await killTree(100, { system })).toEqual([200, 201, 202, 300]);
    expect(system.sent.filter((line) => line.startsWith('100 '))).toEqual([]);
  });

  it('continues for SIGTERM also what somebody else had stopped', async () => {
    const system = fresh([{ pid: 203, ppid: 200, state: 'T' }]);
    await killTree(200, { signal: 'SIGTERM', system });
    expect(system.sent).toEqual(expect.arrayContaining(['203 15', '203 18', '200 18']));
  });

  it('leaves stopped for SIGUSR1 what somebody else had stopped', async () => {
    const system = fresh([{ pid: 203, ppid: 200, state: 'T' }]);
    await killTree(200, { signal: 'SIGUSR1', system });
    expect(system.sent).toEqual(expect.arrayContaining(['203 10', '200 18']));
    expect(system.sent).not.toContain('203 18');
  });

  it.each([
    ['SIGSTOP', 'T'],
    ['SIGUSR1', 'S'],
  ] as const)('leaves the tree after %s in state %s', async (signal, state) => {
    const system = fresh();
    await killTree(200, { signal, system });
    expect([200, 201, 202].map((pid) => system.processes.get(pid)?.state)).toEqual(
      Array(3).fill(state),
    );
  });

  it.each(['SIGTSTP', 'SIGTTIN', 'SIGTTOU'] as const)(
    'sends no SIGCONT after %s, which that would discard',
    async (signal) => {
      const system = fresh();
      await killTree(200, { signal, system });
      const ofRoot = system.sent.filter((line) => line.startsWith('200 '));
      expect(ofRoot).toEqual(['200 19', '200 18', `200 ${signalNumber(signal)}`]);
    },
  );

  it('lets the tree run on when it cannot look any more', async () => {
    let looks = 0;
    const system = fresh();
    const { pids } = system;
    Object.assign(system, {
      pids: () => {
        if (++looks === 2)
          throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
        return pids();
      },
    });
    await expect(killTree(200, { signal: 'SIGTERM', system })).rejects.toThrow(
      'too many open files',
    );
    expect([200, 201, 202].map((pid) => system.processes.get(pid)?.state)).toEqual(['S', 'S', 'S']);
  });

  it('does not look for long at what it may not stop', async () => {
    let looks = 0;
    const system = fresh([{ pid: 203, ppid: 200, denied: 'EPERM' }]);
    const { pids } = system;
    Object.assign(system, {
      pids: () => {
        looks++;
        return pids();
      },
    });
    await expect(killTree(200, { signal: 'SIGTERM', system })).rejects.toThrow('203');
    expect(looks).toBeLessThan(10);
  });

  it('kills the others when one is not ours to signal, and says which', async () => {
    const system = fresh([{ pid: 203, ppid: 200, denied: 'EPERM' }]);
    await expect(killTree(200, { system })).rejects.toMatchObject({
      code: 'SIGNAL_FAILED',
      message: expect.stringContaining('203'),
    });
    expect(system.processes.has(200)).toBe(false);
  });

  it('is done when there is no such process', async () => {
    expect(await killTree(999, { system: fresh() })).toEqual([]);
  });

  it('says what does not end', async () => {
    const system = fakeSystem([{ pid: 200, ppid: 1 }], { kill: () => {} });
    await expect(killTree(200, { system, timeoutMs: 1 })).rejects.toMatchObject({
      code: 'STILL_RUNNING',
      message: expect.stringContaining('200 (a (b) c)'),
    });
  });

  it.skipIf(!hasPs)('is tree-kill off Linux', async () => {
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    const exited = once(child, 'exit');
    const system = fakeSystem([], { platform: 'darwin' });
    expect(await killTree(child.pid as number, { system })).toEqual([child.pid]);
    expect(await exited).toEqual([null, 'SIGKILL']);
  });
});

describe('killAll', () => {
  it('as PID 1 is one kill(-1)', async () => {
    const system = fakeSystem(tree, { pid: 1, readProc: asPid1 });
    expect(await killAll({ system })).toEqual([100, 200, 201, 202, 300]);
    expect(system.sent).toEqual(['-1 9']);
  });

  it('as PID 1 wakes what is stopped for SIGTERM', async () => {
    const system = fakeSystem(tree, { pid: 1, readProc: asPid1 });
    await killAll({ signal: 'SIGTERM', system });
    expect(system.sent).toEqual(['-1 15', '-1 18']);
  });

  it('as any other process is the tree below it', async () => {
    expect(await killAll({ system: fresh() })).toEqual([200, 201, 202, 300]);
  });

  it('says off Linux that it needs Linux', async () => {
    const system = fakeSystem([], { platform: 'win32' });
    await expect(killAll({ system })).rejects.toMatchObject({ code: 'UNSUPPORTED_PLATFORM' });
  });

  function asPid1(path: string): string {
    return path === 'self/stat' ? '1 (node) R' : fakeSystem(tree).readProc(path);
  }
});
