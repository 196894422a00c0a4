import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Container, runAsInit } from '../harness/container.ts';
import { type Image, image } from '../harness/image.ts';
import { freePort } from '../harness/ports.ts';
import { outcome } from '../harness/run.ts';
import { isConfig, type Snippet, snippets } from './snippets.ts';

const require = createRequire(import.meta.url);

/** A snippet of JavaScript is a part of a program: what stands around it, and what is seen of it. */
interface Scene {
  readonly before?: string;
  readonly after?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** With the program as PID 1, once it runs. */
  readonly meanwhile?: (container: Container) => Promise<void>;
  readonly code?: number;
  readonly stdout?: string;
}

const stays =
  "process.on('SIGTERM', () => process.exit()); console.log('up'); setInterval(() => {}, 1000);";

/** By a line of the snippet. */
const scenes: Readonly<Record<string, Scene>> = {
  "const worker = await spawnChild('node', ['worker.js']);": {
    files: { 'worker.js': stays },
    meanwhile: async (container) => {
      await container.seen(/up/);
      container.kill('SIGTERM');
    },
  },
  "await become('node', ['server.js'], {": {
    before: 'const migrate = async () => {};',
    files: { 'server.js': "console.log('the app');" },
    stdout: 'the app\n',
  },
  'const reaper = createReaper({': {
    after: `
      const { spawn } = await import('node:child_process');
      spawn('sh', ['-c', 'sleep 0.01 & exit 0']);
      process.once('SIGTERM', () => process.exit());
      setInterval(() => {}, 1000);
    `,
    meanwhile: async (container) => {
      await container.seen(/reaped \d+: 0/);
      container.kill('SIGTERM');
    },
  },
  'const supervisor = createSupervisor(': {
    before: 'const portIsOpen = async () => true;',
    files: { 'server.js': 'setTimeout(() => process.exit(7), 100);', 'worker.js': stays },
    code: 7,
  },
  'const fan = fanOut([worker], {': {
    files: { 'worker.js': 'setTimeout(() => {}, 100);' },
    after: 'process.exitCode = exitCode;',
  },
  'await killTree(child.pid); // SIGKILL, to it and all that descends from it': {
    before: `
      import { spawnChild } from '@twenty-init/core/spawn-child';
      const child = await spawnChild('sleep', ['1000']);
    `,
  },
  "const zombies = processTree(1).children.filter(({ state }) => state === 'Z');": {
    after: 'console.log(zombies.length);',
    stdout: '0\n',
  },
};

/** Those that are tested by their own rules, below. */
const others = [
  'const { NOTIFY_FD } = process.env;',
  'const boot = await rehearse(config, {',
  "it('never registers after a failed migration', async () => {",
];

const programs = snippets.filter(
  (snippet) => ['js', 'ts'].includes(snippet.language) && !isConfig(snippet),
);
const lineOf = ({ text }: Snippet, lines: readonly string[]): string | undefined =>
  lines.find((line) => text.includes(`${line}\n`));

function folderOf(files: Readonly<Record<string, string>>): Image {
  const folder = image({ ...files, 'node_modules/@twenty-init/': '' });
  for (const name of ['@twenty-init/core', 'twenty-init', 'vitest'])
    symlinkSync(
      dirname(require.resolve(`${name}/package.json`)),
      folder.path(`node_modules/${name}`),
    );
  return folder;
}

function snippetWith(line: string): Snippet {
  const found = programs.find((snippet) => lineOf(snippet, [line]) !== undefined);
  if (found === undefined) throw new Error(`no page shows ${line}`);
  return found;
}

it('every program that a page shows is run by a test', () => {
  const known = [...Object.keys(scenes), ...others];
  expect(programs.filter((snippet) => lineOf(snippet, known) === undefined)).toEqual([]);
});

it.each(Object.entries(scenes))('%s', async (line, scene) => {
  const { before = '', after = '', files = {}, meanwhile, code = 0, stdout } = scene;
  using folder = folderOf(files);
  const text = snippetWith(line).text.replace("'/app'", `'${folder.root}'`);
  writeFileSync(folder.path('program.mjs'), `${before}\n${text}\n${after}\n`);
  await using container = await runAsInit([process.execPath, 'program.mjs'], { cwd: folder.root });
  await meanwhile?.(container);
  expect(await container.exited, container.stderr()).toBe(code);
  if (stdout !== undefined) expect(container.stdout()).toBe(stdout);
});

it('the server of docs/modes.md says by its descriptor when it listens', async () => {
  const { text } = snippetWith('const { NOTIFY_FD } = process.env;');
  using folder = folderOf({
    'server.mjs': `import { createServer } from 'node:http';\nconst server = createServer();\n${text.replace('3000', String(await freePort()))}`,
  });
  const server = spawn(process.execPath, [folder.path('server.mjs')], {
    env: { ...process.env, NOTIFY_FD: '3' },
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  try {
    const notified = server.stdio[3];
    if (notified == null) throw new Error('no pipe');
    const [said] = await once(notified, 'data');
    expect(String(said)).toBe('\n');
  } finally {
    server.kill('SIGKILL');
  }
});

describe('the tests that pages show', () => {
  const config =
    "{ migrate: { command: ['true'] }, register: { command: ['true'] }, 'exec-app': { command: ['true'] } }";

  it.each(others.slice(1))('%s', { timeout: 120_000 }, async (line) => {
    const { text } = snippetWith(line);
    const whole = text.includes("from 'vitest'")
      ? text
      : `import { expect, it } from 'vitest';\nimport config from './twenty-init.config.mjs';\nit('passes', async () => {\n${text.replace(/^import/m, "const { rehearse } = await import('twenty-init/testing'); //")}\n});\n`;
    using folder = folderOf({
      'twenty-init.config.mjs': `export default { env: { required: ['DATABASE_URL'].filter(() => ${!text.includes("from 'vitest'")}) }, phases: ${config} };\n`,
      'boot.test.ts': whole,
      'package.json': '{ "type": "module" }',
    });
    const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
    const run = await outcome([process.execPath, vitest, 'run', '--root', folder.root]);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(run.stdout).toContain('1 passed');
  });
});
