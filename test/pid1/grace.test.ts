import { existsSync, linkSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { enter, isolate, runAsInit, runAsSubreaper } from '../harness/container.ts';
import { type Image, image } from '../harness/image.ts';
import { installed } from '../harness/installed.ts';
import { readProcess, statusOf } from '../harness/proc.ts';
import { outcome, outcomeAsInit } from '../harness/run.ts';
import { until } from '../harness/wait.ts';

const pid1 = pid1Path();
const long = [pid1, '--grace', '60s', '--'];
const places = [
  ['as PID 1', runAsInit],
  ['as subreaper', runAsSubreaper],
] as const;

/** What the program leaves behind. Each takes a moment to clean up when it gets SIGTERM. */
const leftovers = [
  ['child', 'a child', './cleans-up.sh child &'],
  ['session', 'a child in a session of its own', 'setsid ./cleans-up.sh session &'],
  ['grandchild', 'a grandchild', 'sh -c "./cleans-up.sh grandchild & wait" &'],
  ['daemon', 'a daemon, forked twice', '(setsid sh -c "./cleans-up.sh daemon &" &)'],
  ['odd', 'one whose name looks like a state', "'./a) Z 1 (b' odd &"],
  ['nohup', 'one that ignores HUP and INT', '(trap "" HUP INT; exec ./cleans-up.sh nohup) &'],
] as const;

const up = (name: string): string => `until [ -s up.${name} ]; do sleep 0.01; done`;
const stop = (name: string): string =>
  `kill -STOP $(cat up.${name}); until grep -q "^State:.T" /proc/$(cat up.${name})/status; do sleep 0.01; done`;

function app(main: string): Image {
  const files = image({
    'cleans-up.sh': `#!/bin/sh
      trap 'sleep 0.2; : > cleaned.$1; exit 9' TERM
      echo $$ > up.$1
      while :; do sleep 0.05; done`,
    'stubborn.sh': '#!/bin/sh\ntrap "" TERM INT QUIT\necho ready\nwhile :; do sleep 0.05; done',
    'main.sh': `#!/bin/sh\n${main}\n`,
  });
  linkSync(files.path('cleans-up.sh'), files.path('a) Z 1 (b'));
  return files;
}

describe.each(places)('%s, the main child is gone', (_, run) => {
  it.each(
    leftovers.flatMap(([name, title, leave]) => [
      [title, name, `${leave}\n${up(name)}`] as const,
      [`${title}, stopped`, name, `${leave}\n${up(name)}\n${stop(name)}`] as const,
    ]),
  )('%s: cleans up, and the exit code is kept', async (_, name, leave) => {
    using files = app(`${leave}\nexit 7`);
    await using container = await run([...long, './main.sh'], { cwd: files.root });
    expect(await container.exited).toBe(7);
    expect(container.stderr()).not.toContain('pid1');
    expect(existsSync(files.path(`cleaned.${name}`))).toBe(true);
  });

  it('all of them together, after SIGTERM: every one cleans up, exit 143', async () => {
    const leave = leftovers.map(([name, , command]) => `${command}\n${up(name)}`);
    using files = app(`${leave.join('\n')}\necho ready\nexec sleep 1000`);
    await using container = await run([...long, './main.sh'], { cwd: files.root });
    await container.seen(/ready/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(143);
    expect(leftovers.filter(([name]) => !existsSync(files.path(`cleaned.${name}`)))).toEqual([]);
  });

  it('the main child first: the others hear of it only when it has ended', async () => {
    using files = app(
      './cleans-up.sh child &\ntrap ": > told; until [ -e go ]; do sleep 0.02; done; exit 3" TERM\necho ready\nwhile :; do sleep 0.02; done',
    );
    await using container = await run([...long, './main.sh'], { cwd: files.root });
    await container.seen(/ready/);
    await until('the child', () => existsSync(files.path('up.child')));
    container.kill('SIGTERM');
    await until('the main child', () => existsSync(files.path('told')));
    const child = container.processes().find(({ argv }) => argv.includes('child'));
    expect(child).toBeDefined();
    expect(existsSync(files.path('cleaned.child'))).toBe(false);
    writeFileSync(files.path('go'), '');
    expect(await container.exited).toBe(3);
    expect(existsSync(files.path('cleaned.child'))).toBe(true);
  });

  it('--group tells both at once', async () => {
    using files = app(
      './cleans-up.sh child &\ntrap "until [ -e cleaned.child ]; do sleep 0.02; done; exit 3" TERM\necho ready\nwhile :; do sleep 0.02; done',
    );
    await using container = await run([pid1, '-g', '-G', '60s', './main.sh'], { cwd: files.root });
    await container.seen(/ready/);
    await until('the child', () => existsSync(files.path('up.child')));
    container.kill('SIGTERM');
    expect(await container.exited).toBe(3);
  });

  it('without --grace nobody is waited for', async () => {
    using files = app(
      `./cleans-up.sh child >/dev/null 2>&1 &\n${up('child')}\nuntil [ -e go ]; do sleep 0.01; done\nexit 7`,
    );
    await using container = await run([pid1, './main.sh'], { cwd: files.root });
    const child = await until('the child', () =>
      container.processes().find(({ argv }) => argv.includes('child')),
    );
    writeFileSync(files.path('go'), '');
    expect(await container.exited).toBe(7);
    expect(existsSync(files.path('cleaned.child'))).toBe(false);
    if (run === runAsSubreaper) process.kill(child.pid, 'SIGKILL');
  });
});

describe.each(places)(
  '%s, the clock is over: SIGKILL, 137, and the names of what was killed',
  (_, run) => {
    const short = [pid1, '--grace', '200ms'];
    // A script is named by what runs it.
    const shell = new RegExp(`\\d+ \\(${basename(realpathSync('/bin/sh'))}\\)`);

    it.each([
      ['the main child does not end', 'exec ./stubborn.sh', shell],
      [
        'a session of its own does not end',
        'setsid ./stubborn.sh & trap "exit 0" TERM; while :; do sleep 0.02; done',
        shell,
      ],
      [
        'one that starts new ones again and again',
        'sh -c "trap : TERM; echo ready; while :; do setsid sleep 1000 & sleep 0.01; done" &\ntrap "exit 0" TERM; while :; do sleep 0.02; done',
        /\d+ \((sleep|setsid|sh|dash|bash)/,
      ],
    ])('%s', async (_, main, named) => {
      using files = app(main);
      await using container = await run([...short, '--', './main.sh'], { cwd: files.root });
      await container.seen(/ready/);
      const before = container.processes();
      container.kill('SIGTERM');
      expect(await container.exited).toBe(137);
      expect(container.stderr()).toMatch(/^pid1: grace period of 200ms is over: killed [^\n]*$/m);
      expect(container.stderr()).toMatch(named);
      expect(before.filter(({ pid }) => (readProcess(pid)?.state ?? 'Z') !== 'Z')).toEqual([]);
    });

    it.each([
      ['--expect', '137'],
      ['--expect', 'forwarded'],
      ['--expect', 'KILL'],
      ['--expect', '0-255'],
    ])('%s %s does not hide it', async (...expect137) => {
      using files = app('./stubborn.sh & exec sleep 1000');
      await using container = await run([...short, ...expect137, '--', './main.sh'], {
        cwd: files.root,
      });
      await container.seen(/ready/);
      container.kill('SIGTERM');
      expect(await container.exited).toBe(137);
    });

    it('starts at the end of the main child when nobody asked', async () => {
      using files = app('./stubborn.sh & sleep 0.3; exit 0');
      await using container = await run([...short, '--', './main.sh'], { cwd: files.root });
      expect(await container.exited).toBe(137);
    });
  },
);

describe.each(places)('%s, a person is in a hurry', (_, run) => {
  it.each([
    ['a second INT', ['SIGINT', 'SIGINT']],
    ['INT, TERM, INT', ['SIGINT', 'SIGTERM', 'SIGINT']],
    ['QUIT after TERM', ['SIGTERM', 'SIGQUIT']],
    ['QUIT after INT', ['SIGINT', 'SIGQUIT']],
    ['QUIT after QUIT', ['SIGQUIT', 'SIGQUIT']],
  ] as const)('%s ends the wait with SIGKILL: 137', async (_, signals) => {
    using files = app('exec ./stubborn.sh');
    await using container = await run([...long, './main.sh'], { cwd: files.root });
    await container.seen(/ready/);
    for (const signal of signals) {
      container.kill(signal);
      // Two of a kind that wait at the same time are one.
      await until('it to be taken', () => /^0*$/.test(statusOf(container.init, 'ShdPnd') ?? ''));
    }
    expect(await container.exited).toBe(137);
    expect(container.stderr()).toMatch(/^pid1: the end was forced: killed \d+ \([^\n]*\n$/);
  });

  it('QUIT after TERM also when only leftovers are there', async () => {
    using files = app('./stubborn.sh & exec sleep 1000');
    await using container = await run([...long, './main.sh'], { cwd: files.root });
    await container.seen(/ready/);
    const hasMainChild = (): boolean =>
      container.processes().some(({ argv }) => argv[1] === '1000');
    await until('the main child', hasMainChild);
    container.kill('SIGTERM');
    await until('the end of the main child', () => !hasMainChild());
    container.kill('SIGQUIT');
    expect(await container.exited).toBe(137);
  });

  it('a repeated TERM changes nothing, TERM after INT neither', async () => {
    using files = app(
      'trap "echo told" TERM INT; echo ready; until [ -e go ]; do sleep 0.02; done; exit 3',
    );
    await using container = await run([...long, './main.sh'], { cwd: files.root });
    await container.seen(/ready/);
    container.kill('SIGINT');
    await container.seen(/told/);
    for (let times = 2; times < 6; times++) {
      container.kill('SIGTERM');
      await container.seen(new RegExp(`(told\n){${times}}`));
    }
    writeFileSync(files.path('go'), '');
    expect(await container.exited).toBe(3);
    expect(container.stderr()).toBe('');
  });
});

describe('a process that entered from outside, as docker exec does', () => {
  it('gets SIGTERM and is not waited for', async () => {
    using files = app('echo ready; exec sleep 1000');
    await using container = await runAsInit([...long, './main.sh'], { cwd: files.root });
    await container.seen(/ready/);
    const script = `trap ': > ${files.path('told')}' TERM; : > ${files.path('entered')}; while :; do sleep 0.02; done`;
    const entered = enter(container.init, ['sh', '-c', script]);
    await until('it to be in', () => existsSync(files.path('entered')));
    container.kill('SIGTERM');
    expect(await container.exited).toBe(143);
    expect(await entered).toBe(137);
  });

  it('its own children are not waited for either', async () => {
    using files = app('echo ready; exec sleep 1000');
    await using container = await runAsInit([...long, './main.sh'], { cwd: files.root });
    await container.seen(/ready/);
    const script = `trap '' TERM; sleep 1000 & : > ${files.path('entered')}; wait; wait`;
    const entered = enter(container.init, ['sh', '-c', script]);
    await until('it to be in', () => existsSync(files.path('entered')));
    container.kill('SIGTERM');
    expect(await container.exited).toBe(143);
    await entered;
  });
});

describe('a /proc of another namespace is not believed', () => {
  const program = ['sh', '-c', 'trap "" TERM; sleep 1000 & exit 0'];
  const init = [pid1, '--grace', '200ms', '--', ...program];

  it.each([
    ['as PID 1', init],
    // Outside, pid 2 is the parent of all kernel threads; inside it is pid1, and a stranger has one of their pids.
    [
      'as subreaper',
      [
        'sh',
        '-c',
        '"$@" & init=$!; sleep 1000 & wait $init; code=$?; kill $! && exit $code; exit 99',
        'sh',
        ...init,
      ],
    ],
  ])(
    '%s: what it leaves is killed, strangers are not, and no stranger is named',
    async (_, argv) => {
      const unshare = isolate.filter((option) => option !== '--mount-proc');
      const { code, stderr } = await outcome(['unshare', ...unshare, ...argv]);
      expect(code).toBe(137);
      expect(stderr).toMatch(/^pid1: grace period of 200ms is over: killed /);
      expect(stderr).not.toMatch(/kthreadd|kworker|ksoftirqd/);
    },
  );
});

describe('a subreaper without /proc', () => {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const hidden = ['--mount', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'];
  const run = (script: string, ...options: string[]): ReturnType<typeof outcome> =>
    outcome([
      ...['unshare', ...user, ...hidden, pid1, '--grace', '100ms', ...options],
      ...['--', 'sh', '-c', script],
    ]);

  it('says that what has left the group of the program lives on, and ends with 125', async () => {
    using folder = image({});
    const leave = `setsid sh -c 'echo $$ >&3; exec 2>&- 1>&-; exec sleep 1000' 3>${folder.path('pid')} & until [ -s ${folder.path('pid')} ]; do :; done; exit 0`;
    const { code, stderr } = await run(leave);
    const pid = Number(readFileSync(folder.path('pid'), 'utf8'));
    process.kill(pid, 'SIGKILL'); // throws when it does not live on
    expect(code).toBe(125);
    expect(stderr).toMatch(
      /^pid1: grace period of 100ms is over: killed the group of pid \d+\npid1: SIGKILL did not end everything, and this lives on: what left that group, and cannot be found without \/proc\n$/,
    );
  });

  it('ends with 137 when the group was all', async () => {
    const { code, stderr } = await run('trap "" TERM; sleep 1000 & exit 0');
    expect(code).toBe(137);
    expect(stderr).toMatch(/^pid1: grace period of 100ms is over: killed the group of pid \d+\n$/);
  });

  it('--pause kills no group: its own would be group 0', async () => {
    const script = `"$0" --pause --grace 100ms & init=$!
      until [ "$(readlink /proc/$init/cwd)" = / ]; do :; done
      mount -t tmpfs none /proc; kill -TERM $init; wait $init; echo "code $?"`;
    const { stdout } = await outcome(['unshare', ...user, '--mount', 'sh', '-c', script, pid1]);
    expect(stdout).toBe('code 0\n');
  });
});

const strace = installed({ strace: 'strace' }, 'the end of a tree, as the kernel sees it');

describe.skipIf(!strace)('the end of a tree', () => {
  it('as subreaper, no signal goes to a pid that may be another process by then', async () => {
    using folder = image({});
    const trace = folder.path('trace');
    const calls = 'trace=kill,tkill,tgkill,pidfd_open,pidfd_send_signal';
    const { code } = await outcome([
      ...['strace', '-qq', '-o', trace, '-e', calls, '--', pid1, '--grace', '100ms', '--'],
      ...['sh', '-c', 'trap "" TERM; setsid sleep 1000 & exit 0'],
    ]);
    expect(code).toBe(137);
    const lines = readFileSync(trace, 'utf8').split('\n');
    for (const signal of ['SIGTERM', 'SIGCONT', 'SIGKILL'])
      expect(lines.some((line) => line.startsWith('pidfd_send_signal') && line.includes(signal)));
    expect(lines.filter((line) => /^t?g?kill\(/.test(line))).toEqual([]);
  });

  it('SIGKILL is sent until it has its effect, however many SIGCHLD come meanwhile', async () => {
    // All but the first two of 220 do nothing; a stranger to them sends SIGCHLD without a pause.
    const nothing = 'inject=pidfd_send_signal,kill:retval=0:when=3..220';
    const leave = '(trap "" TERM; exec setsid sleep 1000) &';
    const flood = '(while kill -CHLD $PPID; do :; done) 2>/dev/null &';
    const survivors = '"$@"; code=$?; cat /proc/[0-9]*/comm | grep sleep; exit $code';
    const { code, stdout } = await outcomeAsInit([
      ...['sh', '-c', survivors, 'sh', 'strace', '-qq', '-o', '/dev/null'],
      ...['-e', 'trace=pidfd_send_signal,kill', '-e', nothing, '--', pid1, '--grace', '100ms'],
      ...['--', 'sh', '-c', `${leave} ${flood} exec >/dev/null; exit 0`],
    ]);
    expect([code, stdout]).toEqual([137, '']);
  });
});

describe('by environment', () => {
  it('PID1_GRACE is --grace', async () => {
    using files = app('./stubborn.sh & exec sleep 1000');
    const env = { ...process.env, PID1_GRACE: '200ms' };
    await using container = await runAsInit([pid1, '--', './main.sh'], { cwd: files.root, env });
    await container.seen(/ready/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(137);
  });

  it('--expect forwarded: an orderly end after SIGTERM is 0', async () => {
    using files = app('./cleans-up.sh child & echo ready; exec sleep 1000');
    await using container = await runAsInit([pid1, '-e', 'forwarded', '-G', '60s', './main.sh'], {
      cwd: files.root,
    });
    await container.seen(/ready/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(0);
  });
});
