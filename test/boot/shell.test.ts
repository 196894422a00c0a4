import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { image } from '../harness/image.ts';

const one = (phase: object, more: object = {}): Record<string, object> => ({
  'twenty-init.config.json': {
    phases: { one: phase, 'exec-app': { command: ['echo', 'app'] } },
    ...more,
  },
});
const env = (more: Record<string, string>): NodeJS.ProcessEnv => ({ ...process.env, ...more });

describe('a string for a shell', () => {
  it('may have pipes, lists and redirections, in a phase, a step and the app', async () => {
    using root = image({
      'twenty-init.config.json': {
        phases: {
          pipe: { shell: '/bin/sh', command: 'printf "b\\na\\n" | sort > sorted && cat sorted' },
          steps: {
            steps: [
              { name: 'one', shell: 'sh', command: 'for x in 1 2; do\n  echo $x\ndone\n' },
              { name: 'two', command: ['echo', '$x | y'] },
            ],
          },
          'exec-app': { shell: '/bin/sh', command: 'cat *orted | tail -n 1' },
        },
      },
    });
    await using container = await root.boot();
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('a\nb\n1\n2\n$x | y\nb\n');
    expect(container.stderr()).toContain(
      'steps/one: sh -c for x in 1 2; do ⏎ echo $x ⏎ done (cwd ',
    );
  });

  it('has its variables filled in by the shell: no value is executed', async () => {
    const evil = '$(touch pwned); `touch pwned`; touch pwned';
    using root = image(
      one({
        shell: '/bin/sh',
        command: 'printf "%s\\n" "$TEST_A" ${TEST_A} "$OWN" "${TEST_UNSET-unset}"',
        env: { OWN: '<${TEST_A}>' },
      }),
    );
    await using container = await root.boot({ env: env({ TEST_A: evil }) });
    expect(await container.exited).toBe(0);
    expect(container.stdout().split('\n')).toEqual([
      evil,
      ...evil.split(' '),
      `<${evil}>`,
      'unset',
      'app',
      '',
    ]);
    expect(existsSync(root.path('pwned'))).toBe(false);
  });

  it('has $$ as the shell has it, its pid', async () => {
    using root = image(one({ shell: '/bin/sh', command: 'echo $$' }));
    await using container = await root.boot();
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toMatch(/^\d+\napp\n$/);
  });

  it.each([
    ['exit 9', 9],
    ['true | false', 1],
    ['nosuchcommand', 127],
    ['kill -KILL $$', 137],
  ])('"%s" ends the boot with %i', async (command, code) => {
    using root = image(one({ shell: '/bin/sh', command }));
    await using container = await root.boot();
    expect(await container.exited).toBe(code);
    expect(container.stdout()).toBe('');
  });

  it.each([
    ['/bin/nosuchshell', 'phases.one.shell  command "/bin/nosuchshell" does not exist'],
    ['nosuchshell', 'phases.one.shell  command "nosuchshell" was not found in PATH'],
    ['/etc/passwd', 'phases.one.shell  command "/etc/passwd" is not executable'],
  ])('for the shell %s is an error before anything runs: 78', async (shell, says) => {
    using root = image({
      'twenty-init.config.json': {
        phases: {
          first: { command: ['touch', 'ran'] },
          one: { shell, command: 'x' },
          'exec-app': { command: ['true'] },
        },
      },
    });
    await using container = await root.boot();
    expect(await container.exited).toBe(78);
    expect(container.stderr()).toContain(says);
    expect(existsSync(root.path('ran'))).toBe(false);
  });

  it('is not searched for in an image without a shell when nothing needs one', async () => {
    using root = image(
      one({ shell: '/bin/nosuchshell', command: 'x', skipIf: { env: { SKIP: '1' } } }),
    );
    await using container = await root.boot({ env: env({ SKIP: '1' }) });
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('app\n');
  });

  it('without a shell is an error that says how to write it', async () => {
    using root = image(one({ command: 'npm run migrate' }));
    await using container = await root.boot();
    expect(await container.exited).toBe(78);
    expect(container.stderr()).toContain(
      'phases.one.command  expected a list such as ["node", "server.js"] (no shell splits it), or shell: "/bin/sh" beside a string, got "npm run migrate"',
    );
  });
});

describe('an app under a shell', () => {
  const traps =
    '#!/bin/sh\ntrap "echo cleaned up; exit 0" TERM\necho up\nwhile :; do sleep 0.01; done\n';
  const app = (command: string, more: object = {}): Record<string, string | object> => ({
    'app.sh': traps,
    'twenty-init.config.json': {
      phases: { 'exec-app': { shell: '/bin/sh', command, gracePeriod: '10s', ...more } },
    },
  });

  it.each(['exec', 'handoff', 'supervise'])(
    'takes the place of the shell by exec, in mode %s',
    async (mode) => {
      using root = image(app('umask 077 && exec ./app.sh "$TEST_A"', { mode }));
      await using container = await root.boot({ env: env({ TEST_A: 'a  b' }) });
      await container.seen(/^up$/m);
      // A loop forks: for a moment there are two of it.
      const shells = container.processes().filter(({ argv }) => /sh$/.test(argv[0] ?? ''));
      expect(new Set(shells.map(({ argv }) => argv.slice(1).join('|')))).toEqual(
        new Set(['./app.sh|a  b']),
      );
      container.kill('SIGTERM');
      expect(await container.exited).toBe(0);
      expect(container.stdout()).toBe('up\ncleaned up\n');
    },
  );

  it.each(['exec', 'handoff', 'supervise'])(
    'without exec still ends in order, by the death of the shell, in mode %s',
    async (mode) => {
      using root = image(app('./app.sh; echo never', { mode, successExitCodes: [0, 'forwarded'] }));
      await using container = await root.boot();
      await container.seen(/^up$/m);
      container.kill('SIGTERM');
      expect(await container.exited).toBe(0);
      expect(container.stdout()).toBe('up\ncleaned up\n');
    },
  );

  it.each([
    // As Docker has it for `CMD echo the app`.
    [['/bin/sh', '-c', 'echo the app'], 'phase\nthe app\n'],
    [['npm', '--version'], 'phase\n'],
    [['echo', 'the', 'app'], 'the app\n'],
  ])('has a CMD %j recognised by what runs: [shell, -c, command]', async (cmd, output) => {
    using root = image({
      'twenty-init.config.json': {
        phases: {
          one: { command: ['echo', 'phase'] },
          'exec-app': { shell: '/bin/sh', command: 'echo the app', match: [['npm']] },
        },
      },
    });
    await using container = await root.boot({ cmd });
    expect(await container.exited).toBe(0);
    expect(container.stdout().startsWith(output)).toBe(true);
  });
});

describe('the commands for the config', () => {
  const config = {
    phases: {
      load: { shell: 'bash', command: 'zcat < "$DUMP" |\n  psql', stopSignal: 'SIGINT' },
      'exec-app': { shell: '/bin/sh', command: 'exec node "$ENTRY"', stopSignal: 'SIGQUIT' },
    },
  };

  it('plan shows the shell and the stop signal', () => {
    using root = image({ 'twenty-init.config.json': config });
    expect(root.command(['plan']).stdout).toBe(`the boot
├─ load  bash -c zcat < "$DUMP" | ⏎ psql
│     cwd ${root.root}
│     starts at once
│     stopSignal SIGINT
└─ exec-app  /bin/sh -c exec node "$ENTRY"
      cwd ${root.root}
      mode supervise (exec-app.stopSignal)
      stopSignal SIGQUIT
      grace period 30s
`);
    const { stdout } = root.command(['plan', '--format', 'mermaid']);
    expect(stdout).toContain('n_load["load<br/>bash -c zcat #lt; #quot;$DUMP#quot; | ⏎ psql"]');
    expect(JSON.parse(root.command(['plan', '--format', 'json']).stdout)).toMatchObject({
      phases: [{ steps: [{ stopSignal: 'SIGINT' }] }],
      app: { command: '/bin/sh -c exec node "$ENTRY"', stopSignal: 'SIGQUIT' },
    });
  });

  it('compile keeps both as they are written', () => {
    using root = image({ 'twenty-init.config.json': config });
    expect(root.command(['compile', '-o', 'frozen.json']).code).toBe(0);
    expect(JSON.parse(readFileSync(root.path('frozen.json'), 'utf8'))).toEqual(config);
  });
});
