import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { runAsInit, runAsSubreaper } from '../harness/container.ts';
import { nodes } from '../harness/nodes.ts';
import { freePort } from '../harness/ports.ts';
import { until } from '../harness/wait.ts';
import { program } from './program.ts';

const cwd = dirname(program('app.mjs'));
const preload = ['--import', '@twenty-init/core/pid1'];

describe.each(nodes)('node --import @twenty-init/core/pid1, Node %s', (_, node) => {
  it('makes PID 1 pid1, of some KB, and the app its child, with the same arguments', async () => {
    const args = ['', 'a b', '--x=ü'];
    await using container = await runAsInit([node, ...preload, 'app.mjs', ...args], { cwd });
    const [, said = ''] = await container.seen(/^(\{.*\})$/m);
    const [init, app] = container.processes();
    expect(JSON.parse(said)).toEqual({ args, pid: app?.innerPid, inWorker: true });
    expect(init?.argv[0]).toBe(pid1Path());
    expect(app?.argv).toEqual([node, ...preload, 'app.mjs', ...args]);
    const rss = /^Rss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${init?.pid}/smaps_rollup`, 'utf8'));
    expect(Number(rss?.[1])).toBeLessThan(100);
    await until('the end of the orphan', () => container.processes().length === 2);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(7);
  });

  it.each([
    ['--title=web', ['--title=web'], ''],
    ['a title of the name that it has', [`--title=${node}`], ''],
    ['a title from NODE_OPTIONS', [], '--title=web'],
    ['a title from another preload', ['--import', './set-title.mjs'], ''],
  ])('runs the program under %s', async (_, options, more) => {
    const env = { ...process.env, NODE_OPTIONS: more };
    const argv = [node, ...options, ...preload, 'exit-with.mjs', '7', ''];
    await using container = await runAsInit(argv, { cwd, env });
    expect(await container.exited, container.stderr()).toBe(7);
    expect(JSON.parse(container.stdout())).toEqual(['7', '']);
  });

  it.each([[['-']], [[]]])('says that it cannot run a program on stdin (%j)', async (args) => {
    const argv = ['sh', '-c', 'exec "$@" < exit-with.mjs', 'sh', node, ...preload, ...args];
    await using container = await runAsInit(argv, { cwd });
    expect(await container.exited).toBe(1);
    expect(container.stdout()).toBe('');
    expect(container.stderr()).toContain('comes on stdin');
  });

  it('lets the app have the port of the inspector', async () => {
    const env = { ...process.env, NODE_OPTIONS: `--inspect=127.0.0.1:${await freePort()}` };
    await using container = await runAsInit([node, ...preload, '-p', '"app"'], { cwd, env });
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('app\n');
    expect(container.stderr().match(/Debugger listening/g)).toHaveLength(2);
    expect(container.stderr()).not.toContain('address already in use');
  });

  it('does nothing where Node is not PID 1', async () => {
    await using container = await runAsSubreaper([node, ...preload, '-p', 'process.ppid'], { cwd });
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe(`${process.pid}\n`);
  });
});
