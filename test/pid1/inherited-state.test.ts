import { readdirSync, readlinkSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { runAsInit, runAsSubreaper } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { image } from '../harness/image.ts';
import { childrenOf, cwdOf } from '../harness/proc.ts';
import { outcome, outcomeAsInit } from '../harness/run.ts';
import { until } from '../harness/wait.ts';

const pid1 = pid1Path();
const places = [
  ['as PID 1', outcomeAsInit],
  ['as subreaper', outcome],
] as const;
const containers = [
  ['as PID 1', runAsInit],
  ['as subreaper', runAsSubreaper],
] as const;

const state = [
  'grep',
  '-E',
  '^Sig(Blk|Ign|Cgt|Pnd)|^ShdPnd|^NoNewPrivs|^CapEff',
  '/proc/self/status',
];

describe.each(places)('%s: the program has the signals as without an init', (_, run) => {
  it.each([
    ['', ''],
    ['4,15,21', '1,2,13,22'],
    ['', '17'],
    ['17,18,34,64', '17,20,21,22'],
    ['1,2,3,10,12,15,35', '13,17,34'],
  ])('blocked [%s], ignored [%s]', async (block, ignore) => {
    const inherit = [fixture('inherit'), `block=${block}`, `ignore=${ignore}`];
    const without = await run([...inherit, ...state]);
    for (const options of [[], ['--group'], ['--setsid'], ['--grace', '10s']])
      expect(await run([...inherit, pid1, ...options, '--', ...state])).toEqual(without);
  });

  it('SIGCHLD inherited as ignored: no hang, and the exit code', async () => {
    const inherit = [fixture('inherit'), 'block=', 'ignore=17'];
    for (const options of [[], ['--grace', '10s']])
      expect(
        await run([...inherit, pid1, ...options, '--', 'sh', '-c', 'true & exit 5']),
      ).toMatchObject({ code: 5 });
  });

  it('SIGTERM and SIGCHLD inherited as blocked: both still work', async () => {
    const inherit = [fixture('inherit'), 'block=15,17', 'ignore='];
    const program = [
      fixture('inherit'),
      'block=',
      'ignore=',
      'sh',
      '-c',
      'kill -TERM $PPID; exec sleep 1000',
    ];
    expect(await run([...inherit, pid1, '--', ...program])).toMatchObject({ code: 143 });
  });

  it('LISTEN_PID: its own becomes that of the program, another stays', async () => {
    const program = ['sh', '-c', 'echo "$LISTEN_PID $LISTEN_FDS $NOTIFY_SOCKET $$"'];
    // The shell becomes pid1, and keeps its pid.
    const own = 'LISTEN_PID=$$ LISTEN_FDS=2 NOTIFY_SOCKET=@s exec "$0" -- "$@"';
    const rewritten = await run(['sh', '-c', own, pid1, ...program]);
    expect(rewritten.stdout).toMatch(/^(\d+) 2 @s \1\n$/);
    const other = 'LISTEN_PID=99999 exec "$0" -- "$@"';
    expect((await run(['sh', '-c', other, pid1, ...program])).stdout).toMatch(/^99999 /);
  });

  it('WATCHDOG_PID is rewritten like LISTEN_PID, and LISTEN_PIDFDID dropped', async () => {
    const program = ['sh', '-c', 'echo "$LISTEN_PID $WATCHDOG_PID ${LISTEN_PIDFDID-none} $$"'];
    const own = 'LISTEN_PIDFDID=7 WATCHDOG_PID=$$ LISTEN_PID=$$ exec "$0" -- "$@"';
    const { stdout } = await run(['sh', '-c', own, pid1, ...program]);
    expect(stdout).toMatch(/^(\d+) \1 none \1\n$/);
    const other = 'WATCHDOG_PID=99999 exec "$0" -- "$@"';
    expect((await run(['sh', '-c', other, pid1, ...program])).stdout).toMatch(/^ 99999 /);
  });

  it.each([
    ['stdin', '<&-'],
    ['stdout', '>&-'],
    ['all three', '<&- >&- 2>&-'],
  ])('%s closed: the exit code, and it stays closed', async (_, close) => {
    const program = `sh -c 'for fd in 0 1 2 3 4 5; do [ -e /proc/$$/fd/$fd ] && set -- "$@" $fd; done; [ "$*" = "$0" ] && exit 5' "$open"`;
    const open = { '<&-': '1 2', '>&-': '0 2', '<&- >&- 2>&-': '' }[close];
    const script = `open="${open}"; "$0" -- ${program} ${close}`;
    expect(await run(['sh', '-c', script, pid1])).toMatchObject({ code: 5 });
  });

  it('an advertisement of another pid1 is replaced', async () => {
    const env = { PATH: process.env.PATH, PID1_HANDOFF: '1:4711' };
    const { stdout } = await run([pid1, '--', 'sh', '-c', 'echo "$PID1_HANDOFF $PPID"'], { env });
    expect(stdout).toMatch(/^1:(\d+) \1\n$/);
  });
});

describe.each(containers)('%s: pid1 keeps nothing busy', (_, run) => {
  it('has no other descriptor than 0, 1 and 2, and the folder /; the program has what it had', async () => {
    using app = image({ file: 'text' });
    const script = 'exec 7<file 9<file; exec "$0" -- "$@"';
    const program = ['sh', '-c', 'echo ready; exec sleep 1000'];
    await using container = await run(['sh', '-c', script, pid1, ...program], { cwd: app.root });
    await container.seen(/ready/);
    const child = childrenOf(container.init)[0]?.pid ?? 0;
    // The program runs while pid1 still puts things down.
    await until('pid1 to have 0, 1 and 2 alone', () =>
      isDeepStrictEqual(readdirSync(`/proc/${container.init}/fd`).sort(), ['0', '1', '2']),
    );
    expect(cwdOf(container.init)).toBe('/');
    expect(readdirSync(`/proc/${child}/fd`)).toEqual(expect.arrayContaining(['7', '9']));
    expect(readlinkSync(`/proc/${child}/fd/7`)).toBe(app.path('file'));
    expect(cwdOf(child)).toBe(app.root);
  });

  it('the program leads a group of its own in the same session; with --setsid a session', async () => {
    for (const options of [[], ['--setsid']]) {
      const program = ['sh', '-c', 'echo ready; exec sleep 1000'];
      await using container = await run([pid1, ...options, '--', ...program]);
      await container.seen(/ready/);
      const [init] = container.processes();
      const child = childrenOf(container.init)[0];
      expect(child?.pgid).toBe(child?.pid);
      expect(child?.sid).toBe(options.length === 0 ? init?.sid : child?.pid);
    }
  });
});

describe.each(places)('%s: the program finds pid1 in /', (_, run) => {
  it.each(Array.from({ length: 10 }, (_, index) => index))(
    'from its first line on, run %i',
    async () => {
      using app = image({ 'main.sh': '#!/bin/sh\nreadlink /proc/$PPID/cwd /proc/$$/cwd\n' });
      const { stdout } = await run([pid1, './main.sh'], { cwd: app.root });
      expect(stdout).toBe(`/\n${app.root}\n`);
    },
  );

  it('and a path that cannot be run is explained from where it was meant', async () => {
    using app = image({ 'no-interpreter.sh': '#!./nosuch\n' });
    const { code, stderr } = await run([pid1, './no-interpreter.sh'], { cwd: app.root });
    expect(code).toBe(127);
    expect(stderr).toContain('its interpreter "./nosuch" (from #!) does not exist');
  });
});
