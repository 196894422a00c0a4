import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { configFormats } from '../harness/config-formats.ts';
import { runAsInit } from '../harness/container.ts';
import { type Image, image } from '../harness/image.ts';
import { npmInstall } from '../harness/npm-install.ts';
import { freePort } from '../harness/ports.ts';
import { outcome } from '../harness/run.ts';

/** How a chunk comes to be used, and what is seen of that. */
interface Use {
  readonly args?: readonly string[];
  readonly files: Readonly<Record<string, string | object>>;
  readonly says?: RegExp;
  /** Gets a SIGTERM when it has said that. */
  readonly until?: RegExp;
  /** A file that is there afterwards, and what is in it. */
  readonly leaves?: readonly [name: string, content: RegExp];
  readonly code?: number;
  /** What starts the init. */
  readonly wrapper?: readonly string[];
  /** What Node says it runs on. */
  readonly platform?: NodeJS.Platform;
}

const config = (more: object = {}): Use['files'] => ({
  'twenty-init.config.json': {
    phases: {
      migrate: { command: ['echo', 'migrated'] },
      'exec-app': { command: ['echo', 'app'] },
    },
    ...more,
  },
});

const ready = (readiness: object): Use => ({
  files: {
    'server.js': `#!/usr/bin/env node
      process.once('SIGTERM', () => process.exit());
      const server = require('node:http').createServer((_, response) => response.end());
      server.listen(process.env.PORT, '127.0.0.1', () => require('node:fs').writeFileSync('up', ''));
    `,
    'twenty-init.config.json': {
      phases: {
        'exec-app': { command: ['./server.js'], readiness: { ...readiness, period: '20ms' } },
      },
    },
  },
  until: /exec-app is pid1's now/,
});

const format = (extension: string): Use => ({
  files: Object.fromEntries(configFormats.filter(([name]) => name.endsWith(extension))),
  says: /^app$/m,
});

const uses: Readonly<Record<string, Use>> = {
  check: { args: ['check'], files: config(), says: /no problem found; mode exec/ },
  compile: {
    args: ['compile', '--output', 'compiled.json'],
    files: config(),
    leaves: ['compiled.json', /"migrated"/],
  },
  'cross-spawn': {
    args: ['run-phases'],
    files: config(),
    says: /^migrated$/m,
    platform: 'darwin',
  },
  ecs: {
    files: config({ log: { format: 'ecs' } }),
    says: /"event\.action":"booting"|"action":"booting"/,
  },
  exec: ready({ exec: ['test', '-e', 'up'] }),
  function: {
    files: {
      'twenty-init.config.mjs': `export default { phases: {
        migrate: { run: async ({ log, exec }) => { log('of the function'); await exec(['echo', 'of its command']); } },
        'exec-app': { command: ['true'] },
      } };`,
    },
    says: /^of the function\nof its command$/m,
  },
  help: { args: ['--help'], files: {}, says: /^Usage$/m },
  'http-get': ready({ httpGet: 'http://127.0.0.1:${PORT}/' }),
  'import-config': format('.mjs'),
  install: { args: ['install', 'sbin'], files: {}, leaves: ['sbin/pid1', /^\x7fELF/] },
  json: { files: config({ log: { format: 'json' } }), says: /"event":"booting"/ },
  plan: { args: ['plan'], files: config(), says: /migrate/ },
  'run-phases': { args: ['run-phases'], files: config(), says: /^migrated$/m },
  shared: { files: config({ log: { format: 'json' } }), says: /"event":"booting"/ },
  'tcp-socket': ready({ tcpSocket: '127.0.0.1:${PORT}' }),
  tee: { files: config({ log: { file: 'app.log' } }), leaves: ['app.log', /^migrated\napp\n$/] },
  'termination-message': {
    files: {
      'dev/null': '',
      'dev/termination-log': '',
      'twenty-init.config.json': {
        phases: { migrate: { command: ['false'] }, 'exec-app': { command: ['true'] } },
      },
    },
    wrapper: [
      ...['unshare', '--mount', 'sh', '-c'],
      'mount --bind /dev/null dev/null && mount --bind dev /dev && exec "$@"',
      'sh',
    ],
    leaves: ['dev/termination-log', /"reason":"migrate failed: exit 1/],
    code: 1,
  },
  yaml: format('.yaml'),
};

/** Writes the names of the chunks that twenty-init loads to the file CHUNKS, on what says that it is PLATFORM. */
const recorder = `
  Object.defineProperty(process, 'platform', { value: process.env.PLATFORM });
  const Module = require('node:module');
  const load = Module._load;
  Module._load = function (request, ...rest) {
    if (/^\\.\\/.*\\.cjs$/.test(request))
      require('node:fs').appendFileSync(process.env.CHUNKS, require('node:path').basename(request, '.cjs') + '\\n');
    return load.call(this, request, ...rest);
  };
`;

const install = npmInstall();
afterAll(() => install[Symbol.dispose]());
const dist = install.path('node_modules/twenty-init/dist');
const compiled = join(dist, 'cli.cjs.compiled');

async function run(
  root: Image,
  { args = ['run'], until, wrapper = [], platform = process.platform }: Use,
) {
  const env = {
    ...process.env,
    PORT: String(await freePort()),
    CHUNKS: root.path('chunks'),
    PLATFORM: platform,
    NODE_OPTIONS: `--require ${root.path('recorder.cjs')}`,
  };
  const argv = [...wrapper, install.pid1, '--', process.execPath, install.twentyInit, ...args];
  await using container = await runAsInit(argv, { cwd: root.root, env });
  if (until !== undefined) {
    await container.seen(until);
    container.kill('SIGTERM');
  }
  const code = await container.exited;
  return { code, said: container.stdout() + container.stderr() };
}

describe.each(['as npm installs it', 'compiled ahead'])(
  'twenty-init from its tarball, %s',
  (how) => {
    beforeEach(async () => {
      rmSync(compiled, { force: true });
      if (how === 'compiled ahead')
        await outcome([process.execPath, install.twentyInit, 'install', install.path('sbin')]);
      expect(existsSync(compiled)).toBe(how === 'compiled ahead');
    });

    it.each(Object.entries(uses))('uses its chunk %s', async (name, use) => {
      using root = image({ ...use.files, 'recorder.cjs': recorder, chunks: '' });
      const { code, said } = await run(root, use);
      expect(code, said).toBe(use.code ?? 0);
      if (use.says !== undefined) expect(said).toMatch(use.says);
      if (use.leaves !== undefined) {
        const [file, content] = use.leaves;
        expect(readFileSync(root.path(file), 'latin1')).toMatch(content);
      }
      expect(readFileSync(root.path('chunks'), 'utf8').split('\n')).toContain(name);
    });
  },
);

describe('the chunks in the tarball', () => {
  it('tree-kill ends a tree on Windows, by the program of Windows', async () => {
    using root = image({
      'cmd.sh': '#!/bin/sh\necho "$2"\n',
      'windows.cjs': `
        Object.defineProperty(process, 'platform', { value: 'win32' });
        require(process.argv[2]).default(4711, 9, (error, stdout) => process.stdout.write(error?.message ?? stdout));
      `,
    });
    const { stdout } = await outcome(
      [process.execPath, root.path('windows.cjs'), join(dist, 'chunks/tree-kill.cjs')],
      { env: { ...process.env, comspec: root.path('cmd.sh') } },
    );
    expect(stdout).toBe('taskkill /pid 4711 /T /F\n');
  });

  it('are no more than these', () => {
    const names = readdirSync(join(dist, 'chunks')).map((file) => basename(file, '.cjs'));
    expect(names.sort()).toEqual([...Object.keys(uses), 'tree-kill'].sort());
  });
});
