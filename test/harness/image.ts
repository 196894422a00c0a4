import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { type Container, type RunOptions, runAsInit } from './container.ts';

const require = createRequire(import.meta.url);

/** The program as npm installs it. */
export const twentyInit: string = join(
  dirname(require.resolve('twenty-init/package.json')),
  'bin/twenty-init.cjs',
);

/** A folder that plays the root of an image: a config, and the programs that it names. */
export interface Image {
  readonly root: string;
  path(name: string): string;
  /** As `ENTRYPOINT ["pid1", "--", "twenty-init", "run", "--"]` with that CMD. */
  boot(options?: BootOptions): Promise<Container>;
  /** Of the npm bin with these arguments. */
  commandLine(args: readonly string[]): readonly [string, ...string[]];
  /** Runs the npm bin with these arguments to its end. */
  command(args: readonly string[], options?: RunOptions): CommandResult;
  [Symbol.dispose](): void;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BootOptions extends RunOptions {
  readonly cmd?: readonly string[];
  /** What PID 1 is; default `pid1`. With `twenty-init` it is the npm bin itself. */
  readonly entrypoint?: 'pid1' | 'twenty-init' | 'sh';
  /** Options of `run`. */
  readonly args?: readonly string[];
  /** The Node that runs twenty-init; default: this one. */
  readonly node?: string;
  /** A program that takes a command line and executes it; it is what starts the entrypoint. */
  readonly wrapper?: readonly string[];
}

/**
 * Writes the files: a name ending in `.js` or `.sh` is made executable, an object is written as JSON, an empty string
 * makes a folder of a name that ends in a slash.
 */
export function image(files: Readonly<Record<string, string | object>>): Image {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'image-')));
  const path = (name: string): string => join(root, name);
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith('/')) {
      mkdirSync(path(name), { recursive: true });
      continue;
    }
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), typeof content === 'string' ? content : JSON.stringify(content));
    if (/\.(js|sh)$/.test(name)) chmodSync(path(name), 0o755);
  }
  return {
    root,
    path,
    boot: ({ cmd = [], entrypoint = 'pid1', args = [], node, wrapper = [], ...options } = {}) =>
      runAsInit([...wrapper, ...entrypoints[entrypoint](node), 'run', ...args, '--', ...cmd], {
        cwd: root,
        ...options,
      }),
    commandLine: (args) => [process.execPath, twentyInit, ...args],
    command: (args, options = {}) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [twentyInit, ...args], {
        cwd: options.cwd ?? root,
        env: options.env ?? process.env,
        encoding: 'utf8',
      });
      return { code: status ?? -1, stdout, stderr };
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

const entrypoints = {
  pid1: (node = process.execPath) => [pid1Path(), '--', node, twentyInit],
  'twenty-init': (node = process.execPath) => [node, twentyInit],
  // Any other init: it is the parent, and cannot take a handoff.
  sh: (node = process.execPath) => ['sh', '-c', '"$@"; exit $?', 'sh', node, twentyInit],
};
