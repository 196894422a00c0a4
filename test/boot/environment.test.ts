import { describe, expect, it } from 'vitest';
import { image } from '../harness/image.ts';

const show = ['sh', '-c', 'echo "DB=$TEST_DB JWT=$TEST_JWT FILE=$${TEST_DB_FILE-gone}"'];
const env = (more: Record<string, string>): NodeJS.ProcessEnv => ({ ...process.env, ...more });

describe('the environment', () => {
  it.each(['exec', 'handoff', 'supervise'])(
    'from files reaches the phases and the app in mode %s, without the names of the files',
    async (mode) => {
      using root = image({
        'secrets/db': 'postgres://db\n',
        'credentials/TEST_JWT': 'jwt',
        'twenty-init.config.json': {
          env: { required: ['TEST_DB', 'TEST_JWT'], fromFiles: ['TEST_DB', 'TEST_JWT'] },
          phases: { show: { command: show }, 'exec-app': { command: show, mode } },
        },
      });
      await using container = await root.boot({
        env: env({
          TEST_DB_FILE: root.path('secrets/db'),
          CREDENTIALS_DIRECTORY: root.path('credentials'),
        }),
      });
      expect(await container.exited).toBe(0);
      const line = 'DB=postgres://db JWT=jwt FILE=gone\n';
      expect(container.stdout()).toBe(line + line);
    },
  );

  it('fills variables into commands, cwd and env', async () => {
    using root = image({
      'server/': '',
      'twenty-init.config.json': {
        phases: {
          show: {
            command: [
              'sh',
              '-c',
              'echo "$(basename "$PWD") $0 $1 $NOTE"',
              '${TEST_A}',
              '${TEST_B:-b} $${TEST_A}',
            ],
            cwd: '${TEST_CWD}',
            env: { NOTE: '<${TEST_A}>' },
          },
          'exec-app': { command: ['echo', '$TEST_A', '${TEST_EMPTY}'] },
        },
      },
    });
    await using container = await root.boot({
      env: env({ TEST_A: 'a b', TEST_CWD: 'server', TEST_EMPTY: '' }),
    });
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('server a b b ${TEST_A} <a b>\n$TEST_A \n');
  });

  it('names every variable that is missing, once and in one report', async () => {
    using root = image({
      'twenty-init.config.json': {
        env: { required: ['TEST_ONE'], fromFiles: ['TEST_TWO'] },
        phases: {
          migrate: { command: ['${TEST_ONE}', '${TEST_THREE}'], cwd: 'nowhere' },
          'exec-app': { command: ['true'] },
        },
      },
    });
    await using container = await root.boot({ env: env({ TEST_TWO_FILE: '/nowhere' }) });
    expect(await container.exited).toBe(78);
    const [, ...problems] = container.stderr().trim().split('\n');
    expect(problems.map((line) => line.trim().replace(/ {2,}/, ' '))).toEqual([
      'env.fromFiles TEST_TWO_FILE: "/nowhere" cannot be read (ENOENT)',
      'env.required TEST_ONE is not set',
      'phases.migrate.command.1 ${TEST_THREE} is not set; ${TEST_THREE:-} would allow that',
      expect.stringMatching(/^phases\.migrate\.cwd cwd ".*nowhere" does not exist$/),
    ]);
  });
});

describe('a phase that is a function', () => {
  const config = (body: string): Record<string, string> => ({
    'twenty-init.config.mjs': `export default { phases: {
      work: { env: { A: 'phase' }, timeout: '20s', async run({ cwd, env, signal, log, exec }) { ${body} } },
      'exec-app': { command: ['echo', 'app'] },
    } };`,
  });

  it('gets cwd and env, writes to the log of the phase, and runs commands', async () => {
    using root = image(
      config(
        `log('cwd ' + cwd + ' A ' + env.A); await exec(['sh', '-c', 'echo A $A']); log('done');`,
      ),
    );
    await using container = await root.boot();
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe(`cwd ${root.root} A phase\nA phase\ndone\napp\n`);
  });

  it.each([
    ["throw new Error('no table')", 1, /work failed: no table; exec-app does not start/],
    ["await exec(['sh', '-c', 'exit 7'])", 7, /work failed: "sh -c exit 7" ended with 7/],
    ["await exec(['nosuchcommand'])", 127, /"nosuchcommand" was not found/],
  ])('that does %s ends the boot with %i', async (body, code, says) => {
    using root = image(config(body));
    await using container = await root.boot();
    expect(await container.exited).toBe(code);
    expect(container.stderr()).toMatch(says);
    expect(container.stdout()).not.toContain('app');
  });

  it('that never settles does not look like success', async () => {
    using root = image({
      'twenty-init.config.mjs': `export default { phases: { work: { run: () => new Promise(() => {}) }, 'exec-app': { command: ['echo', 'app'] } } };`,
    });
    await using container = await root.boot();
    expect(await container.exited).toBe(70);
    expect(container.stderr()).toContain('a promise was never settled');
    expect(container.stdout()).toBe('');
  });

  it('that calls process.exit(0) does not look like success', async () => {
    using root = image(config('process.exit(0)'));
    await using container = await root.boot();
    expect(await container.exited).toBe(70);
    expect(container.stderr()).toContain('ended by code of the config');
    expect(container.stdout()).toBe('');
  });

  it('is told to stop by its signal, and its commands are stopped', async () => {
    using root = image(
      config(
        `signal.addEventListener('abort', () => log('aborted'));
         await exec(['sh', '-c', 'trap "echo trapped; exit 0" TERM; echo up; while :; do sleep 0.01; done']);`,
      ),
    );
    await using container = await root.boot();
    await container.seen(/^up$/m);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(143);
    expect(container.stdout()).toContain('aborted');
    expect(container.stdout()).toContain('trapped');
  });
});
