import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { image } from '../harness/image.ts';
import { until } from '../harness/wait.ts';

const config = (migrate: readonly string[]): object => ({
  phases: {
    migrate: { command: migrate },
    register: { command: ['touch', 'registered'] },
    'exec-app': { command: ['touch', 'started'], gracePeriod: '10s' },
  },
});

describe('a stop signal while migrate runs', () => {
  const files = {
    'migrate.sh':
      '#!/bin/sh\ntrap "echo cleaning up; exit 0" TERM INT QUIT HUP\necho migrating\nwhile :; do sleep 0.01; done\n',
    'twenty-init.config.json': config(['./migrate.sh']),
  };

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
    ['SIGHUP', 129],
  ] as const)('%s: it is stopped, nothing later starts, exit %i', async (signal, code) => {
    using app = image(files);
    await using container = await app.boot();
    await container.seen(/migrating/);
    container.kill(signal);
    expect(await container.exited).toBe(code);
    expect(container.stdout()).toContain('cleaning up');
    expect(container.stderr()).toContain(`${signal}: stopping migrate, nothing more starts`);
    expect(container.stderr()).toMatch(/migrate +canceled/);
    expect(existsSync(app.path('registered'))).toBe(false);
    expect(existsSync(app.path('started'))).toBe(false);
  });

  it('also ends what a leader that dies first leaves in its group', async () => {
    using app = image({
      ...files,
      'migrate.sh': `#!/bin/sh
        sh -c 'trap "echo child cleaned up; exit 0" TERM; echo migrating; while :; do sleep 0.01; done' &
        trap "exit 1" TERM
        wait; wait`,
    });
    await using container = await app.boot();
    await container.seen(/migrating/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(143);
    expect(container.stdout()).toContain('child cleaned up');
  });

  it('wakes a stopped process, so that it can end in order', async () => {
    using app = image({ ...files, 'migrate.sh': '#!/bin/sh\necho migrating\nkill -STOP $$\n' });
    await using container = await app.boot();
    await container.seen(/migrating/);
    await until('the stopped shell', () =>
      container.processes().some(({ state }) => state === 'T'),
    );
    container.kill('SIGTERM');
    expect(await container.exited).toBe(143);
  });

  it('a second SIGINT kills a phase that does not react', async () => {
    using app = image({
      ...files,
      'migrate.sh':
        '#!/bin/sh\ntrap "echo not now" INT TERM\necho migrating\nwhile :; do sleep 0.01; done\n',
    });
    await using container = await app.boot();
    await container.seen(/migrating/);
    container.kill('SIGINT');
    await container.seen(/not now/);
    container.kill('SIGINT');
    expect(await container.exited).toBe(130);
    expect(container.stderr()).toContain('SIGINT: SIGKILL now');
  });

  it('a repeated SIGTERM is told and changes nothing', async () => {
    using app = image({
      ...files,
      'migrate.sh':
        '#!/bin/sh\ntrap "echo first" TERM\necho migrating\nwhile [ ! -e go ]; do sleep 0.01; done\n',
    });
    await using container = await app.boot();
    await container.seen(/migrating/);
    container.kill('SIGTERM');
    await container.seen(/first/);
    container.kill('SIGTERM');
    await container.seen(/SIGTERM again: already stopping/);
    writeFileSync(app.path('go'), '');
    expect(await container.exited).toBe(143);
  });

  it('SIGUSR1 and SIGUSR2 do not end the boot, and open no inspector', async () => {
    using app = image({
      ...files,
      'migrate.sh': '#!/bin/sh\necho migrating\nwhile [ ! -e go ]; do sleep 0.01; done\n',
    });
    await using container = await app.boot();
    await container.seen(/migrating/);
    container.kill('SIGUSR1');
    container.kill('SIGUSR2');
    writeFileSync(app.path('go'), '');
    expect(await container.exited).toBe(0);
    expect(container.stderr()).not.toContain('Debugger listening');
  });
});

describe('a reader of stdout that has stopped reading', () => {
  it.each([
    ['a phase', {}],
    ['an app with a log file', { log: { file: 'app.log' } }],
  ])('does not keep %s from being stopped', async (_, more) => {
    const flood = ['sh', '-c', 'while :; do echo a line that nobody reads; done'];
    const quiet = ['true'];
    const floods = 'log' in more ? { migrate: quiet, app: flood } : { migrate: flood, app: quiet };
    using root = image({
      'twenty-init.config.json': {
        ...more,
        phases: {
          migrate: { command: floods.migrate },
          'exec-app': { command: floods.app, gracePeriod: '500ms' },
        },
      },
    });
    const stuck = '("$@"; echo $? > code) | { sleep 1000; }';
    await using container = await root.boot({ wrapper: ['sh', '-c', stuck, 'sh'] });
    await container.seen('log' in more ? /exec-app runs/ : /── migrate/);
    const pid1 = await until('pid1', () =>
      container.processes().find(({ argv }) => argv[0]?.endsWith('pid1')),
    );
    process.kill(pid1.pid, 'SIGTERM');
    const code = await until('the exit code', () => {
      const path = root.path('code');
      // The shell makes the file before it writes into it.
      return (existsSync(path) && readFileSync(path, 'utf8').trim()) || undefined;
    });
    expect(['143', '137'], container.stderr()).toContain(code);
  });
});

describe('a reader of stdout and stderr that has stopped reading', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('does not keep %s from ending the boot', async (signal, code) => {
    using root = image({
      'flood.sh': '#!/bin/sh\nwhile :; do echo a line that nobody reads; echo x >> written; done\n',
      'twenty-init.config.json': config(['./flood.sh']),
    });
    const stuck = '("$@" 2>&1; echo $? > code) | { sleep 1000; }';
    await using container = await root.boot({ wrapper: ['sh', '-c', stuck, 'sh'] });
    const sizes: number[] = [];
    await until('a pipe that is full', () => {
      const path = root.path('written');
      sizes.push(existsSync(path) ? statSync(path).size : 0);
      return (sizes.at(-1) ?? 0) > 0 && sizes.at(-1) === sizes.at(-30);
    });
    const pid1 = await until('pid1', () =>
      container.processes().find(({ argv }) => argv[0]?.endsWith('pid1')),
    );
    process.kill(pid1.pid, signal);
    const ended = await until('the exit code', () => {
      const path = root.path('code');
      return (existsSync(path) && readFileSync(path, 'utf8').trim()) || undefined;
    });
    expect(ended).toBe(`${code}`);
    expect(existsSync(root.path('started'))).toBe(false);
  });

  it('for a while only misses none of our lines', async () => {
    using root = image({
      'flood.sh': '#!/bin/sh\nyes | head -c 1000000 >&2\nexit 3\n',
      'twenty-init.config.json': {
        phases: {
          migrate: { command: ['./flood.sh'], onFailure: 'warn' },
          'exec-app': { command: ['true'] },
        },
      },
    });
    const slow = '"$@" 2>&1 | { sleep 0.5; cat; }';
    await using container = await root.boot({ wrapper: ['sh', '-c', slow, 'sh'] });
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toContain('migrate failed: exit 3');
    expect(container.stdout()).toContain('boot summary');
    expect(container.stdout()).not.toContain('lines lost here');
  });
});

describe('SIGTERM on the way into an app whose death by it is success', () => {
  it('ends with 143 when the app has not started', async () => {
    using app = image({
      'app.sh': '#!/bin/sh\necho app started\nexec sleep 1000\n',
      'twenty-init.config.json': {
        phases: { 'exec-app': { command: ['./app.sh'], successExitCodes: [0, 'forwarded'] } },
      },
    });
    for (let turns = 0; turns < 16; turns++) {
      await using container = await app.boot();
      await container.seen(/── exec-app/);
      for (let turn = 0; turn < turns * 4; turn++) await new Promise(setImmediate);
      container.kill('SIGTERM');
      const code = await container.exited;
      if (container.stderr().includes('during the boot')) expect(code, `${turns}`).toBe(143);
    }
  });
});

describe('SIGTERM at any moment of the boot', () => {
  it('ends with 143 or, once the app runs, with the app; the app never starts after the stop', async () => {
    using app = image({
      'app.sh': '#!/bin/sh\necho app started\nexec sleep 1000\n',
      'twenty-init.config.json': {
        phases: {
          migrate: { command: ['true'] },
          register: { command: ['true'] },
          'exec-app': { command: ['./app.sh'] },
        },
      },
    });
    // Spread over the whole boot by what the log has said so far, and by a number of turns after that.
    const moments = [
      /booting/,
      /── migrate/,
      /migrate succ/,
      /── register/,
      /boot summary/,
      /── exec-app/,
    ];
    for (const moment of moments) {
      for (let turns = 0; turns < 4; turns++) {
        await using container = await app.boot();
        await container.seen(moment);
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
        container.kill('SIGTERM');
        expect(await container.exited, `${moment} + ${turns}`).toBe(143);
      }
    }
  });
});
