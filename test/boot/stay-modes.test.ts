import { constants, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Container } from '../harness/container.ts';
import { fixture } from '../harness/fixture.ts';
import { image } from '../harness/image.ts';
import { freePort } from '../harness/ports.ts';
import type { Process } from '../harness/proc.ts';
import { openTerminal } from '../harness/terminal.ts';
import { until } from '../harness/wait.ts';

const server = `#!/usr/bin/env node
  const { createServer } = require('node:http');
  const fs = require('node:fs');
  process.on('SIGTERM', () => { console.log('shutting down'); process.exit(0); });
  process.on('SIGHUP', () => console.log('reloading'));
  process.on('SIGUSR2', () => console.log('dumping'));
  createServer((request, response) => {
    response.statusCode = fs.existsSync('ready') ? 200 : 503;
    response.end();
  }).listen(0, '127.0.0.1', function () {
    fs.writeFileSync('port', String(this.address().port));
    console.log('listening');
  });
`;
/** Ready when the server answers 200; the port is not known before. */
const probe = `#!/usr/bin/env node
  const port = require('node:fs').readFileSync('port', 'utf8');
  require('node:http').get('http://127.0.0.1:' + port, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1));
`;
const readiness = { exec: ['./probe.js'], period: '20ms', timeout: '10s' };
const files = (exec: object, more: object = {}): Record<string, string | object> => ({
  'server.js': server,
  'probe.js': probe,
  ready: 'x',
  'twenty-init.config.json': {
    phases: { migrate: { command: ['true'] }, 'exec-app': { command: ['./server.js'], ...exec } },
    ...more,
  },
});

/** What runs, by the name of its program, the init first. */
const names = (container: Container): string[] =>
  container
    .processes()
    .filter(({ argv }) => !argv.join(' ').includes('probe.js'))
    .map(({ argv: [program = '', script = ''] }: Process) => {
      const word = /node$/.test(program) ? script : program;
      return word.replace(/.*\//, '');
    });

const refusedItself = /refused a handoff to (\d+) from \1:/;

describe('mode handoff', () => {
  it('real-time signals, which Node cannot receive, wait during the boot and reach the app', async () => {
    using root = image({
      'migrate.sh': '#!/bin/sh\necho migrating\nwhile [ ! -e go ]; do sleep 0.01; done\n',
      'twenty-init.config.json': {
        phases: {
          migrate: { command: ['./migrate.sh'] },
          'exec-app': {
            command: [fixture('signal-log')],
            readiness: { exec: ['true'] },
          },
        },
      },
    });
    await using container = await root.boot();
    await container.seen(/migrating/);
    for (const signal of [37, 64, 37, 34]) container.kill(signal);
    writeFileSync(root.path('go'), '');
    await container.seen(/(signal \d+[^\n]*\n){4}/);
    // In which order different signals arrive is not defined.
    const arrived = container.stdout().match(/(?<=^signal )\d+/gm);
    expect(arrived?.sort()).toEqual(['34', '37', '37', '64']);
  });

  it.each(['pid1', 'twenty-init'] as const)(
    'under %s leaves pid1 and the app, which is its child, and a few kilobytes of ours',
    async (entrypoint) => {
      using root = image(files({ readiness }));
      await using container = await root.boot({ entrypoint });
      await container.seen(/exec-app is pid1's now/);
      await until('twenty-init is gone', () => names(container).length === 2);
      expect(names(container)).toEqual(['pid1', 'server.js']);
      const [init, app] = container.processes();
      expect(app?.ppid).toBe(init?.pid);
      const rss = /^Rss: +(\d+) kB/m.exec(
        readFileSync(`/proc/${container.init}/smaps_rollup`, 'utf8'),
      )?.[1];
      expect(Number(rss)).toBeLessThanOrEqual(64);
      container.kill('SIGTERM');
      expect(await container.exited).toBe(0);
      expect(container.stdout()).toContain('shutting down');
    },
  );

  it('under another init puts a pid1 of its own above, so every value of the config holds', async () => {
    using root = image(
      files({ readiness, successExitCodes: [0, 'forwarded'], gracePeriod: '10s' }),
    );
    await using container = await root.boot({ entrypoint: 'sh' });
    await container.seen(/exec-app is pid1's now/);
    await until('twenty-init is gone', () => names(container).length === 3);
    expect(names(container)).toEqual(['sh', 'pid1', 'server.js']);
    const pid1 = container.processes()[1];
    process.kill(pid1?.pid ?? -1, 'SIGTERM');
    expect(await container.exited).toBe(0);
  });

  it('keeps the grace period and the success codes of the config after it has left', async () => {
    using root = image({
      ...files({ readiness: { exec: ['true'] }, gracePeriod: '300ms' }),
      'server.js': '#!/bin/sh\ntrap "echo not me" TERM\necho up\nwhile :; do sleep 0.01; done\n',
    });
    await using container = await root.boot();
    await container.seen(/exec-app is pid1's now/);
    await until('twenty-init is gone', () => !names(container).includes('twenty-init.cjs'));
    container.kill('SIGTERM');
    expect(await container.exited).toBe(137);
    expect(container.stdout()).toContain('not me');
  });

  it('loses no signal, whenever it comes', async () => {
    const counts = `#!/usr/bin/env node
      let got = 0;
      process.on('SIGTERM', () => { got++; process.exit(70 + got); });
      setInterval(() => {}, 1000);
      console.log('up');
    `;
    using root = image({ ...files({ readiness: { exec: ['true'] } }), 'server.js': counts });
    for (const moment of [/exec-app ready/, /^up$/m, /pid1's now/])
      for (let turns = 0; turns < 3; turns++) {
        await using container = await root.boot();
        await container.seen(moment);
        await container.seen(/^up$/m);
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
        container.kill('SIGTERM');
        expect(await container.exited, `${moment} + ${turns}: ${container.stderr()}`).toBe(71);
        expect(container.stderr()).not.toMatch(refusedItself);
      }
  });

  it('ends with the code of an app that dies at the handoff and leaves something in its group', async () => {
    using root = image(files({ mode: 'handoff', command: ['sh', '-c', 'sleep 1000 & exit 3'] }));
    await using container = await root.boot();
    expect(await container.exited).toBe(3);
    // It has given the app away, or leaves the rest behind; not both.
    expect(container.stderr()).not.toMatch(refusedItself);
  });

  it('stays and ends with the code of the app that ends before it is ready', async () => {
    using root = image({ ...files({ readiness }), 'server.js': '#!/bin/sh\nexit 9\n' });
    await using container = await root.boot();
    expect(await container.exited).toBe(9);
  });
});

describe('mode supervise', () => {
  const supervise = { mode: 'supervise', readiness };

  it('says which key decided for it, stays beside the app, and passes signals on', async () => {
    using root = image(files({ readiness, restart: 'on-failure' }));
    await using container = await root.boot();
    await container.seen(/mode supervise: exec-app\.restart/);
    await container.seen(/exec-app ready/);
    expect(names(container)).toEqual(['pid1', 'twenty-init.cjs', 'server.js']);
    container.kill('SIGHUP');
    await container.seen(/reloading/);
    container.kill('SIGUSR2');
    await container.seen(/dumping/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toContain('shutting down');
  });

  // Every net.Socket that closes in Node looks at process.stderr, which makes an inherited pipe non-blocking.
  it('leaves the stderr of the app blocking, so that none of its writes fails', async () => {
    using root = image({
      ...files({ ...supervise, command: ['./app.sh'] }),
      'app.sh': '#!/bin/sh\nuntil [ -e go ]; do sleep 0.01; done\ngrep flags /proc/self/fdinfo/2\n',
      'probe.js': '#!/bin/sh\n',
    });
    const piped = '{ "$@" 2>&1 >&3 | cat >&2; } 3>&1';
    await using container = await root.boot({ wrapper: ['sh', '-c', piped, 'sh'] });
    await container.seen(/exec-app ready/);
    writeFileSync(root.path('go'), '');
    expect(await container.exited).toBe(0);
    const [, flags = ''] = /flags:\s+(\d+)/.exec(container.stdout()) ?? [];
    expect(Number.parseInt(flags, 8) & constants.O_NONBLOCK).toBe(0);
    expect(flags).not.toBe('');
  });

  it.each(['pid1', 'sh', 'twenty-init'] as const)(
    'under %s also ends what left the group of the app, in order',
    async (entrypoint) => {
      using root = image({
        ...files({ mode: 'supervise', gracePeriod: '10s' }),
        'server.js':
          '#!/bin/sh\nsetsid sh -c \'trap "echo swept; exit" TERM; echo up; while :; do sleep 0.01; done\' &\nwait\n',
      });
      await using container = await root.boot({ entrypoint });
      await container.seen(/^up$/m);
      const pid1 = container.processes().find(({ argv }) => argv[0]?.endsWith('pid1'));
      process.kill(pid1?.pid ?? -1, 'SIGTERM');
      await container.exited;
      expect(container.stdout()).toContain('swept');
    },
  );

  it('drains the app behind a package manager that dies first', async () => {
    using root = image({
      ...files({
        mode: 'supervise',
        command: ['npm', 'start'],
        successExitCodes: [0, 'forwarded'],
      }),
      'package.json': { scripts: { start: './server.js' } },
    });
    await using container = await root.boot();
    await container.seen(/listening/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toContain('shutting down');
  });

  it('starts the app again when it fails, and runs post phases at the end', async () => {
    using root = image({
      ...files(
        { mode: 'supervise', restart: { policy: 'on-failure', delay: '10ms' } },
        { post: { report: { command: ['echo', 'reported'] } } },
      ),
      'server.js': '#!/bin/sh\necho x >> starts\n[ $(wc -l < starts) -ge 3 ] || exit 1\n',
    });
    await using container = await root.boot();
    expect(await container.exited).toBe(0);
    expect(readFileSync(root.path('starts'), 'utf8')).toBe('x\nx\nx\n');
    expect(container.stdout()).toContain('reported');
  });

  it('is not ended by SIGHUP while a restart is waited for: the app starts when it is time', async () => {
    using root = image({
      ...files({ mode: 'supervise', restart: { policy: 'on-failure', delay: '3s' } }),
      'server.js': '#!/bin/sh\necho x >> starts\n[ $(wc -l < starts) -ge 2 ] || exit 1\n',
    });
    await using container = await root.boot();
    await container.seen(/starts again in 3s/);
    container.kill('SIGHUP');
    expect(await container.exited).toBe(0);
    expect(container.stderr()).toContain('SIGHUP ignored: exec-app does not run');
    expect(readFileSync(root.path('starts'), 'utf8')).toBe('x\nx\n');
  });

  it.each([
    ['httpGet', (port: number) => ({ httpGet: `http://127.0.0.1:${port}/` })],
    [
      'httpGet of several',
      (port: number) => ({ httpGet: [`http://127.0.0.1:${port}/`, `http://localhost:${port}/x`] }),
    ],
    ['tcpSocket', (port: number) => ({ tcpSocket: `127.0.0.1:${port}` })],
  ])('is ready by %s', async (_, kind) => {
    const free = await freePort();
    using root = image({
      ...files({ ...supervise, readiness: { ...kind(free), period: '20ms' } }),
      'server.js': server.replace("listen(0, '127.0.0.1'", `listen(${free}`),
    });
    await using container = await root.boot();
    await container.seen(/exec-app ready/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(0);
  });
});

describe('an app on a terminal', () => {
  it.each([
    ['handoff', {}],
    ['supervise', {}],
    ['supervise', { log: { file: 'app.log' } }],
  ])('in mode %s %j reads what is typed, and hears ^C', async (mode, more) => {
    using root = image({
      'app.sh': `#!/bin/sh
        trap 'echo interrupted; exit 5' INT
        read -r line
        echo "got $line"
        while :; do sleep 0.01; done`,
      'twenty-init.config.json': {
        ...more,
        phases: { 'exec-app': { command: ['./app.sh'], mode } },
      },
    });
    await using terminal = openTerminal(root.commandLine(['run']), { cwd: root.root });
    await terminal.shows(mode === 'handoff' ? /pid1's now/ : /exec-app runs/);
    terminal.type('hello\r');
    await terminal.shows(/got hello/);
    terminal.type('\x03');
    await terminal.shows(/interrupted/);
    expect(await terminal.exited).toBe(5);
  });

  const restarting = (
    script: string,
    policy: string,
    more: object = {},
  ): ReturnType<typeof image> =>
    image({
      'app.sh': `#!/bin/sh\n${script}`,
      'twenty-init.config.json': {
        ...more,
        phases: {
          'exec-app': { command: ['./app.sh'], restart: { policy, delay: '2s', maxDelay: '2s' } },
        },
      },
    });

  it.each([{}, { log: { file: 'app.log' } }])(
    'that is started again has it again, %j',
    async (more) => {
      using root = restarting('read -r line\necho "got $line"\nexit 3\n', 'always', more);
      await using terminal = openTerminal(root.commandLine(['run']), { cwd: root.root });
      for (const line of ['one', 'two']) {
        await terminal.shows(/exec-app runs/);
        terminal.type(`${line}\r`);
        await terminal.shows(new RegExp(`got ${line}`));
        await terminal.shows(/starts again in 2s/);
      }
    },
  );

  it.each([
    ['dies of it', 'echo up\nexec sleep 1000\n', 'killed by SIGINT on the terminal'],
    [
      'exits with 130',
      'trap "exit 130" INT\necho up\nwhile :; do sleep 0.01; done\n',
      'exit 130 on the terminal',
    ],
  ])('is not started again after a ^C of which it %s', async (_, script, says) => {
    using root = restarting(script, 'always');
    await using terminal = openTerminal(root.commandLine(['run']), { cwd: root.root });
    await terminal.shows(/^up/m);
    terminal.type('\x03');
    expect(await terminal.exited).toBe(130);
    expect(terminal.screen()).toContain(`exec-app ended: ${says}`);
  });

  it('that makes a clean end of ^C is ended for good by one more, before it starts again', async () => {
    using root = restarting('trap "exit 0" INT\necho up\nwhile :; do sleep 0.01; done\n', 'always');
    await using terminal = openTerminal(root.commandLine(['run']), { cwd: root.root });
    await terminal.shows(/^up/m);
    terminal.type('\x03');
    await terminal.shows(/starts again in 2s/);
    terminal.type('\x03');
    expect(await terminal.exited).toBe(0);
    expect(terminal.screen()).toContain('SIGINT before the next restart');
  });
});
