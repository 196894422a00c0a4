import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { type Image, image } from '../harness/image.ts';
import { outcome, outcomeAsInit } from '../harness/run.ts';

const pid1 = pid1Path();
const places = [
  ['as PID 1', outcomeAsInit],
  ['as subreaper', outcome],
] as const;

/** Says who it is, who its init is, and what it has of the variables that --node moves. */
const script = `
  const { readFileSync } = require('node:fs');
  const parent = readFileSync('/proc/' + process.ppid + '/comm', 'latin1').trim();
  const names = ['NODE_OPTIONS', 'TWENTY_INIT_NODE_OPTIONS', 'TWENTY_INIT_APP_NODE_OPTIONS'];
  const variables = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  console.log(JSON.stringify({ parent, args: process.argv.slice(2), ...variables, ...globalThis.extra }));
  process.exitCode = 7;`;

/** As twenty-init install leaves it: an executable link to a script whose first line names pid1. */
function installed(): Image {
  const app = image({ 'sbin/': '', 'bin/': '', 'package/': '' });
  copyFileSync(pid1, app.path('sbin/pid1'));
  symlinkSync(process.execPath, app.path('bin/node'));
  writeFileSync(
    app.path('package/twenty-init.cjs'),
    `#!${app.path('sbin/pid1')} --node\n${script}`,
    { mode: 0o755 },
  );
  writeFileSync(app.path('package/extra.cjs'), 'globalThis.extra = { preloaded: true };');
  symlinkSync('../package/twenty-init.cjs', app.path('sbin/twenty-init'));
  for (const folder of ['.', 'sbin', 'bin', 'package']) chmodSync(app.path(folder), 0o755);
  return app;
}

describe.each(places)('%s: --node', (_, run) => {
  it.each([
    ['by its first line', (app: Image) => [app.path('sbin/twenty-init')]],
    ['by hand', (app: Image) => [app.path('sbin/pid1'), '--node', app.path('sbin/twenty-init')]],
    [
      'behind other options',
      (app: Image) => [app.path('sbin/pid1'), '--node', '-g', '--', app.path('sbin/twenty-init')],
    ],
  ] as const)(
    '%s: node runs the script with its arguments, below a pid1 of that name',
    async (_, command) => {
      using app = installed();
      const env = { PATH: app.path('bin') };
      const { code, stdout, stderr } = await run([...command(app), 'run', '--', '-x', '--node'], {
        env,
      });
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({ parent: 'pid1', args: ['run', '--', '-x', '--node'] });
      expect(code).toBe(7);
    },
  );

  it.each([
    ['a --require that is missing', '--require ./nosuch.cjs'],
    ['an inspector', '--inspect=127.0.0.1:9'],
    ['a long one', `--title=${'x'.repeat(9000)}`],
    ['an empty one', ''],
  ])('NODE_OPTIONS is the app’s, and never loads in the init: %s', async (_, options) => {
    using app = installed();
    const env = {
      PATH: app.path('bin'),
      TWENTY_INIT_APP_NODE_OPTIONS: '--stale',
      NODE_OPTIONS: options,
      AFTER: '1',
    };
    const { stdout, stderr } = await run([app.path('sbin/twenty-init')], { env });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      parent: 'pid1',
      args: [],
      TWENTY_INIT_APP_NODE_OPTIONS: options,
    });
  });

  it('a stale one of an outer boot is dropped, and TWENTY_INIT_NODE_OPTIONS is the init’s', async () => {
    using app = installed();
    const own = `--require ${app.path('package/extra.cjs')}`;
    const env = {
      PATH: app.path('bin'),
      TWENTY_INIT_APP_NODE_OPTIONS: '--stale',
      TWENTY_INIT_NODE_OPTIONS: own,
    };
    const { stdout } = await run([app.path('sbin/twenty-init')], { env });
    expect(JSON.parse(stdout)).toEqual({
      parent: 'pid1',
      args: [],
      NODE_OPTIONS: own,
      preloaded: true,
    });
  });

  it('says where it looked for node', async () => {
    using app = installed();
    const env = { PATH: '/nowhere' };
    // Where the machine has one in /usr/local/bin or /usr/bin, that is what runs.
    const hide = `for place in /usr/local/bin /usr/bin /nodejs/bin; do
        [ ! -e $place/node ] || mount --bind /dev/null $place/node; done
      exec "$0" script.cjs`;
    const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    const { code, stderr } = await run(
      [
        '/usr/bin/unshare',
        ...user,
        '--mount',
        '/bin/sh',
        '-c',
        `PATH=/usr/bin:/bin; ${hide.replace('exec', 'PATH=/nowhere exec')}`,
        app.path('sbin/twenty-init'),
      ],
      { env },
    );
    expect(stderr).toMatch(/^pid1: cannot run "node": [^\n]+\n$/);
    expect([126, 127]).toContain(code);
  });

  it('finds node in /usr/local/bin, /usr/bin and /nodejs/bin when PATH has none', async () => {
    using app = installed();
    const places = ['/usr/local/bin', '/usr/bin', '/nodejs/bin'];
    const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    for (const place of places) {
      const root = app.path(`root${place.replaceAll('/', '-')}`);
      mkdirSync(root);
      // A root with nothing but node in that place, what it is linked to, and the script: no shell, no /usr/bin/env.
      const script = `mkdir -p $1$2 $1/sbin $1/proc $1/lib $1/lib64 $1/usr/lib $1${app.root}
        cp "$3" $1$2/node; mount --rbind /proc $1/proc
        for folder in /lib /lib64 /usr/lib; do mount --rbind $folder $1$folder; done
        mount --bind ${app.root} $1${app.root}
        exec chroot $1 ${app.path('sbin/twenty-init')} run`;
      const { code, stdout, stderr } = await outcome(
        ['unshare', ...user, '--mount', 'sh', '-c', script, 'sh', root, place, process.execPath],
        { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } },
      );
      expect(stderr, place).toBe('');
      expect(JSON.parse(stdout), place).toMatchObject({ args: ['run'] });
      expect(code).toBe(7);
    }
  });

  it.skipIf(process.getuid?.() !== 0)('works as uid 1000', async () => {
    using app = installed();
    copyFileSync(process.execPath, app.path('bin/own-node'));
    const env = { PATH: `${app.path('bin')}:/usr/bin:/bin` };
    const { stdout, stderr } = await run(
      ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', app.path('sbin/twenty-init')],
      { env },
    );
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ parent: 'pid1' });
  });

  it('without a script: 125', async () => {
    const { code, stderr } = await run([pid1, '--node']);
    expect([code, stderr]).toEqual([125, 'pid1: no PROGRAM to run; try pid1 --help\n']);
  });
});

describe('--exec --node', () => {
  it('becomes node, and moves NODE_OPTIONS too', async () => {
    using app = installed();
    const env = { PATH: app.path('bin'), NODE_OPTIONS: '--require ./nosuch.cjs' };
    const { code, stdout } = await outcome(
      [pid1, '--exec', '--node', app.path('sbin/twenty-init'), 'a'],
      { env },
    );
    expect(JSON.parse(stdout)).toMatchObject({
      args: ['a'],
      TWENTY_INIT_APP_NODE_OPTIONS: '--require ./nosuch.cjs',
    });
    expect(code).toBe(7);
  });
});
