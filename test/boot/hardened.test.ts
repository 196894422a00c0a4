import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { configFormats } from '../harness/config-formats.ts';
import { image } from '../harness/image.ts';
import { nodes } from '../harness/nodes.ts';
import { freePort } from '../harness/ports.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Executes a command line in a root that holds the libraries, this repository and the image, all read-only, and no
 * shell or other program: as uid 1000, without any way to gain privileges.
 */
const hardened = (root: string): readonly string[] => [
  'sh',
  '-c',
  `set -e
  repository=$1 image=$2; shift 2
  new="$image/mnt"
  mount -t tmpfs none "$new"
  mkdir -p "$new/proc" "$new/dev"
  : > "$new/dev/null"
  mount --bind /dev/null "$new/dev/null"
  mount --rbind /proc "$new/proc"
  for path in /lib /lib64 /usr/lib "$repository" "$image"; do
    [ -d "$path" ] || continue
    mkdir -p "$new$path"
    mount --bind "$path" "$new$path"
    mount -o remount,bind,ro "$new$path"
  done
  mount -o remount,bind,ro "$new"
  exec setpriv --no-new-privs chroot --userspec=1000:1000 "$new" "$@"`,
  'sh',
  repository.replace(/\/$/, ''),
  root,
];

const app = `
  const { existsSync, writeFileSync } = require('node:fs');
  const { createServer } = require('node:http');
  let writable = true;
  try { writeFileSync('/x', ''); } catch { writable = false; }
  process.on('SIGTERM', () => { console.log('shutting down'); process.exit(0); });
  createServer((_, response) => response.end()).listen(Number(process.argv[2]), '127.0.0.1', () => {
    console.log(JSON.stringify({ uid: process.getuid(), writable, shell: existsSync('/bin/sh'), node: process.versions.node }));
  });
`;

// A user namespace of one user has no other that could be given the boot.
const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write('a boot as uid 1000 on a read-only root: skipped: needs root\n');

describe.skipIf(!isRoot)('read-only, as uid 1000, without a shell', () => {
  const cases = nodes.flatMap(([version, node]) =>
    (['exec', 'handoff', 'supervise'] as const).map((mode) => [version, mode, node] as const),
  );

  it.each(cases)('on Node %s a boot in mode %s works', async (version, mode, node) => {
    const port = await freePort();
    using root = image({
      'mnt/': '',
      'app.js': app,
      secret: 'from a file\n',
      'conf.json': {
        log: { format: 'json' },
        env: { fromFiles: ['TEST_SECRET'], required: ['TEST_SECRET'] },
        phases: {
          migrate: {
            command: [node, '-e', 'console.log("migrated " + process.env.TEST_SECRET.length)'],
            retry: { attempts: 2 },
            skipIf: { file: '/nowhere' },
          },
          beside: { needs: [], command: [node, '-e', 'console.log("beside")'], idleTimeout: '1m' },
          'exec-app': {
            command: [node, '${TEST_APP}', String(port)],
            mode,
            ...(mode === 'exec'
              ? {}
              : { readiness: { httpGet: `http://127.0.0.1:${port}/`, period: '50ms' } }),
          },
        },
      },
    });
    chmodSync(root.root, 0o755);
    await using container = await root.boot({
      node,
      args: ['-c', root.path('conf.json')],
      wrapper: hardened(root.root),
      env: {
        ...process.env,
        TEST_SECRET_FILE: root.path('secret'),
        TEST_APP: root.path('app.js'),
      },
    });
    const [line] = await container.seen(/^\{"uid".*$/m);
    expect(JSON.parse(line)).toMatchObject({ uid: 1000, writable: false, shell: false });
    expect(JSON.parse(line).node).toMatch(new RegExp(`^${version}\\.`));
    expect(container.stdout()).toContain('migrated 11');
    expect(container.stdout()).toContain('beside');
    if (mode === 'handoff') await container.seen(/is pid1's now/);
    if (mode === 'supervise') await container.seen(/exec-app ready/);
    container.kill('SIGTERM');
    expect(await container.exited, container.stderr()).toBe(0);
    expect(container.stdout()).toContain('shutting down');
  });
});

describe('each format of the config', () => {
  // Node 20 needs jiti for TypeScript, which order.test.ts shows.
  const cases = nodes.flatMap(([version, node]) =>
    configFormats
      .filter(([name]) => version !== '20' || !name.endsWith('.ts'))
      .map(([name, text]) => [version, name, text, node] as const),
  );

  it.each(cases)('on Node %s: %s', async (_, name, text, node) => {
    using root = image({ [name]: text });
    await using container = await root.boot({ node });
    expect(await container.exited, container.stderr()).toBe(0);
    expect(container.stdout()).toBe('app\n');
  });

  it.each(nodes.filter(([version]) => version === '20'))(
    'on Node %s a TypeScript config without jiti says the three ways out',
    async (_, node) => {
      using root = image({ 'twenty-init.config.ts': 'export default {};' });
      // pnpm puts its own folders there.
      const env = { ...process.env, NODE_PATH: '' };
      await using container = await root.boot({ node, env });
      expect(await container.exited).toBe(78);
      expect(container.stderr()).toMatch(
        /use Node 22\.18 or later, install "jiti".*or write the config as \.mjs/,
      );
    },
  );
});
