import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Container } from '../harness/container.ts';
import { type BootOptions, type Image, image } from '../harness/image.ts';

/** One row of the table in docs/exit-codes.md, on real processes. */
interface Row {
  readonly event: string;
  readonly config?: object;
  readonly files?: Readonly<Record<string, string | object>>;
  readonly options?: BootOptions;
  /** What happens to it meanwhile. */
  readonly meanwhile?: (container: Container, root: Image) => Promise<void>;
  readonly code: number;
  /** What our own lines say. */
  readonly says: RegExp;
  /** Whether the app was started. */
  readonly started?: true;
}

const marker = 'started';
const app = { command: ['./app.sh'] };
const appScript = `#!/bin/sh\ntouch ${marker}\n`;
const phases = (migrate: object, exec: object = app): object => ({
  phases: { migrate, 'exec-app': exec },
});
const sh = (script: string): readonly string[] => ['sh', '-c', script];
const forever = 'while :; do sleep 0.01; done';
const waits = (trap: string): readonly string[] =>
  sh(`trap '${trap}' TERM INT QUIT; echo up; ${forever}`);
const up = async (container: Container): Promise<void> => {
  await container.seen(/^up$/m);
};
const signaled =
  (...signals: readonly NodeJS.Signals[]) =>
  async (container: Container): Promise<void> => {
    await up(container);
    for (const [index, signal] of signals.entries()) {
      if (index > 0) await container.seen(/^trapped$/m);
      container.kill(signal);
    }
  };
const supervised = (command: readonly string[], more: object = {}): object => ({
  phases: { 'exec-app': { command, mode: 'supervise', ...more } },
});
/** Ready once the file is there. */
const readyFile = { exec: ['test', '-e', 'ready'], period: '20ms' };

const rows: readonly Row[] = [
  { event: 'no config and no CMD', code: 64, says: /no twenty-init\.config\.\*/ },
  {
    event: 'an unknown option',
    config: phases({ command: ['true'] }),
    options: { entrypoint: 'pid1', args: ['--nosuch'] },
    code: 64,
    says: /nosuch/,
  },
  {
    event: 'an unknown key',
    config: phases({ comand: ['true'] }),
    code: 78,
    says: /did you mean "command"/,
  },
  {
    event: 'a required variable that is not set',
    config: { env: { required: ['TEST_NOT_SET'] }, ...phases({ command: ['true'] }) },
    code: 78,
    says: /TEST_NOT_SET is not set/,
  },
  {
    event: 'a variable and its file both set',
    config: { env: { fromFiles: ['TEST_DB'] }, ...phases({ command: ['true'] }) },
    options: { env: { ...process.env, TEST_DB: 'x', TEST_DB_FILE: '/x' } },
    code: 78,
    says: /TEST_DB and TEST_DB_FILE are both set/,
  },
  {
    event: 'a missing cwd',
    config: phases({ command: ['true'], cwd: 'nowhere' }),
    code: 78,
    says: /phases\.migrate\.cwd +cwd ".*nowhere" does not exist/,
  },
  {
    event: 'a mode that cannot do what the config says',
    config: phases({ command: ['true'] }, { ...app, mode: 'exec', restart: 'always' }),
    code: 78,
    says: /"exec" cannot do exec-app\.restart, which needs mode "supervise"/,
  },
  {
    event: 'a cwd that an earlier phase removes',
    config: {
      phases: {
        remove: { command: ['rmdir', 'gone'] },
        migrate: { command: ['true'], cwd: 'gone' },
        'exec-app': app,
      },
    },
    files: { 'gone/': '' },
    code: 78,
    says: /migrate failed: cwd ".*gone" does not exist/,
  },
  {
    event: 'a command that is not there, at preflight',
    config: phases({ command: ['nosuchcommand'] }),
    code: 78,
    says: /"nosuchcommand" was not found in PATH/,
  },
  {
    event: 'a command that is gone when its turn comes',
    config: {
      phases: {
        remove: { command: ['rm', 'tool.sh'] },
        migrate: { command: ['./tool.sh'] },
        'exec-app': app,
      },
    },
    files: { 'tool.sh': '#!/bin/sh\n' },
    code: 127,
    says: /migrate failed: command "\.\/tool\.sh" .*does not exist/,
  },
  {
    event: 'an app with a log file that is gone when its turn comes',
    config: {
      phases: { remove: { command: ['rm', 'tool.sh'] }, 'exec-app': { command: ['./tool.sh'] } },
      log: { file: 'app.log' },
    },
    files: { 'tool.sh': '#!/bin/sh\n' },
    code: 127,
    says: /exec-app failed: command "\.\/tool\.sh" .*does not exist/,
  },
  {
    event: 'a bad interpreter when its turn comes',
    config: {
      phases: {
        break: { command: sh('echo "#!/nowhere/sh" > tool.sh') },
        migrate: { command: ['./tool.sh'] },
        'exec-app': app,
      },
    },
    files: { 'tool.sh': '#!/bin/sh\n' },
    code: 127,
    says: /needs the interpreter "\/nowhere\/sh"/,
  },
  {
    event: 'a command that is not executable when its turn comes',
    config: {
      phases: {
        break: { command: ['chmod', '-x', 'tool.sh'] },
        migrate: { command: ['./tool.sh'] },
        'exec-app': app,
      },
    },
    files: { 'tool.sh': '#!/bin/sh\n' },
    code: 126,
    says: /migrate failed: .*not executable/,
  },
  {
    event: 'a step that exits n',
    config: phases({ command: sh('echo broken; exit 43') }),
    code: 43,
    says: /migrate failed: exit 43[\s\S]*\| broken/,
  },
  {
    event: 'a step that is killed by a signal',
    config: phases({ command: sh('kill -SEGV $$$$') }),
    code: 139,
    says: /killed by SIGSEGV/,
  },
  {
    event: 'a step that is killed for memory',
    config: phases({ command: sh('kill -KILL $$$$') }),
    code: 137,
    says: /killed by SIGKILL \(out of memory\?\)/,
  },
  {
    event: 'a step that fails with onFailure warn',
    config: phases({ command: ['false'], onFailure: 'warn' }),
    code: 0,
    says: /migrate +warned/,
    started: true,
  },
  {
    event: 'retries that run out',
    config: phases({
      command: sh('echo x >> tries; exit $(wc -l < tries)'),
      retry: { attempts: 3, delay: '1ms' },
    }),
    code: 3,
    says: /migrate: exit 2 at attempt 2 of 3/,
  },
  {
    event: 'a timeout',
    config: phases({ command: ['sleep', '1000'], timeout: '50ms' }),
    code: 124,
    says: /timed out after 50ms/,
  },
  {
    event: 'an idleTimeout',
    config: phases({ command: sh('echo one line; exec sleep 1000'), idleTimeout: '100ms' }),
    code: 124,
    says: /no output for 100ms \(idleTimeout\)/,
  },
  {
    event: 'a condition that errs',
    config: phases({ command: ['true'], skipIf: { exec: sh('exit 2') } }),
    code: 69,
    says: /skipIf\.exec .*ended with 2/,
  },
  ...(
    [
      ['SIGTERM', 143],
      ['SIGINT', 130],
      ['SIGQUIT', 131],
    ] as const
  ).map(
    ([signal, code]): Row => ({
      event: `${signal} during a phase, though its step exits 0`,
      config: phases({ command: waits('exit 0') }),
      meanwhile: signaled(signal),
      code,
      says: new RegExp(`${signal}: stopping migrate`),
    }),
  ),
  {
    event: 'SIGTERM with onStop defer',
    config: phases({
      command: sh('trap "" TERM; echo up; while [ ! -e go ]; do sleep 0.01; done; echo finished'),
      onStop: 'defer',
    }),
    meanwhile: async (container, root) => {
      await signaled('SIGTERM')(container);
      await container.seen(/may finish the step that runs/);
      writeFileSync(root.path('go'), '');
      await container.seen(/^finished$/m);
    },
    code: 143,
    says: /migrate +succeeded/,
  },
  {
    event: 'SIGTERM during a phase that does not react within the grace period',
    config: phases({ command: waits('echo trapped') }, { ...app, gracePeriod: '200ms' }),
    meanwhile: signaled('SIGTERM'),
    code: 137,
    says: /migrate: grace period of 200ms over, SIGKILL for pid \d+[\s\S]*SIGTERM during the boot, and the grace period of migrate over/,
  },
  {
    event: 'SIGTERM with onStop defer, and shutdown.timeout over a step that does not react',
    config: {
      ...phases(
        { command: waits('echo trapped'), onStop: 'defer' },
        { ...app, gracePeriod: '100ms' },
      ),
      shutdown: { timeout: '100ms' },
    },
    meanwhile: signaled('SIGTERM'),
    code: 137,
    says: /shutdown\.timeout is over: stopping migrate/,
  },
  ...(
    [
      ['SIGINT', 130],
      ['SIGQUIT', 131],
    ] as const
  ).map(
    ([signal, code]): Row => ({
      event: `a second ${signal}`,
      config: phases({ command: waits('echo trapped') }),
      meanwhile: signaled('SIGTERM', signal),
      code,
      says: new RegExp(`${signal}: SIGKILL now`),
    }),
  ),
  {
    event: 'SIGTERM, and the app exits within its grace period',
    config: phases({ command: ['true'] }, { command: waits('exit 7') }),
    meanwhile: signaled('SIGTERM'),
    code: 7,
    says: /exec-app/,
  },
  ...(['exec', 'supervise'] as const).flatMap((mode): Row[] => [
    {
      event: `mode ${mode}: the app dies of the SIGTERM`,
      config: phases({ command: ['true'] }, { command: sh('echo up; exec sleep 1000'), mode }),
      meanwhile: signaled('SIGTERM'),
      code: 143,
      says: /exec-app/,
    },
    {
      event: `mode ${mode}: the app dies of the SIGTERM, and that is success`,
      config: phases(
        { command: ['true'] },
        { command: sh('echo up; exec sleep 1000'), mode, successExitCodes: [0, 'forwarded'] },
      ),
      meanwhile: signaled('SIGTERM'),
      code: 0,
      says: /exec-app/,
    },
    {
      event: `mode ${mode}: the grace period is over`,
      config: phases(
        { command: ['true'] },
        { command: waits('echo trapped'), mode, gracePeriod: '200ms' },
      ),
      meanwhile: signaled('SIGTERM'),
      code: 137,
      says: /grace period/,
    },
    {
      event: `mode ${mode}: there is no grace period`,
      config: phases(
        { command: ['true'] },
        { command: waits('echo trapped'), mode, gracePeriod: '0s' },
      ),
      meanwhile: signaled('SIGTERM'),
      code: 137,
      says: /exec-app/,
    },
    {
      event: `mode ${mode}: the app exits n`,
      config: phases({ command: ['true'] }, { command: sh('exit 42'), mode }),
      code: 42,
      says: /exec-app/,
    },
    {
      event: `mode ${mode}: the app is killed by a signal`,
      config: phases({ command: ['true'] }, { command: sh('kill -SEGV $$$$'), mode }),
      code: 139,
      says: /exec-app/,
    },
  ]),
  {
    event: 'other codes that are success',
    config: supervised(sh('exit 9'), { successExitCodes: [0, 9] }),
    code: 0,
    says: /exit 9, which counts as success/,
  },
  {
    event: 'the app exits n before it is ready',
    config: supervised(sh('exit 5'), { readiness: readyFile }),
    code: 5,
    says: /exit 5 before it was ready/,
  },
  {
    event: 'the app exits 0 before it is ready',
    config: supervised(['true'], { readiness: readyFile }),
    code: 1,
    says: /exited before it was ready/,
  },
  {
    event: 'the app exits before it is ready with a code that is success',
    config: supervised(sh('exit 9'), { readiness: readyFile, successExitCodes: [0, 9] }),
    code: 9,
    says: /exited before it was ready/,
  },
  {
    event: 'not ready within startTimeout',
    config: supervised(sh('exec sleep 1000'), { readiness: readyFile, startTimeout: '200ms' }),
    code: 124,
    says: /not ready within 200ms \(startTimeout\)/,
  },
  ...(['handoff', 'supervise'] as const).map((mode) => ({
    event: `mode ${mode}: notifyFd is closed without a newline`,
    config: phases(
      { command: ['true'] },
      {
        command: sh('exec 3>&-; exec sleep 1000'),
        mode,
        readiness: { notifyFd: 3 },
        startTimeout: '1h',
      },
    ),
    code: 1,
    says: /exec-app closed fd 3 \(NOTIFY_FD\) without a newline, so it can never be ready: stopping it/,
  })),
  {
    event: 'ready, then the probe fails: nothing is killed',
    config: supervised(waits('exit 0'), { readiness: { ...readyFile, failureThreshold: 2 } }),
    files: { ready: 'x' },
    meanwhile: async (container, root) => {
      await container.seen(/exec-app ready/);
      await up(container);
      rmSync(root.path('ready'));
      await container.seen(/exec-app is not ready any more/);
      container.kill('SIGTERM');
    },
    code: 0,
    says: /exec-app ended: exit 0/,
  },
  {
    event: 'maxRestarts',
    config: supervised(sh('exit 6'), {
      restart: { policy: 'on-failure', delay: '1ms', maxRestarts: 2 },
    }),
    code: 6,
    says: /restarted 2 times .* giving up/,
  },
  {
    event: 'maxRestarts of successes',
    config: supervised(['true'], { restart: { policy: 'always', delay: '1ms', maxRestarts: 2 } }),
    code: 1,
    says: /giving up/,
  },
  {
    event: 'a post phase that fails',
    config: { ...supervised(sh('exit 3')), post: { report: { command: ['false'] } } },
    code: 3,
    says: /report failed: exit 1/,
  },
  {
    event: 'a bug in twenty-init',
    config: phases({ command: ['true'] }),
    options: {
      env: {
        ...process.env,
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent('Math.random = () => { throw new TypeError("a bug") }')}`,
      },
    },
    code: 70,
    says: /this is a bug in twenty-init: TypeError: a bug/,
  },
  ...['migrate', 'exec-app'].map(
    (running): Row => ({
      event: `a bug in twenty-init while ${running} runs, which is stopped in order`,
      config:
        running === 'migrate'
          ? phases({ command: waits('touch stopped; exit 0') })
          : supervised(waits('touch stopped; exit 0')),
      options: {
        env: {
          ...process.env,
          NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
            'import { existsSync } from "node:fs"; const { random } = Math; Math.random = () => { if (existsSync("bug")) throw new TypeError("a bug"); return random(); }',
          )}`,
        },
      },
      meanwhile: async (container, root) => {
        await up(container);
        writeFileSync(root.path('bug'), '');
        // To twenty-init, which pid1 forwards it to.
        container.kill('SIGUSR2');
        await container.exited;
        expect(existsSync(root.path('stopped'))).toBe(true);
      },
      code: 70,
      says: /this is a bug in twenty-init: TypeError: a bug/,
    }),
  ),
];

describe('the exit code of', () => {
  it.each(rows.map((row) => [row.event, row.code, row] as const))(
    '%s is %i',
    async (_, code, row) => {
      const { config, files = {}, options = {} } = row;
      using root = image({
        'app.sh': appScript,
        ...(config === undefined ? {} : { 'twenty-init.config.json': config }),
        ...files,
      });
      await using container = await root.boot(options);
      await row.meanwhile?.(container, root);
      const exited = await container.exited;
      expect(exited, container.stderr()).toBe(code);
      expect(container.stderr()).toMatch(row.says);
      expect(existsSync(root.path(marker))).toBe(row.started ?? false);
    },
  );

  it('a boot whose log and output nobody reads is that of the app', async () => {
    using root = image({
      'twenty-init.config.json': phases(
        { command: ['echo', 'x'] },
        { command: sh('exit 4'), mode: 'supervise' },
      ),
    });
    await using container = await root.boot({
      wrapper: [
        'sh',
        '-c',
        '("$@" 2>&1; echo $? > code) | true; until [ -s code ]; do :; done',
        'sh',
      ],
    });
    await container.exited;
    expect(readFileSync(root.path('code'), 'utf8')).toBe('4\n');
  });
});
