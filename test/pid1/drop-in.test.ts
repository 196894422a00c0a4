import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { afterAll, describe, expect, it } from 'vitest';
import { runAsInit, runAsSubreaper } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { installed } from '../harness/installed.ts';
import { childrenOf, cwdOf, descendantsOf, type Process, processes } from '../harness/proc.ts';
import { type Outcome, outcome, outcomeAsInit } from '../harness/run.ts';
import { until } from '../harness/wait.ts';
import { listens } from './listens.ts';

const folder = mkdtempSync(join(tmpdir(), 'drop-in-'));
afterAll(() => rmSync(folder, { recursive: true }));

for (const name of ['tini', 'tini-static', 'dumb-init', 'catatonit', 'podman-init'])
  symlinkSync(pid1Path(), join(folder, name));
// A copy is as good as a link.
copyFileSync(pid1Path(), join(folder, 'docker-init'));

const ours = (name: string): string => join(folder, name);
const theirs = (name: string): string => join('/usr/bin', name);
const hasPeers = installed(
  { tini: 'tini', 'dumb-init': 'dumb-init', catatonit: 'catatonit' },
  'pid1 beside the programs whose names it takes',
);

/** What both write, without what may differ: which process says it, the version, the folder of argv[0]. */
function comparable({ code, stdout, stderr }: Outcome): Outcome {
  const plain = (text: string): string =>
    text
      .replaceAll(/(?<=tini \(|catatonit:)\d+(?=\))/g, 'PID')
      .replaceAll(/_pid1-[\d.]+/g, '')
      .replaceAll('/usr/bin/', '');
  return { code, stdout: plain(stdout), stderr: plain(stderr) };
}

/** dumb-init and its child write the lines before the first signal side by side, in no fixed order. */
function transcript({ stderr }: Outcome): string[] {
  const lines = stderr.split('\n');
  const start = lines.findIndex((line) => line.includes('Received'));
  return [...lines.slice(0, start).sort(), ...lines.slice(start)];
}

const sh = (script: string): string[] => ['--', 'sh', '-c', script];

describe.skipIf(!hasPeers)('as PID 1: exit code, stdout and stderr of the real one', () => {
  it.each([
    ['tini', sh('exit 7')],
    ['tini', sh('kill -9 $$')],
    ['tini', ['-e', '7', ...sh('exit 7')]],
    ['tini', ['-e', '143', ...sh('kill $$')]],
    ['tini', ['-e143', '-e', '5', ...sh('exit 5')]],
    ['tini', ['-e', '256', 'true']],
    ['tini', ['-e', 'abc', 'true']],
    ['tini', ['-p', 'NOPE', 'true']],
    ['tini', ['-p', 'SIGKILL', ...sh('echo runs')]],
    ['tini', ['-s', '-g', ...sh('echo runs')]],
    ['tini', ['nosuch']],
    ['tini', ['--', '--', 'true']],
    ['dumb-init', ['true']],
    ['dumb-init', sh('exit 7')],
    ['dumb-init', ['sh', '-c', 'kill -9 $$']],
    ['dumb-init', []],
    ['dumb-init', ['--yolo', 'true']],
    ['dumb-init', ['-q', 'true']],
    ['dumb-init', ['-r', '15:99', 'true']],
    ['dumb-init', ['-r', '15', 'true']],
    ['dumb-init', ['--rewrite=15:2', '--single-child', ...sh('exit 3')]],
    ['dumb-init', ['nosuch']],
    ['dumb-init', ['--', '--', 'true']],
    ['dumb-init', ['--help']],
    ['dumb-init', ['-V']],
    ['dumb-init', ['-r', '1:32', 'true']],
    ['catatonit', sh('exit 7')],
    ['catatonit', ['-g', ...sh('kill -9 $$')]],
    ['catatonit', ['-q']],
    ['catatonit', ['--yolo']],
    ['catatonit', []],
  ] as const)('%s %j', async (name, args) => {
    const [real, pid1] = await Promise.all([
      outcomeAsInit([theirs(name), ...args]),
      outcomeAsInit([ours(name), ...args]),
    ]);
    expect(comparable(pid1)).toEqual(comparable(real));
  });

  it.each([
    ['tini', ['-q', 'true'], 1],
    ['tini', ['-g'], 1],
    ['tini', [], 1],
  ] as const)('%s %j: the usage after the same first line', async (name, args, code) => {
    const [real, pid1] = await Promise.all([
      outcomeAsInit([theirs(name), ...args]),
      outcomeAsInit([ours(name), ...args]),
    ]);
    const firstLine = (result: Outcome): string => comparable(result).stderr.split('\n')[0] ?? '';
    expect(firstLine(pid1)).toBe(firstLine(real));
    expect(pid1.stderr).toContain('Usage: tini [OPTIONS] PROGRAM -- [ARGS] | --version');
    expect([pid1.code, real.code]).toEqual([code, code]);
  });

  it.each(['tini', 'dumb-init', 'catatonit'])(
    '%s /etc: the same line, and the reason behind it',
    async (name) => {
      const [real, pid1] = await Promise.all([
        outcomeAsInit([theirs(name), '/etc']),
        outcomeAsInit([ours(name), '/etc']),
      ]);
      const line = comparable(real)
        .stderr.trimEnd()
        .replace('pid1: Permission denied', '$& (/etc)');
      expect(comparable(pid1).stderr).toBe(`${line} (it is a directory)\n`);
      expect(pid1.code).toBe(real.code);
    },
  );

  // Signals that come back, an orphan that is waited for, and an end by a signal: what a transcript can hold.
  const scene = `
    trap 'got=USR1' USR1
    kill -USR1 1; until [ "$got" = USR1 ]; do :; done
    orphan=$(sh -c 'sleep 0.05 >/dev/null & echo $!'); while [ -e /proc/$orphan ]; do :; done
    trap 'got=WINCH' WINCH
    kill -WINCH 1; until [ "$got" = WINCH ]; do :; done
    kill -37 1; while :; do :; done`;

  it.each([
    ['the default', ['-v'], {}],
    ['single child', ['-v', '-c'], {}],
    ['DUMB_INIT_SETSID=0', ['-v'], { DUMB_INIT_SETSID: '0' }],
    ['DUMB_INIT_DEBUG=1', [], { DUMB_INIT_DEBUG: '1' }],
    ['a rewrite of the last TERM', ['-v', '-r', '15:2'], {}],
    ['a rewrite, and a signal that is dropped', ['-v', '-r', '10:12', '-r', '12:0'], {}],
  ] as const)('the transcript of dumb-init, %s', async (_, args, variables) => {
    const env = { ...process.env, ...variables };
    // A rewritten USR1 would never come back.
    const script = args.includes('12:0' as never)
      ? 'trap "" USR2; kill -USR1 1; kill -USR2 1; kill -37 1; while :; do :; done'
      : scene;
    const [real, pid1] = await Promise.all([
      outcomeAsInit([theirs('dumb-init'), ...args, ...sh(script)], { env }),
      outcomeAsInit([ours('dumb-init'), ...args, ...sh(script)], { env }),
    ]);
    expect(transcript(pid1)).toEqual(transcript(real));
    expect([pid1.code, pid1.stdout]).toEqual([real.code, real.stdout]);
  });

  it.each([
    ['-v', {}],
    ['-vv', {}],
    ['-vvw', {}],
    ['-s', { TINI_VERBOSITY: '3' }],
  ] as const)('the transcript of tini %s %j, all of it on stderr', async (option, variables) => {
    const env = { ...process.env, ...variables };
    const [real, pid1] = await Promise.all([
      outcomeAsInit([theirs('tini'), option, ...sh(scene)], { env }),
      outcomeAsInit([ours('tini'), option, ...sh(scene)], { env }),
    ]);
    // tini writes on two streams, so their order is not known.
    const lines = ({ stdout, stderr }: Outcome): string[] => (stdout + stderr).split('\n').sort();
    expect(lines(pid1)).toEqual(lines(real));
    expect([pid1.code, pid1.stdout]).toEqual([real.code, '']);
  });

  it('the session and the group of the child', async () => {
    const ids = sh('cut -d" " -f5,6 /proc/self/stat; cut -d" " -f5,6 /proc/1/stat');
    for (const [name, ...options] of [['dumb-init'], ['tini'], ['catatonit']] as const) {
      const [real, pid1] = await Promise.all([
        outcomeAsInit([theirs(name), ...options, ...ids]),
        outcomeAsInit([ours(name), ...options, ...ids]),
      ]);
      expect(pid1.stdout, name).toBe(real.stdout);
    }
  });
});

describe('the name decides', () => {
  it.each([
    ['tini', ['--version'], /^tini version 0\.19\.0_pid1-\d+\.\d+\.\d+\n$/],
    ['tini-static', ['--version'], /^tini version 0\.19\.0_pid1/],
    // What `docker info` reads.
    ['docker-init', ['--version'], /^tini version \S+\n$/],
    ['catatonit', ['--version'], /^tini version 0\.2\.1_catatonit_pid1/],
    ['podman-init', ['-V'], /^tini version 0\.2\.1_catatonit_pid1/],
    ['tini', ['-h'], /Usage: tini/],
    ['catatonit', ['-h'], /^usage: catatonit/],
    ['tini', ['-l'], /MIT licence, copyright \(c\) 2026 the twenty-init authors/],
    ['catatonit', ['-L'], /MIT licence, copyright/],
  ])('%s %j, on stdout, exit 0', async (name, args, text) => {
    const { code, stdout, stderr } = await outcome([ours(name), ...args]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(text);
  });

  it.each([
    [['--version'], /^dumb-init v1\.2\.5\n$/],
    [['-V'], /^dumb-init v1\.2\.5\n$/],
    [['-h'], /^dumb-init v1\.2\.5\nUsage: dumb-init/],
    [['--help'], /^dumb-init v1\.2\.5\nUsage: dumb-init/],
  ])('dumb-init %j, on stderr as it has it, exit 0', async (args, text) => {
    const { code, stdout, stderr } = await outcome([ours('dumb-init'), ...args]);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(text);
  });

  it('tini is no subreaper by itself, and warns as it does', async () => {
    const { code, stderr } = await outcome([ours('tini'), 'true']);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^\[WARN {2}tini \(\d+\)\] Tini is not running as PID 1 and isn't registered as a child subreaper\.\nZombie processes will not be re-parented to Tini/,
    );
  });

  it.each([
    ['tini', ['-s'], {}, true],
    ['tini', [], { TINI_SUBREAPER: '' }, true],
    ['tini', [], { TINI_SUBREAPER: 'true' }, true],
    // With tini the presence of the variable was enough.
    ['tini', [], { TINI_SUBREAPER: '0' }, false],
    ['tini', [], {}, false],
    ['docker-init', [], { PID1_SUBREAPER: '1' }, true],
    ['dumb-init', [], {}, false],
    ['catatonit', [], {}, true],
  ] as const)('%s %j %j adopts orphans: %s', async (name, args, variables, adopts) => {
    // Its number is its name; the pid keeps it apart from that of another run.
    const orphan = ['sleep', `98.${process.pid}`];
    await using container = await runAsSubreaper(
      [ours(name), ...args, ...sh(`(exec ${orphan.join(' ')} >&2 &) ; echo up; exec sleep 98.6`)],
      { env: { ...process.env, ...variables } },
    );
    await container.seen(/up/);
    const { pid } = await until('the orphan', () =>
      processes().find(({ argv }) => argv.join(' ') === orphan.join(' ')),
    );
    try {
      const isIn = (tree: readonly Process[]): boolean => tree.some((member) => member.pid === pid);
      await until('its new parent', () =>
        adopts ? isIn(childrenOf(container.init)) : !isIn(descendantsOf(container.init)),
      );
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });

  it.each([
    ['tini', [], {}, 'one'],
    ['tini', ['-g'], {}, 'both'],
    ['tini', [], { TINI_KILL_PROCESS_GROUP: '1' }, 'both'],
    ['tini', [], { TINI_KILL_PROCESS_GROUP: 'no' }, 'one'],
    ['dumb-init', [], {}, 'both'],
    ['dumb-init', ['-c'], {}, 'one'],
    ['dumb-init', [], { DUMB_INIT_SETSID: '0' }, 'one'],
    ['catatonit', [], {}, 'one'],
    ['catatonit', ['-g'], {}, 'both'],
    ['dumb-init', ['-c'], { PID1_GROUP: '1' }, 'one'],
    ['tini', [], { PID1_GROUP: '1' }, 'both'],
  ] as const)('%s %j %j forwards to %s', async (name, args, variables, whom) => {
    await using container = await runAsInit(
      [
        ours(name),
        ...args,
        ...sh(`
          trap 'echo first' USR1; trap 'exit 0' TERM
          (trap 'echo second' USR1; echo ready; while [ ! -e /tmp/nothing ]; do sleep 0.01; done) &
          while :; do wait; done`),
      ],
      { env: { ...process.env, ...variables } },
    );
    await container.seen(/ready/);
    container.kill('SIGUSR1');
    await container.seen(/first/);
    if (whom === 'both') await container.seen(/second/);
    container.kill('SIGTERM');
    await container.exited;
    expect(container.stdout().includes('second')).toBe(whom === 'both');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('catatonit -P ends with 0 at %s', async (signal) => {
    await using container = await runAsInit([ours('catatonit'), '-P']);
    await listens(container.init);
    container.kill('SIGHUP');
    container.kill(signal);
    expect(await container.exited).toBe(0);
  });

  it('our variables work under every name, and speak as pid1 when they are wrong', async () => {
    for (const name of ['tini', 'docker-init', 'dumb-init', 'catatonit']) {
      const env = { ...process.env, PID1_EXPECT: '7,forwarded' };
      const set = await outcomeAsInit([ours(name), ...sh('env | grep ^PID1_E; exit 7')], { env });
      expect(set, name).toEqual({ code: 0, stdout: '', stderr: '' });
      const wrong = await outcomeAsInit([ours(name), 'true'], {
        env: { ...process.env, PID1_GRACE: 'soon' },
      });
      expect(wrong.stderr, name).toBe(
        'pid1: bad value "soon" for PID1_GRACE: expected a duration with a unit, such as 10s\n',
      );
      expect(wrong.code).toBe(125);
    }
  });
});

describe('the interface without the bug', () => {
  it('tini ls -l runs ls', async () => {
    const { code, stdout } = await outcomeAsInit([ours('tini'), 'ls', '-l', '/proc/self/exe']);
    expect(code).toBe(0);
    expect(stdout).toContain('/proc/self/exe ->');
  });

  it('tini sh -c takes -c for the option of sh', async () => {
    expect((await outcomeAsInit([ours('tini'), 'sh', '-c', 'exit 6'])).code).toBe(6);
  });

  it.each(['tini', 'dumb-init', 'catatonit'])(
    '%s does not hang when SIGCHLD is ignored at its start',
    async (name) => {
      const ignoring = [fixture('inherit'), 'block=', 'ignore=17'];
      const { code } = await outcomeAsInit([...ignoring, ours(name), ...sh('exit 5')]);
      expect(code).toBe(5);
    },
  );

  it.each([
    ['tini', 126],
    ['dumb-init', 2],
    ['catatonit', 1],
  ])('%s does not report an empty program as a success', async (name, code) => {
    const result = await outcomeAsInit([
      ...['sh', '-c', 'cd $(mktemp -d); : > empty; chmod +x empty; exec "$0" -- ./empty'],
      ours(name),
    ]);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain('(the file is empty)');
  });

  it.each(['tini', 'dumb-init', 'catatonit'])(
    '%s leaves mask and ignored signals of the child as they were',
    async (name) => {
      const inheriting = [fixture('inherit'), 'block=12,35', 'ignore=1,13'];
      const show = ['grep', '-E', '^Sig(Blk|Ign)', '/proc/self/status'];
      const without = await outcome([...inheriting, ...show]);
      const below = await outcomeAsInit([...inheriting, ours(name), '--', ...show]);
      expect(below.stdout).toBe(without.stdout);
    },
  );

  it('dumb-init refuses a rewrite with rubbish behind it, and takes names', async () => {
    expect((await outcomeAsInit([ours('dumb-init'), '-r', '15:3abc', 'true'])).code).toBe(1);
    const quit = await outcomeAsInit([
      ...[ours('dumb-init'), '-r', 'TERM:RTMIN+3'],
      ...sh('kill -TERM 1; while :; do sleep 1; done'),
    ]);
    expect(quit.code).toBe(128 + 37);
  });

  it.each([34, 64])(
    'dumb-init forwards the real-time signal %i, and it may die of it',
    async (signal) => {
      const { code } = await outcomeAsInit([
        ours('dumb-init'),
        ...sh(`kill -${signal} 1; while :; do sleep 1; done`),
      ]);
      expect(code).toBe(128 + signal);
    },
  );

  it('dumb-init as PID 1 is not frozen by SIGTSTP', async () => {
    await using container = await runAsInit([
      ours('dumb-init'),
      ...sh('trap "" TSTP; echo up; while :; do sleep 0.01; done'),
    ]);
    await container.seen(/up/);
    container.kill('SIGTSTP');
    container.kill('SIGTERM');
    expect(await container.exited).toBe(143);
  });

  it('catatonit names the command, and is not ended by CATATONIT_LOG', async () => {
    const { code, stderr } = await outcomeAsInit([ours('catatonit'), 'nosuch'], {
      env: { ...process.env, CATATONIT_LOG: 'debug' },
    });
    expect(code).toBe(1);
    expect(stderr).toBe(
      'ERROR (catatonit:1): failed to exec pid1: No such file or directory (nosuch)\n',
    );
  });
});

describe('catatonit, where its users had found it wrong', () => {
  const catatonit = [ours('catatonit'), '--'];

  it.each(range(1, 20))('its #4: children that end together are one SIGCHLD, run %i', async () => {
    const script = "sh -c 'sleep 0.01 & kill -9 $$'; sleep 0.0087; exit 3";
    expect((await outcomeAsInit([...catatonit, 'sh', '-c', script])).code).toBe(3);
  });

  it('its #5: exit code 127 is an end', async () => {
    expect((await outcomeAsInit([...catatonit, 'sh', '-c', 'exit 127'])).code).toBe(127);
  });

  it('its #12 and #28: it keeps no descriptor and no folder busy, and the program has both', async () => {
    const script = `until [ "$(readlink /proc/$PPID/fd/7)" = "" ]; do :; done
      readlink /proc/$PPID/cwd /proc/$$/cwd /proc/$$/fd/7`;
    const { stdout } = await outcomeAsInit(
      ['sh', '-c', 'exec 7</dev/null; exec "$@"', 'sh', ...catatonit, 'sh', '-c', script],
      { cwd: folder },
    );
    expect(stdout).toBe(`/\n${folder}\n/dev/null\n`);
  });

  it('its #13: LISTEN_PID is that of the program', async () => {
    const env = { ...process.env, LISTEN_PID: '1', LISTEN_FDS: '1' };
    const { stdout } = await outcomeAsInit([...catatonit, 'sh', '-c', 'echo $LISTEN_PID $$'], {
      env,
    });
    expect(stdout).toMatch(/^(\d+) \1\n$/);
    expect(stdout).not.toBe('1 1\n');
  });

  it('its #28 for -P: the folder that it was started in', async () => {
    await using container = await runAsInit([ours('catatonit'), '-P'], { cwd: folder });
    await until('it to be in /', () => cwdOf(container.init) === '/');
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
