import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../../build/program.mjs';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'program-')));
afterAll(() => rmSync(root, { recursive: true }));

/** Builds `main.js` of these files; returns the folder with what was built, and the modules of each file. */
async function built(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(root, 'source-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const outdir = join(folder, 'dist');
  const { outputs } = await buildProgram({
    absWorkingDir: folder,
    platform: 'node',
    name: 'main',
    entryPoint: 'main.js',
    outdir,
  });
  return { outdir, modules: modulesOf(outputs) };
}

function modulesOf(outputs: Awaited<ReturnType<typeof buildProgram>>['outputs']) {
  return Object.fromEntries(
    Object.entries(outputs).map(([file, { inputs }]) => [file, Object.keys(inputs).sort()]),
  );
}

/** What the exported `main` resolves with. */
function resultOf(outdir: string): unknown {
  const script = `require(${JSON.stringify(join(outdir, 'main.cjs'))}).main().then((result) => console.log(JSON.stringify(result)))`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
}

const counter =
  'let count = 0; export const next = () => ++count; export class Fault extends Error {}';

describe('a program of several files', () => {
  it('has the state and the classes of a module once, whoever uses it', async () => {
    const { outdir, modules } = await built({
      'main.js': `
        import { Fault, next } from './counter.js';
        export async function main() {
          const counts = [next(), (await import('./one.js')).one(), (await import('./two.js')).two()];
          try { (await import('./two.js')).fail(); } catch (error) { return [...counts, error instanceof Fault]; }
        }`,
      'one.js': "import { next } from './counter.js'; export const one = () => next();",
      'two.js': `
        import { Fault, next } from './counter.js';
        export const two = () => next();
        export const fail = () => { throw new Fault(); };`,
      'counter.js': counter,
    });
    expect(resultOf(outdir)).toEqual([1, 2, 3, true]);
    expect(modules).toEqual({
      'main.cjs': ['counter.js', 'main.js'],
      'chunks/one.cjs': ['one.js'],
      'chunks/two.cjs': ['two.js'],
    });
  });

  it('has in a file of its own what only lazy files share', async () => {
    const { outdir, modules } = await built({
      'main.js': `
        export const main = async () =>
          [(await import('./one.js')).default(), (await import('./two.js')).default()];`,
      'one.js': "import { next } from './counter.js'; export default next;",
      'two.js': "import { next } from './counter.js'; export default next;",
      'counter.js': counter,
    });
    expect(resultOf(outdir)).toEqual([1, 2]);
    expect(modules).toMatchObject({
      'main.cjs': ['main.js'],
      'chunks/shared.cjs': ['counter.js'],
    });
  });

  it('can import lazily what another file needs from the start', async () => {
    const { outdir } = await built({
      'main.js': `
        export const main = async () =>
          [(await import('./one.js')).one(), (await import('./counter.js')).next()];`,
      'one.js': "import { next } from './counter.js'; export const one = () => next();",
      'counter.js': counter,
    });
    expect(resultOf(outdir)).toEqual([1, 2]);
  });

  it('has no file for what nothing of it imports, and none of an earlier build', async () => {
    const files = {
      'main.js': "import { used } from './both.js'; export const main = async () => used;",
      'both.js': "export const used = 1; export const unused = () => import('./lazy.js');",
      'lazy.js': 'export const lazy = 1;',
      'dist/chunks/old.cjs': '',
    };
    const { outdir } = await built(files);
    expect(resultOf(outdir)).toBe(1);
    expect(readdirSync(outdir)).toEqual(['main.cjs']);
  });

  it('cannot have two lazy files of one name', async () => {
    const files = {
      'main.js': "export const main = async () => [import('./a/x.js'), import('./b/x.js')];",
      'a/x.js': 'export const x = 1;',
      'b/x.js': 'export const x = 2;',
    };
    await expect(built(files)).rejects.toThrow('two files are named chunks/x.cjs');
  });
});

it('no module of twenty-init is in two files of the program', async () => {
  const { outputs } = await buildProgram({
    absWorkingDir: join(import.meta.dirname, '../..'),
    platform: 'node',
    target: 'node20.19',
    conditions: ['@twenty-init/source'],
    external: ['jiti', 'vitest'],
    name: 'cli',
    entryPoint: 'src/cli/main.ts',
    outdir: join(root, 'cli'),
  });
  const modules = Object.values(modulesOf(outputs)).flat();
  expect(modules).toContain('src/start-error.ts');
  expect(modules.filter((module, index) => modules.indexOf(module) !== index)).toEqual([]);
});
