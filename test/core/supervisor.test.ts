import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runAsInit, runAsSubreaper } from '../harness/container.ts';
import { readProcess } from '../harness/proc.ts';
import { until } from '../harness/wait.ts';
import { program } from './program.ts';

const host = (...args: readonly string[]): string[] => [
  process.execPath,
  program('host.mjs'),
  ...args,
];
const gone = (pid: number): boolean => (readProcess(pid)?.state ?? 'Z') === 'Z';

describe('the processes of a supervisor', () => {
  it.each([
    ['exit', 3],
    ['throw', 1],
    ['signal', 152],
  ] as const)('end with a host that ends by %s', async (way, exitCode) => {
    await using container = await runAsSubreaper(host(way));
    const [, pids = '[]'] = await container.seen(/^(\[.*\])$/m);
    expect(await container.exited).toBe(exitCode);
    for (const pid of JSON.parse(pids)) await until(`the end of ${pid}`, () => gone(pid));
  });

  it('end with a host that ends while they are started', async () => {
    await using container = await runAsSubreaper([process.execPath, program('host-early.mjs')]);
    expect(await container.exited, container.stderr()).toBe(3);
    const pid = Number(/\[(\d+)\]/.exec(container.stdout())?.[1]);
    await until(`the end of ${pid}`, () => gone(pid));
  });

  it('end with a host, and what one of them has left in its group', async () => {
    await using container = await runAsSubreaper([process.execPath, program('host-left.mjs')]);
    const [, pid] = await container.seen(/\[(\d+)\]/);
    await container.seen(/ended/);
    container.kill('SIGXCPU');
    expect(await container.exited).toBe(152);
    await until(`the end of ${pid}`, () => gone(Number(pid)));
  });

  it('end with a host that gets SIGKILL, where parentDeath asks for it', async () => {
    await using container = await runAsSubreaper(host('wait', 'SIGKILL'));
    const [, pids = '[]'] = await container.seen(/^(\[.*\])$/m);
    container.kill('SIGKILL');
    expect(await container.exited).toBe(137);
    for (const pid of JSON.parse(pids)) await until(`the end of ${pid}`, () => gone(pid));
  });
});

describe('hooks that throw', () => {
  it('are uncaught exceptions, and leave nothing behind', async () => {
    const argv = [process.execPath, program('supervisor-hooks.mjs')];
    await using container = await runAsSubreaper(argv);
    expect(await container.exited, container.stderr()).toBe(0);
    expect(JSON.parse(container.stdout())).toEqual({
      thrown: ['started', 'ready', 'stopping', 'ended', 'stopped', 'running'],
      exitCode: 143,
      child: 137,
    });
  });
});

describe('a signal that nobody listens for, as PID 1', () => {
  it('ends a host with a supervisor, by 128+n', async () => {
    await using container = await runAsInit(host('signal'));
    expect(await container.exited).toBe(152);
  });

  it('leaves a host with nothing but signal-exit running, and deaf', async () => {
    await using container = await runAsInit([process.execPath, program('signal-exit.mjs')]);
    await container.seen(/ready/);
    container.kill('SIGTERM');
    await container.seen(/onExit SIGTERM/);
    // Its handler is gone, and the kernel ignores the default action of PID 1.
    await until('the end of its listener', () => {
      const caught = /^SigCgt:\s*(\w+)$/m.exec(
        readFileSync(`/proc/${container.init}/status`, 'utf8'),
      );
      return (BigInt(`0x${caught?.[1]}`) & (1n << 14n)) === 0n;
    });
    container.kill('SIGTERM');
    expect(readProcess(container.init)?.state).not.toBe('Z');
  });
});
