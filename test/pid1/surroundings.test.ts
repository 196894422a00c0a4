import { writeFileSync } from 'node:fs';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { runAsInit, runAsSubreaper } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { image } from '../harness/image.ts';
import { installed } from '../harness/installed.ts';
import { childrenOf, readProcess, statusOf } from '../harness/proc.ts';
import { outcome, outcomeAsInit } from '../harness/run.ts';
import { until } from '../harness/wait.ts';

const pid1 = pid1Path();

describe('a log that nobody reads any more', () => {
  // The only reader has gone before pid1 starts.
  const withoutReader = [
    ...['sh', '-c', 'mkfifo log; (: < log) & exec 4> log; wait; exec "$@" 2>&4', 'sh', pid1],
  ];

  it.each([
    ['-v', 'echo ran; exit 3'],
    ['-w', '(exit 0 &); until [ -z "$(jobs)" ]; do :; done; echo ran; exit 3'],
    ['-vwz', 'kill -USR1 $$; echo never'],
  ])('%s: %s ends as it does with one', async (option, script) => {
    using folder = image({});
    const argv = [option, '--', 'sh', '-c', script];
    const read = await outcomeAsInit([pid1, ...argv]);
    const unread = await outcomeAsInit([...withoutReader, ...argv], { cwd: folder.root });
    expect([unread.code, unread.stdout]).toEqual([read.code, read.stdout]);
  });
});

describe('descriptors 1 and 2 that are closed', () => {
  it.each(['-v', '-w'])('%s: the exit code of the program', async (option) => {
    const closed = ['sh', '-c', 'exec "$@" >&- 2>&-', 'sh'];
    expect((await outcome([...closed, pid1, option, 'sh', '-c', 'exit 7'])).code).toBe(7);
    expect((await outcome([...closed, pid1, option, 'nosuch'])).code).toBe(127);
  });
});

describe('a program that is a FIFO', () => {
  it('is 126 at once, though nobody writes to it', async () => {
    using folder = image({});
    const { code, stderr } = await outcome(
      ['sh', '-c', 'mkfifo -m 755 fifo; exec "$0" ./fifo', pid1],
      { cwd: folder.root },
    );
    expect(code).toBe(126);
    expect(stderr).toMatch(/^pid1: cannot run ".\/fifo": Permission denied\n$/);
  });
});

describe('a second INT that meets an end that has just come', () => {
  it('is no forced end: the code of the program, and nothing was killed', async () => {
    using folder = image({
      'main.sh': '#!/bin/sh\ntrap : INT\necho up\nuntil [ -e go ]; do sleep 0.01; done\nexit 4\n',
    });
    await using container = await runAsSubreaper([pid1, '-v', '-G', '60s', './main.sh'], {
      cwd: folder.root,
    });
    await container.seen(/up/);
    container.kill('SIGINT');
    await container.seen(/forwarded INT/);
    container.kill('SIGSTOP');
    await until('pid1 to stand', () => readProcess(container.init)?.state === 'T');
    writeFileSync(folder.path('go'), '');
    await until('the end of the program', () => childrenOf(container.init)[0]?.state === 'Z');
    container.kill('SIGINT');
    container.kill('SIGCONT');
    expect(await container.exited).toBe(4);
    expect(container.stderr()).not.toContain('killed');
  });
});

describe('a process whose leading thread has ended', () => {
  it.each([
    ['as PID 1', runAsInit],
    ['as subreaper', runAsSubreaper],
  ] as const)('%s it is ended all the same', async (_, run) => {
    await using container = await run([
      ...[pid1, '--grace', '100ms', '--', 'sh', '-c'],
      `${fixture('threaded')} 777 & exec sleep 1000`,
    ]);
    await container.seen(/ready/);
    const threaded = (): boolean =>
      container.processes().some(({ pid }) => nameOf(pid) === 'threaded');
    await until('it to be there', threaded);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(137);
    expect(threaded()).toBe(false);
  });
});

describe('signals whose value the kernel does not let pass', () => {
  const strace = installed({ strace: 'strace' }, 'signals without their value');

  it.skipIf(!strace).each(['EPERM', 'EAGAIN'])('%s: they arrive without it', async (error) => {
    const inject = ['-e', 'trace=rt_sigqueueinfo', '-e', `inject=rt_sigqueueinfo:error=${error}`];
    const { code } = await outcomeAsInit([
      ...['strace', '-qq', '-o', '/dev/null', ...inject, '--', pid1, '--', 'sh', '-c'],
      `${fixture('send')} queue $PPID 15 7; while :; do sleep 0.01; done`,
    ]);
    expect(code).toBe(143);
  });
});

describe('a delay of the signal that is the message of a handoff', () => {
  it('keeps number and values of a burst', async () => {
    await using container = await runAsInit([
      ...[pid1, '-v', '-D', '64=100ms', '--', fixture('signal-log')],
    ]);
    await container.seen(/ready/);
    const child = childrenOf(container.init)[0]?.pid;
    expect(child).toBeDefined();
    expect(
      (await outcome([fixture('send'), 'queue', String(container.init), '64', '1', '2', '3'])).code,
    ).toBe(0);
    await container.seen(/(signal 64 [^\n]*\n){3}/);
    expect(container.stdout().match(/(?<=value )\d+/g)).toEqual(['1', '2', '3']);
  });
});

describe('PID1_PAUSE under the name of dumb-init', () => {
  it('signals nobody at its end', async () => {
    using folder = image({});
    const { code, stdout } = await outcome(
      [
        ...['sh', '-c'],
        `ln -s ${pid1} dumb-init
        trap 'echo hit' TERM
        PID1_PAUSE=1 ./dumb-init & init=$!
        until [ "$(readlink /proc/$init/cwd)" = / ]; do :; done
        kill -TERM $init; wait $init; echo "code $?"`,
      ],
      { cwd: folder.root },
    );
    expect([code, stdout]).toEqual([0, 'code 0\n']);
  });
});

describe('--zombies as a subreaper', () => {
  it('names no parent outside of its own tree', { timeout: 90_000 }, async () => {
    const neglect = 'for i in 1 2; do sleep 0.01 & done; exec sleep';
    await using stranger = await runAsSubreaper(['sh', '-c', `echo up; ${neglect} 4321`]);
    await stranger.seen(/up/);
    await using container = await runAsSubreaper([pid1, '-z', 'sh', '-c', `${neglect} 1234`]);
    await until('the report', () => container.stderr() !== '');
    expect(container.stderr()).toContain(
      `pid ${childrenOf(container.init)[0]?.pid} (sleep) does not reap its children: zombies 2`,
    );
    expect(container.stderr()).not.toContain(`pid ${stranger.init} `);
  });
});

/** Without its leading thread a process has no command line, but a name. */
function nameOf(pid: number): string | undefined {
  return statusOf(pid, 'Name');
}
