import { chmodSync, copyFileSync } from 'node:fs';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { runAsInit, runAsSubreaper } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { image } from '../harness/image.ts';
import { childrenOf, readProcess, statusOf } from '../harness/proc.ts';
import { outcome } from '../harness/run.ts';
import { until } from '../harness/wait.ts';

const pid1 = pid1Path();
const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write('another user for a program: skipped: only root can take one\n');

/** Everything of /proc/self/status that a change of the user can touch. */
const state = [
  'grep',
  '-E',
  '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|Sig(Blk|Ign))',
  '/proc/self/status',
];

describe.skipIf(!isRoot)('--exec --user is setpriv', () => {
  it.each([
    ['1000:1000', ['--reuid=1000', '--regid=1000', '--groups=1000']],
    ['1000:50,4,27', ['--reuid=1000', '--regid=50', '--groups=50,4,27']],
    ['0:1000', ['--reuid=0', '--regid=1000', '--groups=1000']],
    ['65534:65534', ['--reuid=65534', '--regid=65534', '--groups=65534']],
    ['4294967294:4294967294', ['--reuid=4294967294', '--regid=4294967294', '--groups=4294967294']],
  ])('%s', async (user, options) => {
    const setpriv = await outcome(['setpriv', ...options, ...state]);
    expect(setpriv.code).toBe(0);
    expect(await outcome([pid1, '--exec', '--user', user, '--', ...state])).toEqual(setpriv);
  });

  it.each([
    ['no_new_privs', ['--no-new-privs']],
    ['few capabilities', ['--bounding-set=-all,+setuid,+setgid,+chown']],
    ['inheritable capabilities, which must not stay', ['--inh-caps=+net_raw,+chown']],
    [
      'ambient capabilities, which must not stay',
      ['--inh-caps=+net_raw', '--ambient-caps=+net_raw'],
    ],
    ['a lock that keeps capabilities over setuid', ['--securebits=+no_setuid_fixup']],
  ])('and from %s', async (_, before) => {
    const ids = ['--reuid=1000', '--regid=1000', '--groups=1000'];
    const clear = ['--inh-caps=-all', '--ambient-caps=-all'];
    const plain = before.filter((option) => !/(inh|ambient)-caps|securebits/.test(option));
    const setpriv = await outcome(['setpriv', ...plain, 'setpriv', ...ids, ...clear, ...state]);
    const ours = await outcome([
      ...['setpriv', ...before, pid1, '--exec', '--user', '1000:1000', '--', ...state],
    ]);
    expect(ours).toEqual(setpriv);
  });

  it('the parent-death signal is armed after it, since a change of the uid disarms it', async () => {
    const shim = `${pid1} --exec --user 1000:1000 -p KILL -- sleep 1000`;
    await using container = await runAsSubreaper([
      'sh',
      '-c',
      `${shim} & echo pid $!; exec sleep 1000`,
    ]);
    const [, pid] = await container.seen(/pid (\d+)\n/);
    await until('the program', () => readProcess(Number(pid))?.argv[0] === 'sleep');
    container.kill('SIGKILL');
    await until('its end', () => (readProcess(Number(pid))?.state ?? 'Z') === 'Z');
  });

  it.each([
    ['a pipe', '"$@" | cat', '1000'],
    ['a file', '"$@" > file; cat file', '0'],
    ['nothing', '"$@" >/dev/null; echo $(stat -c %u /dev/null)', '0'],
  ])('stdout that is %s: owner %s', async (_, script, owner) => {
    using app = image({});
    const show = ['sh', '-c', 'stat -L -c %u /proc/self/fd/1'];
    const { stdout } = await outcome(
      ['sh', '-c', script, 'sh', pid1, '--exec', '--user', '1000:1000', '--', ...show],
      { cwd: app.root },
    );
    expect(stdout).toBe(`${owner}\n`);
  });

  it('the user can open /dev/stdout and /dev/stderr', async () => {
    const write = ['sh', '-c', 'echo out > /dev/stdout; echo err > /dev/stderr'];
    const { stdout } = await outcome([
      ...['sh', '-c', '"$@" 2>&1 | cat', 'sh'],
      ...[pid1, '--exec', '--user', '1000:1000', '--', ...write],
    ]);
    expect(stdout).toBe('out\nerr\n');
  });

  it.each(['', '1000', '1000:', ':1000', 'node', '1000:1000,', '-1:1', '4294967295:1', '1:1:1'])(
    '%j is refused: 125',
    async (user) => {
      const { code, stderr } = await outcome([pid1, '--exec', '--user', user, '--', 'true']);
      expect(code).toBe(125);
      expect(stderr).toContain(`bad value "${user}" for --user: expected UID:GID[,GID...]`);
    },
  );

  it('without --exec it is refused, and not ignored', async () => {
    const { code, stderr } = await outcome([pid1, '--user', '1000:1000', '--', 'true']);
    expect([code, stderr]).toEqual([125, 'pid1: option --user needs --exec; try pid1 --help\n']);
  });

  it.each([
    ['without CAP_SETUID', ['--bounding-set=-setuid', '--inh-caps=-all']],
    ['without CAP_SETGID', ['--bounding-set=-setgid', '--inh-caps=-all']],
    ['as another user', ['--reuid=1000', '--regid=1000', '--clear-groups']],
  ])('%s: 126, one line, and nothing is started', async (_, options) => {
    const argv = ['--exec', '--user', '1001:1001', '--', 'echo', 'started'];
    const { code, stdout, stderr } = await outcome(['setpriv', ...options, pid1, ...argv]);
    expect([code, stdout]).toEqual([126, '']);
    expect(stderr).toBe('pid1: cannot take the ids of --user: Operation not permitted\n');
  });

  it('the error descriptor gets the errno with a minus, which tells it from that of an exec', async () => {
    const options = ['--reuid=1000', '--regid=1000', '--clear-groups'];
    const argv = ['--exec', '--user', '1001:1001', '--error-fd', '1', '--', 'true'];
    const { code, stdout, stderr } = await outcome(['setpriv', ...options, pid1, ...argv]);
    expect([code, stdout, stderr]).toEqual([126, '-1', '']);
  });
});

/** `docker run --cap-drop=ALL --cap-add=SETUID,SETGID`. */
const capabilities = ['--bounding-set=-all,+setuid,+setgid', '--inh-caps=-all'];

describe.skipIf(!isRoot)('root without CAP_KILL, above an app that has given root up', () => {
  const app = 'trap "echo stopped; exit 5" TERM USR1; echo app; while :; do sleep 0.01; done';
  const asUser = `exec ${pid1} --exec --user 1000:1000,27 -- sh -c '${app}'`;

  it.each([
    ['exec: the main child becomes it', ['sh', '-c', asUser]],
    [
      'through setpriv',
      ['setpriv', '--reuid=1000', '--regid=1000', '--groups=27', 'sh', '-c', app],
    ],
  ])('%s: a stop reaches the app', async (_, program) => {
    await using container = await runAsInit([
      'setpriv',
      ...capabilities,
      pid1,
      '-v',
      '--',
      ...program,
    ]);
    await container.seen(/app\n/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(5);
    expect(container.stdout()).toContain('stopped');
    expect(container.stderr()).toMatch(/pid1: gave root up, as pid 2 has: uid 1000\n/);
    expect(container.stderr()).not.toContain('cannot forward');
  });

  it('a handoff: pid1 gives root up at once, with the groups of the app and no capability', async () => {
    using folder = image({});
    copyFileSync(fixture('handoff'), folder.path('handoff'));
    for (const path of [folder.root, folder.path('handoff')]) chmodSync(path, 0o755);
    await using container = await runAsInit([
      ...['setpriv', ...capabilities, pid1, '--', folder.path('handoff'), 'to a user'],
    ]);
    await container.seen(/app\n/);
    await until(
      'pid1 to have the ids of the app',
      () => statusOf(container.init, 'Uid')?.trim() === '1000\t1000\t1000\t1000',
    );
    expect(statusOf(container.init, 'Groups')?.trim()).toBe('27');
    expect(container.stderr()).toBe('');
    expect(statusOf(container.init, 'CapPrm')?.trim()).toBe('0000000000000000');
    await until('the end of the sender', () => childrenOf(container.init).length === 1);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(5);
  });

  it('leftovers of the user get the orderly end too', async () => {
    const leave = `(${app.replace('exit 5', 'exit 0')}) & exec sh -c 'exit 3'`;
    const program = `exec ${pid1} --exec --user 1000:1000 -- sh -c '${leave.replaceAll("'", `'"'"'`)}'`;
    await using container = await runAsInit([
      ...[
        'setpriv',
        ...capabilities,
        pid1,
        '-G',
        '20s',
        '--',
        fixture('handoff'),
        'to itself, then',
      ],
      ...['sh', '-c', program],
    ]);
    expect(await container.exited).toBe(3);
    expect(container.stdout()).toContain('stopped');
  });
});

describe.skipIf(!isRoot)('root with all capabilities', () => {
  it('gives root up and keeps CAP_KILL, with which it ends what others run', async () => {
    const program = `exec ${pid1} --exec --user 1000:1000 -- sh -c 'trap "exit 5" TERM; echo app; while :; do sleep 0.01; done'`;
    const other =
      '(trap "echo other ended; exit" TERM; echo other; while :; do sleep 0.01; done) &';
    await using container = await runAsInit([
      ...[pid1, '-G', '20s', '--', 'sh', '-c', `${other} exec "$0" "to itself, then" sh -c "$1"`],
      ...[fixture('handoff'), program],
    ]);
    await container.seen(/app\n/);
    await container.seen(/other\n/);
    container.kill('SIGWINCH');
    await until('pid1 to give root up', () =>
      /^\s*1000\s/.test(statusOf(container.init, 'Uid') ?? ''),
    );
    expect(statusOf(container.init, 'CapPrm')?.trim()).toBe('0000000000000020');
    container.kill('SIGTERM');
    expect(await container.exited).toBe(5);
    expect(container.stdout()).toContain('other ended');
  });
});
