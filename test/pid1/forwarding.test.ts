import { chmodSync, copyFileSync, symlinkSync } from 'node:fs';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { type Container, runAsInit, runAsSubreaper } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { image } from '../harness/image.ts';
import { installed } from '../harness/installed.ts';
import { childrenOf } from '../harness/proc.ts';
import { outcome, outcomeAsInit } from '../harness/run.ts';

const pid1 = pid1Path();
const places = [
  ['as PID 1', runAsInit],
  ['as subreaper', runAsSubreaper],
] as const;
const never = [9, 17, 19];
const forwarded = Array.from({ length: 64 }, (_, index) => index + 1).filter(
  (signal) => !never.includes(signal),
);

/** Sends it to the init, and waits until the program has it. */
async function through(container: Container, signal: number): Promise<void> {
  container.kill(signal);
  await container.seen(new RegExp(`^signal ${signal} code 0 `, 'm'));
}

describe.each(places)('%s', (_, run) => {
  it.each([[[]], [['--group']]])('%j: signals 1 to 64 but KILL, STOP and CHLD', async (options) => {
    await using container = await run([pid1, ...options, '--', fixture('signal-log')]);
    await container.seen(/ready/);
    for (const signal of forwarded) await through(container, signal);
    expect(container.stdout().trim().split('\n')).toHaveLength(1 + forwarded.length);
    expect(container.stderr()).toBe('');
  });

  it.each([10, 11, 34, 50, 64])('signal %i keeps its si_value', async (signal) => {
    await using container = await run([pid1, '--', fixture('signal-log')]);
    await container.seen(/ready/);
    const value = 0x0123_4567_89ab_cdefn;
    const send = [fixture('send'), 'queue', String(container.init), String(signal), String(value)];
    expect(await outcome(send)).toMatchObject({ code: 0 });
    await container.seen(new RegExp(`^signal ${signal} code -1 value ${value} `, 'm'));
  });

  it('real-time signals stay in order and none is lost', async () => {
    await using container = await run([pid1, '--', fixture('signal-log')]);
    await container.seen(/ready/);
    const values = Array.from({ length: 1000 }, (_, index) => String(index));
    expect(
      await outcome([fixture('send'), 'queue', String(container.init), '40', ...values]),
    ).toMatchObject({ code: 0 });
    await container.seen(/value 999 /);
    const received = [...container.stdout().matchAll(/^signal 40 code -1 value (\d+) /gm)];
    expect(received.map(([, value]) => value)).toEqual(values);
  });

  it.each([4, 5, 6, 7, 8, 11, 31])('signal %i by tgkill is forwarded', async (signal) => {
    await using container = await run([pid1, '--', fixture('signal-log')]);
    await container.seen(/ready/);
    await outcome([fixture('send'), 'thread', String(container.init), String(signal)]);
    await container.seen(new RegExp(`^signal ${signal} `, 'm'));
  });

  it('a real fault of its own is a crash: 139', async () => {
    await using container = await run([pid1, '--', fixture('signal-log')]);
    await container.seen(/ready/);
    const program = childrenOf(container.init)[0]?.pid ?? 0;
    expect(await outcome([fixture('fault'), String(container.init)])).toMatchObject({ code: 0 });
    if (run === runAsSubreaper) process.kill(program, 'SIGKILL');
    expect(await container.exited).toBe(139);
    expect(container.stdout()).not.toContain('signal');
  });

  it('--group reaches every process of the group, and without it only the program', async () => {
    const both = ['sh', '-c', '"$0" & exec "$0"', fixture('signal-log')];
    await using group = await run([pid1, '--group', '--', ...both]);
    await using single = await run([pid1, '--', ...both]);
    await Promise.all([group.seen(/ready\nready/), single.seen(/ready\nready/)]);
    group.kill('SIGUSR1');
    await group.seen(/signal 10 [\s\S]*signal 10 /);
    single.kill('SIGUSR1');
    await through(single, 12);
    expect(single.stdout().match(/signal 10 /g)).toHaveLength(1);
  });

  it('a stopped program gets its SIGTERM, and ends', async () => {
    await using container = await run([pid1, '--', 'sh', '-c', 'echo ready; kill -STOP $$']);
    await container.seen(/ready/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(143);
  });

  it('SIGTSTP as PID 1 freezes nothing that SIGTERM could not end', async () => {
    await using container = await run([pid1, '--', 'sh', '-c', 'echo ready; exec sleep 1000']);
    await container.seen(/ready/);
    container.kill('SIGTSTP');
    container.kill('SIGTERM');
    container.kill('SIGCONT');
    expect(await container.exited).toBe(143);
  });
});

describe('under another name', () => {
  it.each([
    'tini',
    'tini-static',
    'docker-init',
    'dumb-init',
    'dumb-init -c',
    'catatonit',
    'catatonit -g',
    'podman-init',
  ])('%s: signals 1 to 64 but KILL, STOP and CHLD', async (command) => {
    const [name = '', ...options] = command.split(' ');
    using folder = image({ 'folder/': '' });
    symlinkSync(pid1, folder.path(name));
    const argv = [folder.path(name), ...options, '--', fixture('signal-log')];
    await using container = await runAsInit(argv);
    await container.seen(/ready/);
    for (const signal of forwarded) await through(container, signal);
    expect(container.stdout().trim().split('\n')).toHaveLength(1 + forwarded.length);
  });
});

describe('a signal that cannot be forwarded: told once, and it goes on', () => {
  const setpriv = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];

  it.skipIf(process.getuid?.() !== 0)('EPERM: the program belongs to another user', async () => {
    using app = image({ 'folder/': '' });
    chmodSync(app.root, 0o755);
    copyFileSync(fixture('signal-log'), app.path('root-log'));
    chmodSync(app.path('root-log'), 0o4755);
    copyFileSync(pid1, app.path('pid1'));
    chmodSync(app.path('pid1'), 0o755);
    await using container = await runAsInit([
      ...setpriv,
      app.path('pid1'),
      '--',
      app.path('root-log'),
    ]);
    await container.seen(/ready/);
    container.kill('SIGUSR1');
    await container.seen(/cannot forward USR1/);
    container.kill('SIGUSR2');
    container.kill('SIGWINCH');
    process.kill(childrenOf(container.init)[0]?.pid ?? 0, 'SIGKILL');
    expect(await container.exited).toBe(137);
    expect(container.stderr()).toMatch(/^pid1: cannot forward USR1 to pid \d+: [^\n]*\n$/);
    expect(container.stdout()).toBe('ready\n');
  });

  const strace = installed({ strace: 'strace' }, 'forwarding that the kernel refuses');

  it.skipIf(!strace).each(['ESRCH', 'EPERM', 'EINVAL'])('%s by the kernel', async (error) => {
    const { code, stderr } = await outcomeAsInit([
      ...[
        'strace',
        '-qq',
        '-o',
        '/dev/null',
        '-e',
        'trace=kill',
        '-e',
        `inject=kill:error=${error}`,
      ],
      ...['--', pid1, '--', 'sh', '-c', 'kill -USR1 $PPID; kill -USR2 $PPID; exit 5'],
    ]);
    expect(code).toBe(5);
    expect(stderr).toMatch(/^pid1: cannot forward USR1 to pid \d+: [^\n]+\n$/);
  });
});
