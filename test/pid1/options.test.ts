import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { enter, runAsInit, runAsSubreaper } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { image } from '../harness/image.ts';
import { childrenOf, descendantsOf, readProcess } from '../harness/proc.ts';
import { type Outcome, outcome, outcomeAsInit } from '../harness/run.ts';
import { until } from '../harness/wait.ts';
import { listens } from './listens.ts';

const pid1 = pid1Path();
const sh = (script: string): string[] => ['--', 'sh', '-c', script];
const withVariables = (variables: NodeJS.ProcessEnv): { env: NodeJS.ProcessEnv } => ({
  env: { ...process.env, ...variables },
});

/** Prints the signals that it gets; ends at an INT. */
const listener = `
  for signal in HUP QUIT USR1 USR2 TERM WINCH; do trap "echo got $signal" $signal; done
  trap "exit 0" INT; echo up; while :; do sleep 0.01; done`;

describe('the command line', () => {
  it.each([
    [[], 'no PROGRAM to run'],
    [['--'], 'no PROGRAM to run'],
    [['-k', 'true'], 'unknown option -k'],
    [['-gk', 'true'], 'unknown option -k'],
    [['--yolo', 'true'], 'unknown option --yolo'],
    [['--grac', '1s', 'true'], 'unknown option --grac'],
    [['--group=yes', 'true'], 'option --group=yes takes no value'],
    [['--grace'], 'option --grace needs a value'],
    [['-G'], 'option -G needs a value'],
    [['-P', 'true'], '--pause runs no program, got "true"'],
    [['-c', 'true'], 'unknown option -c'],
    ...['10', 's', '-1s', '1.5s', '10 s', '5d', '31536000s', ''].map(
      (value) => [['-G', value, 'true'], `bad value "${value}" for -G`] as const,
    ),
    ...['256', '-1', 'abc', '', '3-1', '1-', '143,', 'TERM,abc', '1,,2'].map(
      (value) => [['-e', value, 'true'], `bad value "${value}" for -e`] as const,
    ),
    ...[
      'TERM',
      'TERM:',
      'TERM:X',
      ':TERM',
      'CHLD:TERM',
      'KILL:TERM',
      '65:1',
      'TERM:15:3',
      'RTMIN+31:1',
    ]
      .filter((value) => value !== 'TERM:')
      .map((value) => [['-r', value, 'true'], `bad value "${value}" for -r`] as const),
    ...['TERM', 'TERM=', 'TERM=5', 'CHLD=1s', '=1s'].map(
      (value) => [['-D', value, 'true'], `bad value "${value}" for -D`] as const,
    ),
    ...['TERMX', '0', '65', ''].map(
      (value) => [['-p', value, 'true'], `bad value "${value}" for -p`] as const,
    ),
  ] as readonly (readonly [readonly string[], string])[])(
    '%j: 125, and one line says why',
    async (args, message) => {
      const { code, stdout, stderr } = await outcome([pid1, ...args]);
      expect([code, stdout]).toEqual([125, '']);
      expect(stderr).toMatch(/^pid1: [^\n]+\n$/);
      expect(stderr).toContain(message);
    },
  );

  it.each([
    [{ PID1_GRACE: 'soon' }, 'bad value "soon" for PID1_GRACE'],
    [{ PID1_GROUP: 'maybe' }, 'bad value "maybe" for PID1_GROUP'],
    [{ PID1_EXPECT: '1,x' }, 'bad value "1,x" for PID1_EXPECT'],
  ])('%j: 125', async (variables, message) => {
    const { code, stderr } = await outcome([pid1, 'true'], withVariables(variables));
    expect(code).toBe(125);
    expect(stderr).toContain(message);
  });

  it('stops at the first argument that is no option', async () => {
    expect((await outcome([pid1, '-g', 'sh', '-c', 'exit 4'])).code).toBe(4);
    expect((await outcome([pid1, 'echo', '-h', '--', '-V'])).stdout).toBe('-h -- -V\n');
  });

  it('takes short options together, values behind them or apart, long ones with = or apart', async () => {
    for (const args of [['-ge7'], ['-g', '-e', '7'], ['--group', '--expect=7'], ['--expect', '7']])
      expect((await outcome([pid1, ...args, ...sh('exit 7')])).code, args.join(' ')).toBe(0);
  });

  it('goes before the variables; what is a list adds up', async () => {
    const container = ['-G', '10s', '-e', '7', ...sh('exit 8')];
    const both = await outcome(
      [pid1, ...container],
      withVariables({ PID1_EXPECT: '8', PID1_GRACE: '0' }),
    );
    expect(both.code).toBe(0);
    await using grace = await runAsInit(
      [pid1, '-G', '100ms', ...sh('trap "" TERM; echo up; while :; do sleep 0.01; done')],
      withVariables({ PID1_GRACE: '1h' }),
    );
    await grace.seen(/up/);
    grace.kill('SIGTERM');
    expect(await grace.exited).toBe(137);
  });

  it('every switch of the help is a variable; 0, no, false, off and nothing switch off', async () => {
    const pgid = sh('cut -d" " -f6 /proc/self/stat; cut -d" " -f1 /proc/self/stat');
    for (const off of ['0', 'no', 'false', 'off', ''])
      expect((await outcome([pid1, ...pgid], withVariables({ PID1_SETSID: off }))).code).toBe(0);
    const { stdout } = await outcome(
      [pid1, ...sh('env | grep ^PID1_; cut -d" " -f1,6 /proc/$$/stat')],
      withVariables({
        PID1_SETSID: 'yes',
        PID1_WARN_REAPED: '1',
        PID1_ZOMBIES: 'true',
        PID1_VERBOSE: '0',
      }),
    );
    const [handoff, ids] = stdout.split('\n');
    // What is left is the advertisement of the handoff, for twenty-init.
    expect(handoff).toMatch(/^PID1_HANDOFF=1:\d+$/);
    const [pid, sid] = (ids ?? '').split(' ');
    expect(sid).toBe(pid);
  });

  it('help fits a screen, and names every option', async () => {
    const { code, stdout } = await outcome([pid1, '--help']);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
    for (const option of [
      's',
      'g',
      'p',
      'e',
      'r',
      'D',
      't',
      'G',
      'x',
      'w',
      'z',
      'v',
      'P',
      'h',
      'l',
      'V',
    ])
      expect(stdout).toMatch(new RegExp(`-${option}, --`));
  });
});

describe('the environment is not ours', () => {
  const run = (variables: NodeJS.ProcessEnv, script = 'exit 7'): Promise<Outcome> =>
    outcome([pid1, ...sh(script)], { env: { PATH: process.env.PATH, ...variables } });

  it.each([
    { PID1_SERVICE_HOST: '10.0.0.1' },
    {
      PID1_PORT: 'tcp://10.0.0.1:80',
      PID1_PORT_80_TCP: 'tcp://10.0.0.1:80',
      PID1_PORT_80_TCP_ADDR: '10.0.0.1',
      PID1_PORT_80_TCP_PORT: '80',
      PID1_PORT_80_TCP_PROTO: 'tcp',
      PID1_SERVICE_PORT: '80',
      PID1_SERVICE_PORT_HTTP: '80',
    },
    { PID1_WEB_SERVICE_HOST: '10.0.0.1', PID1_WEB_PORT_80_TCP: '80', PID1_WEB_PORT: '80' },
  ])('variables of a Kubernetes Service are the program’s: %j', async (variables) => {
    expect(await run(variables)).toEqual({ code: 7, stdout: '', stderr: '' });
    const { stdout } = await run(variables, 'env | grep ^PID1_ | grep -v HANDOFF');
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    expect(stdout.trim().split('\n').sort()).toEqual(lines.sort());
  });

  it.each(['PID1_NOPE', 'PID1_EXEC', 'PID1_EXPORT', 'PID1_SERVICE'])(
    'another unknown one is a warning, without its value: %s',
    async (name) => {
      const { code, stderr } = await run({ [name]: 'hush' });
      expect([code, stderr]).toEqual([
        7,
        `pid1: ignored the unknown variable ${name}; try pid1 --help\n`,
      ]);
    },
  );

  const names = ['SUBREAPER', 'GROUP', 'PARENT_DEATH', 'EXPECT', 'REWRITE', 'DELAY', 'GRACE'];
  it.each([...names, 'PAUSE', 'NOPE'].map((name) => `PID1_${name}`))(
    'an empty %s is not set',
    async (name) => {
      expect(await run({ [name]: '' })).toEqual({ code: 7, stdout: '', stderr: '' });
    },
  );

  it.each(
    ['off', '0', 'no', 'false'].flatMap((off) =>
      names.map((name) => [`PID1_${name}`, off] as const),
    ),
  )('%s=%s switches off', async (name, off) => {
    expect(await run({ [name]: off })).toEqual({ code: 7, stdout: '', stderr: '' });
  });
});

describe('--expect', () => {
  it.each([
    ['143', 'kill $$', 0],
    ['TERM', 'kill $$', 0],
    ['SIGTERM', 'kill $$', 0],
    ['TERM', 'kill -9 $$', 137],
    ['129-143', 'exit 130', 0],
    ['129-143', 'exit 144', 144],
    ['1,5-7,RTMIN+3', 'exit 6', 0],
    ['1,5-7,RTMIN+3', 'kill -37 $$', 0],
    // Nothing was forwarded.
    ['forwarded', 'kill $$', 143],
    ['forwarded', 'kill -TERM $PPID; while :; do sleep 0.01; done', 0],
    ['forwarded', 'trap "exit 143" TERM; kill -TERM $PPID; while :; do sleep 0.01; done', 0],
    ['forwarded', 'trap "exit 1" TERM; kill -TERM $PPID; while :; do sleep 0.01; done', 1],
    ['forwarded', 'trap "kill -9 $$" INT; kill -INT $PPID; while :; do sleep 0.01; done', 137],
    ['forwarded', 'kill -USR1 $PPID; while :; do sleep 0.01; done', 138],
  ])('%s: %s is %i', async (codes, script, code) => {
    expect((await outcome([pid1, '-e', codes, ...sh(script)])).code).toBe(code);
  });

  it('never hides that the program could not be executed', async () => {
    expect((await outcome([pid1, '-e', '127', '-e', '126', 'nosuch'])).code).toBe(127);
    expect((await outcome([pid1, '-e', '126', '/etc'])).code).toBe(126);
  });
});

describe('--rewrite', () => {
  it.each([
    [['TERM:QUIT'], 'SIGTERM', 'got QUIT'],
    [['SIGTERM:SIGUSR1'], 'SIGTERM', 'got USR1'],
    [['15:10'], 'SIGTERM', 'got USR1'],
    [['RTMIN+3:TERM'], 37, 'got TERM'],
    [['RTMAX:HUP', 'HUP:QUIT'], 64, 'got HUP'],
    [['TERM:QUIT,HUP:USR2'], 'SIGHUP', 'got USR2'],
  ] as const)('%j: %s arrives as %s', async (rewrites, signal, got) => {
    await using container = await runAsInit([
      pid1,
      ...rewrites.flatMap((value) => ['-r', value]),
      ...sh(listener),
    ]);
    await container.seen(/up/);
    container.kill(signal);
    await container.seen(new RegExp(got));
  });

  it.each(['WINCH:0', 'WINCH:'])('%s drops it', async (value) => {
    await using container = await runAsInit([pid1, '-v', '-r', value, ...sh(listener)]);
    await container.seen(/up/);
    container.kill('SIGWINCH');
    await container.seen(/dropped WINCH/);
    container.kill('SIGINT');
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('up\n');
  });

  it('what TERM became counts as forwarded, and starts the clock of the grace', async () => {
    const loop = 'echo up; while :; do sleep 0.01; done';
    await using quit = await runAsInit([pid1, '-r', 'TERM:QUIT', '-e', 'forwarded', ...sh(loop)]);
    await quit.seen(/up/);
    quit.kill('SIGTERM');
    expect(await quit.exited).toBe(0);
    await using deaf = await runAsInit([
      pid1,
      '-r',
      'TERM:QUIT',
      '-G',
      '50ms',
      ...sh(`trap "" QUIT; ${loop}`),
    ]);
    await deaf.seen(/up/);
    deaf.kill('SIGTERM');
    expect(await deaf.exited).toBe(137);
  });
});

describe('--delay', () => {
  it('holds a signal back; others go at once', async () => {
    await using container = await runAsInit([pid1, '-v', '-D', 'TERM=300ms', ...sh(listener)]);
    await container.seen(/up/);
    container.kill('SIGTERM');
    await container.seen(/holding TERM back for 300 ms/);
    container.kill('SIGUSR1');
    await container.seen(/got TERM/);
    expect(container.stdout()).toBe('up\ngot USR1\ngot TERM\n');
  });

  it('a burst of a real-time signal goes together, in number and order', async () => {
    await using container = await runAsInit([
      pid1,
      '-D',
      'RTMIN+3=200ms',
      '--',
      fixture('signal-log'),
    ]);
    await container.seen(/ready/);
    for (let count = 0; count < 5; count++) container.kill(37);
    await container.seen(/(signal 37 [^\n]*\n){5}/);
  });

  it('the clock of the grace starts when the signal goes; a second INT ends the wait', async () => {
    await using container = await runAsInit([
      ...[pid1, '-v', '-D', 'TERM=1h', '-G', '1h'],
      ...sh('trap "" INT; echo up; while :; do sleep 0.01; done'),
    ]);
    await container.seen(/up/);
    container.kill('SIGTERM');
    await container.seen(/holding TERM/);
    container.kill('SIGINT');
    await container.seen(/forwarded INT/);
    container.kill('SIGINT');
    expect(await container.exited).toBe(137);
    expect(container.stderr()).toContain('the end was forced');
  });

  it('what is held back when the program ends is no reason to wait', async () => {
    await using container = await runAsInit([pid1, '-v', '-D', 'USR1=1h', ...sh(`${listener}`)]);
    await container.seen(/up/);
    container.kill('SIGUSR1');
    await container.seen(/holding USR1/);
    container.kill('SIGINT');
    expect(await container.exited).toBe(0);
  });
});

describe('--setsid', () => {
  it('the program leads a session of its own', async () => {
    const { stdout } = await outcome([pid1, '-t', ...sh('cut -d" " -f1,5,6 /proc/$$/stat')]);
    const [pid, pgid, sid] = stdout.trim().split(' ');
    expect([pgid, sid]).toEqual([pid, pid]);
  });
});

describe('--warn-reaped', () => {
  it('names each orphan and its exit code, and not the program', async () => {
    const { code, stderr } = await outcomeAsInit([
      ...[pid1, '-w'],
      ...sh(`
        orphan=$(sh -c 'sh -c "sleep 0.05; exit 3" >/dev/null & echo $!')
        while [ -e /proc/$orphan ]; do :; done; exit 5`),
    ]);
    expect(code).toBe(5);
    expect(stderr).toMatch(/^pid1: reaped orphan \d+ \(sh\), exit code 3\n$/);
  });
});

describe('--zombies', () => {
  it('names the live parent that does not reap, once', { timeout: 90_000 }, async () => {
    // What the shell starts is inherited by the program that it becomes, which knows nothing of it.
    await using container = await runAsInit([
      ...[pid1, '-z'],
      ...sh('for i in 1 2 3; do sleep 0.01 & done; exec sleep 1000'),
    ]);
    // It looks every ten seconds, and a zombie counts when it is seen twice.
    await until('the report', () => container.stderr() !== '');
    expect(container.stderr()).toMatch(
      /^pid1: pid 2 \(sleep\) does not reap its children: zombies 3, one of them pid 3\n$/,
    );
  });
});

describe('--pause', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)(
    'ends with 0 at %s, and at no other',
    async (signal) => {
      await using container = await runAsInit([pid1, '--pause']);
      await listens(container.init);
      container.kill('SIGHUP');
      container.kill('SIGUSR1');
      container.kill('SIGCONT');
      container.kill(signal);
      expect(await container.exited).toBe(0);
    },
  );

  it('reaps what others leave in its namespace', async () => {
    await using container = await runAsInit([pid1, '-P']);
    await enter(container.init, ['sh', '-c', 'for i in 1 2 3; do (sleep 0.05 &); done']);
    await until('nobody but the pause', () => container.processes().length === 1);
  });

  it('with a grace it ends them in order', async () => {
    using app = image({
      'visitor.sh':
        '#!/bin/sh\ntrap "echo cleaned up > done; exit" TERM\n: > up\nwhile :; do sleep 0.01; done\n',
    });
    await using container = await runAsInit([pid1, '-P', '-G', '10s']);
    await enter(container.init, ['sh', '-c', `cd ${app.root} && ./visitor.sh &`]);
    await until('the visitor', () => existsSync(app.path('up')));
    container.kill('SIGTERM');
    expect(await container.exited).toBe(0);
    expect(readFileSync(app.path('done'), 'utf8')).toBe('cleaned up\n');
  });
});

describe('--parent-death', () => {
  it('gets the signal when the parent dies, and forwards it', async () => {
    const parent = spawn(
      'sh',
      [
        '-c',
        `${pid1} -p USR1 -- sh -c 'trap "exit 0" USR1; echo up; while :; do sleep 0.01; done' & wait`,
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await new Promise((resolve) => parent.stdout.once('data', resolve));
    const init = childrenOf(parent.pid as number)[0];
    const tree = init === undefined ? [] : descendantsOf(init.pid);
    expect(tree.length).toBeGreaterThan(1);
    parent.kill('SIGKILL');
    await until('the end of pid1', () => (readProcess(init?.pid ?? 0)?.state ?? 'Z') === 'Z');
  });
});

describe('--parent', () => {
  const started = (parent: string): SpawnSyncReturns<string> =>
    spawnSync(
      pid1,
      ['--exec', '--parent-death', 'KILL', '--parent', parent, '--', 'echo', 'started'],
      { encoding: 'utf8' },
    );

  it('starts the program of a parent that lives', () => {
    expect(started(String(process.pid))).toMatchObject({ status: 0, stdout: 'started\n' });
  });

  it('starts nothing for one that was gone before the first line', () => {
    expect(started('1073741823')).toMatchObject({ signal: 'SIGKILL', stdout: '' });
  });

  it.each(['', 'me', '12x', '-1'])('%j is refused', (parent) => {
    expect(started(parent).status).toBe(125);
  });
});

describe('--no-subreaper', () => {
  it('leaves orphans to the PID 1 above', async () => {
    await using container = await runAsSubreaper([
      ...[pid1, '-s', '--', pid1, '--no-subreaper'],
      ...sh('(exec sleep 97.3 >&2 &); echo up; exec sleep 97.4'),
    ]);
    await container.seen(/up/);
    await until('the orphan', () =>
      childrenOf(container.init).some(({ argv }) => argv[1] === '97.3'),
    );
  });
});
