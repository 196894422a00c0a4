import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Container } from '../harness/container.ts';
import { type Image, image } from '../harness/image.ts';
import { nodes } from '../harness/nodes.ts';
import { until } from '../harness/wait.ts';

const modes = ['handoff', 'supervise'] as const;
const forever = 'while :; do sleep 0.01; done';
const awaits = (file: string): string => `until [ -e ${file} ]; do sleep 0.01; done`;

const page = readFileSync(new URL('../../docs/modes.md', import.meta.url), 'utf8');
const [, documented = ''] = /```js\n([^`]*NOTIFY_FD[^`]*)```/.exec(page) ?? [];
const appOfDocs = `import { createServer } from 'node:http';
  const server = createServer();
  ${documented.replace('3000', "0, '127.0.0.1'")}
  process.on('SIGTERM', () => process.exit(0));
  server.on('listening', () => console.log('listening, NOTIFY_FD', process.env.NOTIFY_FD));`;

/** An app in the shell that says itself that it is ready. */
const appImage = (script: string, exec: object = {}, more: object = {}): Image =>
  image({
    'app.sh': `#!/bin/sh\n${script}`,
    'migrate.sh': `#!/bin/sh\necho "migrate has [$NOTIFY_FD]"\n${awaits('migrated')}\n`,
    migrated: '',
    'twenty-init.config.json': {
      ...more,
      phases: {
        migrate: { command: ['./migrate.sh'] },
        'exec-app': { command: ['./app.sh'], readiness: { notifyFd: 3 }, ...exec },
      },
    },
  });

/** What a descriptor is, by its number, for a process of the container. */
const descriptorsOf = (container: Container, program: string): Map<number, string> => {
  const pid = container.processes().find(({ argv }) => argv.join(' ').includes(program))?.pid;
  return new Map(
    readdirSync(`/proc/${pid}/fd`).map((fd) => [Number(fd), readlinkSync(`/proc/${pid}/fd/${fd}`)]),
  );
};

/** Whether a process of ours holds that pipe. */
const weHold = (container: Container, pipe: string | undefined): boolean =>
  container
    .processes()
    .filter(({ argv }) => /pid1|twenty-init/.test(argv.join(' ')))
    .some(({ pid }) => {
      try {
        const links = readdirSync(`/proc/${pid}/fd`);
        return links.some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === pipe);
      } catch {
        return true; // it has just ended or closed one
      }
    });

describe.each(modes)('in mode %s', (mode) => {
  it.each([3, 4, 9])('the app has descriptor %i for it, and no phase has', async (notifyFd) => {
    using root = appImage(
      `echo "app has [$NOTIFY_FD]"\n${awaits('go')}\necho >&${notifyFd}\n${forever}`,
      { mode, readiness: { notifyFd }, successExitCodes: [0, 'forwarded'] },
    );
    rmSync(root.path('migrated'));
    await using container = await root.boot();
    await container.seen(/migrate has \[\]/);
    const before = descriptorsOf(container, 'migrate.sh');
    writeFileSync(root.path('migrated'), '');
    await container.seen(new RegExp(`app has \\[${notifyFd}\\]`));
    const own = descriptorsOf(container, 'app.sh');
    expect([...own.keys()].filter((fd) => !before.has(fd))).toEqual([notifyFd]);
    expect(container.stderr()).not.toContain('exec-app ready');
    writeFileSync(root.path('go'), '');
    await container.seen(/exec-app ready after/);
    await until('nobody of us has the pipe', () => !weHold(container, own.get(notifyFd)));
    container.kill('SIGTERM');
    expect(await container.exited, container.stderr()).toBe(0);
  });

  it.each(nodes)(
    'Node %s boots the app of the docs, which says it when it listens',
    async (_, node) => {
      using root = image({
        'app.mjs': appOfDocs,
        'twenty-init.config.json': {
          phases: {
            'exec-app': {
              command: [node, 'app.mjs'],
              mode,
              readiness: { notifyFd: 3 },
              startTimeout: '1h',
            },
          },
        },
      });
      await using container = await root.boot({ node });
      await container.seen(mode === 'handoff' ? /is pid1's now/ : /exec-app ready after/);
      container.kill('SIGTERM');
      expect(await container.exited, container.stderr()).toBe(0);
      expect(container.stdout()).toBe('listening, NOTIFY_FD undefined\n');
    },
  );

  it('only a newline counts, and anything may come before it', async () => {
    using root = appImage(
      `printf starting >&3\necho said\n${awaits('go')}\nprintf ' done\\nand more' >&3\n${forever}`,
      { mode },
    );
    await using container = await root.boot();
    await container.seen(/^said$/m);
    expect(container.stderr()).not.toContain('exec-app ready');
    writeFileSync(root.path('go'), '');
    await container.seen(/exec-app ready after/);
  });

  it('an app that never says it is stopped after startTimeout', async () => {
    using root = appImage(`printf almost >&3\n${forever}`, { mode, startTimeout: '300ms' });
    await using container = await root.boot();
    expect(await container.exited).toBe(124);
    expect(container.stderr()).toMatch(
      /not ready within 300ms \(startTimeout\), stopping it: no newline on fd 3 \(NOTIFY_FD\)/,
    );
  });

  it.each([
    ['exit 9', 9],
    ['printf almost >&3; exit 0', 1],
    ['kill -SEGV $$', 139],
  ])('an app that ends with "%s" before it does so ends with %i', async (script, code) => {
    using root = appImage(script, { mode, startTimeout: '1h' });
    await using container = await root.boot();
    expect(await container.exited).toBe(code);
    expect(container.stderr()).toContain('before it was ready');
    expect(container.stderr()).not.toContain('closed fd');
  });

  it('SIGTERM before it is for the app', async () => {
    using root = appImage(`trap 'echo cleaned up; exit 6' TERM\necho up\n${forever}`, { mode });
    await using container = await root.boot();
    await container.seen(/^up$/m);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(6);
    expect(container.stdout()).toContain('cleaned up');
  });

  it('a process in between passes it on when it is a shell', async () => {
    using root = appImage(`echo >&"$NOTIFY_FD"\n${forever}`, {
      mode,
      command: ['sh', '-c', 'sh -c "./app.sh; exit 1"; exit 1'],
    });
    await using container = await root.boot();
    await container.seen(/exec-app ready after/);
  });
});

describe('in mode handoff', () => {
  it.each(['pid1', 'twenty-init', 'sh'] as const)(
    'under %s the newline gives the app to pid1, and a Node app outlives a later one',
    async (entrypoint) => {
      using root = appImage('', { command: [process.execPath, 'app.js'] });
      writeFileSync(
        root.path('app.js'),
        `const { writeSync } = require('node:fs');
        process.on('SIGUSR2', () => {
          try { writeSync(3, '\\n'); } catch ({ code }) { console.log(code); }
        });
        writeSync(3, '\\n');
        setInterval(() => {}, 1000);`,
      );
      await using container = await root.boot({ entrypoint });
      await container.seen(/exec-app is pid1's now/);
      const pid1 = container.processes().find(({ argv }) => argv[0]?.endsWith('pid1'))?.pid ?? -1;
      const app = () => container.processes().find(({ argv }) => argv.includes('app.js'));
      await until('twenty-init is gone', () => app()?.ppid === pid1);
      process.kill(pid1, 'SIGUSR2');
      await container.seen(/^EPIPE$/m);
      expect(app()?.ppid).toBe(pid1);
    },
  );
});

describe('in mode supervise', () => {
  it('each start has to say it anew', async () => {
    using root = appImage(
      `echo x >> starts
      case $(wc -l < starts) in
        1) echo >&3; exit 1 ;;
        2) exec 3>&-; exec sleep 1000 ;;
        3) exit 1 ;;
        4) echo >&"$NOTIFY_FD"; exit 0 ;;
      esac`,
      { restart: { policy: 'on-failure', delay: '1ms' } },
    );
    await using container = await root.boot();
    expect(await container.exited).toBe(0);
    expect(readFileSync(root.path('starts'), 'utf8')).toBe('x\n'.repeat(4));
    expect(container.stderr().match(/exec-app (ready|closed|ended: \S+ \S+)/g)).toEqual([
      'exec-app ready',
      'exec-app ended: exit 1',
      'exec-app closed',
      'exec-app ended: closed its',
      'exec-app ended: exit 1',
      'exec-app ready',
      'exec-app ended: exit 0',
    ]);
  });

  it('it works beside log.file', async () => {
    using root = appImage(
      `echo to both\necho >&3\n${awaits('go')}\nexit 0`,
      {},
      { log: { file: 'app.log' } },
    );
    await using container = await root.boot();
    await container.seen(/exec-app ready after/);
    writeFileSync(root.path('go'), '');
    expect(await container.exited).toBe(0);
    expect(readFileSync(root.path('app.log'), 'utf8')).toContain('to both\n');
  });
});
