import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { image } from '../harness/image.ts';

const touch = (name: string): string => `#!/bin/sh\ntouch ${name}\n`;

describe('a failing migration', () => {
  const files = {
    'migrate.sh': '#!/bin/sh\nseq 1 50\necho "relation core.user does not exist" >&2\nexit 43\n',
    'register.sh': touch('registered'),
    'app.sh': touch('started'),
    'twenty-init.config.json': {
      phases: {
        migrate: { command: ['./migrate.sh'] },
        register: { command: ['./register.sh'] },
        'exec-app': { command: ['./app.sh'] },
      },
    },
  };

  it('ends the container with its own exit code, and nothing later starts', async () => {
    using app = image(files);
    await using container = await app.boot();
    expect(await container.exited).toBe(43);
    expect(existsSync(app.path('registered'))).toBe(false);
    expect(existsSync(app.path('started'))).toBe(false);
    expect(container.stderr()).toMatch(/migrate failed: exit 43 .*exec-app does not start/);
    expect(container.stderr()).toMatch(/register +canceled/);
  });

  it('has the last 20 lines of its output repeated in the report', async () => {
    using app = image(files);
    await using container = await app.boot();
    await container.exited;
    const [, report = ''] = container.stderr().split('last 20 lines of migrate:\n');
    const lines = report.split('\n').filter((line) => line.startsWith('  | '));
    expect(lines).toHaveLength(20);
    expect(lines.at(-1)).toBe('  | relation core.user does not exist');
    expect(lines.at(-2)).toBe('  | 50');
  });

  it('whose leader dies first leaves nothing in its group that runs beside the next attempt', async () => {
    using app = image({
      ...files,
      'migrate.sh': `#!/bin/sh
        mkdir lock || exec echo two at once
        sh -c 'trap "rmdir lock; exit" TERM; touch up; while :; do sleep 0.01; done' &
        until [ -e up ]; do sleep 0.01; done
        rm up
        exit 3`,
      'twenty-init.config.json': {
        phases: {
          migrate: { command: ['./migrate.sh'], retry: { attempts: 3, delay: '1ms' } },
          'exec-app': { command: ['./app.sh'] },
        },
      },
    });
    await using container = await app.boot();
    expect(await container.exited).toBe(3);
    expect(container.stdout()).toBe('');
    expect(existsSync(app.path('lock'))).toBe(false);
  });

  it('that is killed says by which signal, and ends with 128+n', async () => {
    using app = image({ ...files, 'migrate.sh': '#!/bin/sh\nkill -KILL $$\n' });
    await using container = await app.boot();
    expect(await container.exited).toBe(137);
    expect(container.stderr()).toContain('migrate failed: killed by SIGKILL');
    expect(container.stderr()).toContain('out of memory?');
  });

  it('goes on when its onFailure is warn', async () => {
    using app = image({
      ...files,
      'twenty-init.config.json': {
        phases: {
          migrate: { command: ['./migrate.sh'], onFailure: 'warn' },
          'exec-app': { command: ['./app.sh'] },
        },
      },
    });
    await using container = await app.boot();
    expect(await container.exited).toBe(0);
    expect(existsSync(app.path('started'))).toBe(true);
    expect(container.stderr()).toMatch(/migrate +warned/);
  });
});

describe('a phase that hangs', () => {
  it('is stopped with its whole group when its timeout is over, exit 124', async () => {
    using app = image({
      // The leader goes at once, as npm does, and its child needs the sweep.
      'hang.sh': '#!/bin/sh\ntrap "exit 0" TERM\nsleep 1001 &\nsleep 1002 & wait\n',
      'twenty-init.config.json': {
        phases: {
          hang: { command: ['./hang.sh'], timeout: '200ms' },
          'exec-app': { command: ['echo', 'app'] },
        },
      },
    });
    await using container = await app.boot();
    expect(await container.exited).toBe(124);
    expect(container.stdout()).toBe('');
    expect(container.stderr()).toContain('hang failed: timed out after 200ms');
  });
});

describe('preflight', () => {
  it('reports a missing cwd as a missing cwd, with path and phase, before anything runs', async () => {
    using app = image({
      'first.sh': touch('ran'),
      'twenty-init.config.json': {
        phases: {
          first: { command: ['./first.sh'] },
          migrate: { command: ['./migrate.sh'], cwd: 'packages/sevrer' },
          'exec-app': { command: ['true'] },
        },
      },
    });
    await using container = await app.boot();
    expect(await container.exited).toBe(78);
    expect(container.stderr()).toContain('phases.migrate.cwd');
    expect(container.stderr()).toContain(`"${app.path('packages/sevrer')}" does not exist`);
    expect(container.stderr()).not.toMatch(/not found|ENOENT/);
    expect(existsSync(app.path('ran'))).toBe(false);
  });

  it('reports a cwd that an earlier phase removes the same way, with 78', async () => {
    using app = image({
      'server/': '',
      'twenty-init.config.json': {
        phases: {
          remove: { command: ['rmdir', 'server'] },
          migrate: { command: ['true'], cwd: 'server' },
          'exec-app': { command: ['true'] },
        },
      },
    });
    await using container = await app.boot();
    expect(await container.exited).toBe(78);
    expect(container.stderr()).toContain(
      `migrate failed: cwd "${app.path('server')}" does not exist`,
    );
  });

  it.each(['pid1', 'sh'] as const)('and the same of the app, under %s', async (entrypoint) => {
    using app = image({
      'server/app.sh': '#!/bin/sh\n',
      'twenty-init.config.json': {
        phases: {
          remove: { command: ['rm', '-r', 'server'] },
          'exec-app': { command: ['./app.sh'], cwd: 'server' },
        },
      },
    });
    await using container = await app.boot({ entrypoint });
    expect(await container.exited).toBe(78);
    expect(container.stderr()).toContain(
      `exec-app failed: cwd "${app.path('server')}" does not exist`,
    );
  });

  it('reports every problem at once', async () => {
    using app = image({
      noexec: '#!/bin/sh\n',
      'twenty-init.config.json': {
        env: { required: ['TEST_NOT_SET', 'TEST_EMPTY', 'PATH'] },
        phases: {
          one: { command: ['nosuchcommand'] },
          two: { command: ['true'], cwd: 'nosuchfolder' },
          three: { command: ['./noexec'] },
          'exec-app': { command: ['./nosuchapp'] },
        },
      },
    });
    await using container = await app.boot({ env: { ...process.env, TEST_EMPTY: '' } });
    expect(await container.exited).toBe(78);
    expect(container.stderr()).toContain('6 problems, nothing was started');
    for (const problem of [
      /env\.required +TEST_NOT_SET is not set/,
      /env\.required +TEST_EMPTY is empty/,
      /phases\.one\.command +command "nosuchcommand" was not found in PATH/,
      /phases\.two\.cwd +cwd ".*nosuchfolder" does not exist/,
      /phases\.three\.command +command "\.\/noexec" .* is not executable/,
      /phases\.exec-app\.command +command "\.\/nosuchapp" .* does not exist/,
    ])
      expect(container.stderr()).toMatch(problem);
  });

  it.each([
    ['an unknown key', { phases: { 'exec-app': { comand: ['x'] } } }, 'did you mean "command"?'],
    ['no command and no CMD', { phases: { 'exec-app': {} } }, 'the container has no CMD'],
  ])('refuses %s', async (_, config, message) => {
    using app = image({ 'twenty-init.config.json': config });
    await using container = await app.boot();
    expect(await container.exited).toBe(78);
    expect(container.stderr()).toContain(message);
  });

  it('refuses a file that is not JSON, and one that is not there', async () => {
    using app = image({ 'twenty-init.config.json': '{ "phases": ' });
    await using broken = await app.boot();
    expect(await broken.exited).toBe(78);
    expect(broken.stderr()).toContain(app.path('twenty-init.config.json'));
    await using missing = await app.boot({ env: { ...process.env, TWENTY_INIT_CONFIG: 'x.json' } });
    expect(await missing.exited).toBe(78);
    expect(missing.stderr()).toContain(
      `TWENTY_INIT_CONFIG: "${app.path('x.json')}" does not exist`,
    );
  });
});

describe('usage', () => {
  it('without a config and a CMD is 64', async () => {
    using app = image({});
    await using container = await app.boot();
    expect(await container.exited).toBe(64);
    expect(container.stderr()).toContain('no twenty-init.config.*');
  });
});

describe('secrets', () => {
  it('in a URL are masked in our own lines', async () => {
    const url = 'postgres://me:hunter2@localhost/app';
    using app = image({
      'twenty-init.config.json': {
        phases: {
          migrate: { command: ['sh', '-c', 'echo "failed: $0" >&2; exit 1', url] },
          'exec-app': { command: ['true'] },
        },
      },
    });
    await using container = await app.boot();
    expect(await container.exited).toBe(1);
    // What the phase itself wrote is passed on as it is.
    const own = container.stderr().replace(`\nfailed: ${url}\n`, '\n');
    expect(own).toContain('postgres://me:***@localhost/app');
    expect(own).not.toContain('hunter2');
  });
});
