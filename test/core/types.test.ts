import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const { resolve } = createRequire(import.meta.url);
const core = dirname(resolve('@twenty-init/core/package.json'));
const tsc = join(dirname(resolve('typescript/package.json')), 'bin/tsc');
const { exports } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8'));

const everySubpath = Object.keys(exports)
  .filter((path) => path !== './package.json')
  .map((path, index) => `import * as subpath${index} from '@twenty-init/core${path.slice(1)}';`)
  .join('\n');

const consumer = `
import { CoreError, createReaper, createSupervisor, fanOut, killTree, OptionError, spawnChild } from '@twenty-init/core';

export const reaper = createReaper({ graceMs: 5 });
export const fan = fanOut([], { signals: { SIGHUP: 'SIGUSR2', SIGTERM: 15 } });
export async function run(): Promise<number> {
  await using child = await spawnChild('node', ['server.js'], { cwd: undefined, env: { PORT: '3000' } });
  child.kill(15);
  await child.stop();
  const piped = await spawnChild('node', [], { output: 'pipe' });
  piped.stdout.on('data', () => {});
  await killTree(piped.pid, { signal: 9 });
  const supervisor = createSupervisor([
    { name: 'a', command: ['node'], restart: { policy: 'always', delayMs: 5 }, notifyFd: 3 },
  ]);
  await supervisor.start().catch((error) => error instanceof CoreError || error instanceof OptionError);
  return supervisor.ended;
}
// @ts-expect-error System is for the package's own tests
export const options: Parameters<typeof createReaper>[0] = { system: {} };
`;

const withNode = `
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fanOut, spawnChild } from '@twenty-init/core';

const abort = new AbortController();
fanOut([spawn('sleep', ['1'])], { signal: abort.signal });
export const stdout: Promise<Readable> = spawnChild('node', [], { output: 'pipe', env: process.env, signal: abort.signal })
  .then((child) => child.stdout);
`;

describe('the declarations compile in TypeScript 7, also without skipLibCheck', () => {
  const folder = mkdtempSync(join(tmpdir(), 'types-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['without @types/node', [], { 'consumer.mts': consumer, 'subpaths.mts': everySubpath }],
    ['with @types/node', ['node'], { 'consumer.mts': consumer, 'node.mts': withNode }],
  ])('%s', (name, types, files) => {
    const project = join(folder, name.replaceAll(/\W/g, '-'));
    mkdirSync(join(project, 'node_modules/@twenty-init'), { recursive: true });
    symlinkSync(core, join(project, 'node_modules/@twenty-init/core'));
    mkdirSync(join(project, 'node_modules/@types'));
    for (const type of types)
      symlinkSync(
        dirname(resolve(`@types/${type}/package.json`)),
        join(project, 'node_modules/@types', type),
      );
    for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text);
    const compilerOptions = {
      types,
      target: 'es2022',
      module: 'nodenext',
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    expect(errorsOf(project)).toBe('');
  });

  it('System is in no declaration of an option', () => {
    const declarations = readdirSync(join(core, 'dist'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.d.ts'))
      .map((file) => readFileSync(join(core, 'dist', file), 'utf8'));
    expect(declarations.filter((text) => /readonly system\?:/.test(text))).toEqual([]);
    expect(readFileSync(join(core, 'dist/index.d.ts'), 'utf8')).not.toMatch(/\bSystem\b/);
  });
});

function errorsOf(project: string): string {
  try {
    execFileSync(tsc, ['-p', project], { encoding: 'utf8' });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
