import { describe, expect, it } from 'vitest';
import { image } from '../harness/image.ts';
import { cwdOf } from '../harness/proc.ts';
import { until } from '../harness/wait.ts';

const app = (command: readonly string[], more: object = {}): object => ({
  phases: { migrate: { command: ['true'] }, 'exec-app': { command, ...more } },
});

const server = `#!/usr/bin/env node
  process.on('SIGTERM', () => { console.log('shutting down'); process.exit(Number(process.env.CODE ?? 0)); });
  setInterval(() => {}, 1000);
  console.log('listening as ' + process.pid);
`;

describe('after the boot in mode exec', () => {
  it.each(['pid1', 'twenty-init'] as const)(
    'under %s only pid1 and the app are left, and the app is its direct child',
    async (entrypoint) => {
      using root = image({ 'server.js': server, 'twenty-init.config.json': app(['./server.js']) });
      await using container = await root.boot({ entrypoint });
      await container.seen(/listening/);
      const all = container.processes();
      expect(all.map(({ argv }) => argv.map((word) => word.replace(/.*\//, '')))).toEqual([
        expect.arrayContaining(['pid1']),
        ['node', 'server.js'],
      ]);
      expect(all[1]?.ppid).toBe(container.init);
      expect(cwdOf(all[1]?.pid ?? -1)).toBe(root.root);
      container.kill('SIGTERM');
      expect(await container.exited).toBe(0);
      expect(container.stdout()).toContain('shutting down');
    },
  );

  it('under another init a pid1 stays as subreaper, and every value of the config holds', async () => {
    using root = image({
      'app.sh':
        '#!/bin/sh\nsetsid sh -c \'trap "echo swept; exit" TERM; echo up; while :; do sleep 0.01; done\' &\nexec sleep 1000\n',
      'twenty-init.config.json': app(['./app.sh'], {
        gracePeriod: '10s',
        successExitCodes: [0, 'forwarded'],
      }),
    });
    await using container = await root.boot({ entrypoint: 'sh' });
    await container.seen(/up/);
    const pid1 = container.processes().find(({ argv }) => argv[0]?.endsWith('pid1'));
    expect(pid1?.ppid).toBe(container.init);
    process.kill(pid1?.pid ?? -1, 'SIGTERM');
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toContain('swept');
  });

  it('the app starts with default signals, an empty mask, blocking output and the soft file limit', async () => {
    using root = image({
      'show.sh':
        '#!/bin/sh\ngrep -E "^Sig(Blk|Ign)" /proc/self/status\ngrep flags /proc/self/fdinfo/1 /proc/self/fdinfo/2\necho limit $(ulimit -Sn)\n',
      'twenty-init.config.json': app(['./show.sh']),
    });
    await using container = await root.boot({
      wrapper: ['sh', '-c', 'ulimit -Sn 777; exec "$@"', 'sh'],
    });
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toContain('limit 777');
    expect(container.stdout()).toMatch(/SigBlk:\t0000000000000000/);
    expect(container.stdout()).toMatch(/SigIgn:\t0000000000000000/);
    // O_NONBLOCK is 04000.
    for (const [, flags] of container.stdout().matchAll(/flags:\t(\d+)/g))
      expect(Number.parseInt(flags ?? '', 8) & 0o4000).toBe(0);
  });

  it('the app and the phases have neither variable nor argument of ours', async () => {
    using root = image({
      'twenty-init.config.json': {
        phases: { show: { command: ['env'] }, 'exec-app': { command: ['env'] } },
      },
    });
    await using container = await root.boot();
    expect(await container.exited).toBe(0);
    expect(container.stdout()).not.toContain('PID1_');
  });

  it.each([
    ['exits 0', '0', [0], 0],
    ['exits 3', '3', [0, 'forwarded'], 3],
    ['exits 143', '143', [0, 'forwarded'], 0],
    ['exits 143 without forwarded', '143', [0], 143],
  ])('an app that %s after SIGTERM', async (_, CODE, successExitCodes, code) => {
    using root = image({
      'server.js': server,
      'twenty-init.config.json': app(['./server.js'], { successExitCodes }),
    });
    await using container = await root.boot({ env: { ...process.env, CODE } });
    await container.seen(/listening/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(code);
  });

  it('the grace period of the config ends a tree that does not react: 137, and its names', async () => {
    using root = image({
      'app.sh': '#!/bin/sh\ntrap "echo not me" TERM\necho up\nwhile :; do sleep 0.01; done\n',
      'twenty-init.config.json': app(['./app.sh'], { gracePeriod: '300ms' }),
    });
    await using container = await root.boot();
    await container.seen(/up/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(137);
    expect(container.stdout()).toContain('not me');
    expect(container.stderr()).toMatch(/pid1: .* is over: killed .*\d+ \((da|ba)?sh\)/);
  });

  it('orphans of the app are reaped', async () => {
    using root = image({
      'orphans.sh':
        '#!/bin/sh\nfor i in 1 2 3 4 5; do (sleep 0.05 & ) ; done\necho up\nexec sleep 1000\n',
      'twenty-init.config.json': app(['./orphans.sh']),
    });
    await using container = await root.boot();
    await container.seen(/up/);
    await until('only pid1 and the app', () => container.processes().length === 2);
  });
});

describe('the CMD', () => {
  const files = {
    'twenty-init.config.json': {
      phases: {
        migrate: { command: ['echo', 'migrated'] },
        'exec-app': { command: ['echo', 'app'] },
      },
    },
  };

  it('that starts with the command of exec-app takes its place', async () => {
    using root = image(files);
    await using container = await root.boot({ cmd: ['echo', 'app', 'with', 'more'] });
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('migrated\napp with more\n');
  });

  it('that is another program runs without the phases, and one line says so', async () => {
    using root = image(files);
    await using container = await root.boot({ cmd: ['sh', '-c', 'echo "a shell"; exit 5'] });
    expect(await container.exited).toBe(5);
    expect(container.stdout()).toBe('a shell\n');
    expect(container.stderr()).toContain('no phases');
  });

  it('that does not exist is 127 and named', async () => {
    using root = image(files);
    await using container = await root.boot({ cmd: ['nosuchprogram'] });
    expect(await container.exited).toBe(127);
    expect(container.stderr()).toContain('"nosuchprogram" was not found in PATH');
  });
});
