import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { CoreError } from './errors.ts';
import { requireLinux } from './platform.ts';
import { realSystem, type System } from './system.ts';

/** The functions of `native/addon.c`. Each returns a result, or -errno. */
export interface Addon {
  execve(
    path: string,
    argv: readonly string[],
    envp: readonly string[],
    softNofile: number,
  ): number;
  /** Gives every signal its default action, until {@link Addon.rearm}. */
  disarm(): number;
  rearm(): number;
  /** Puts aside what the kernel does at a signal, for {@link Addon.restoreAction}. */
  keepAction(signal: number): number;
  restoreAction(signal: number): number;
  sigqueue(pid: number, signal: number, value: bigint): number;
  /** A pipe(2), both ends close-on-exec: `[read, write]`. */
  pipe(): readonly [read: number, write: number] | number;
  /** The wait status of that zombie; -EAGAIN while it runs. */
  waitpid(pid: number): number;
  /** 1 when {@link Addon.waitpid} would take it now, else 0. Takes nothing. */
  isZombie(pid: number): number;
  /** Now, in the clock ticks since boot in which /proc/PID/stat has the start of a process. */
  bootTicks(): number;
  /** n when the child was stopped by signal n since the last call, -SIGCONT when it was continued, 0 when neither. */
  jobChange(pid: number): number;
  /** The group that has the controlling terminal, after it was given to `group`; 0 only asks. */
  foreground(group: number): number;
  isSubreaper(): number;
  setSubreaper(on: boolean): number;
}

let addon: Addon | undefined;
/** The folder of this package. */
let root: string | undefined;

/** Loads the addon at the first call. Throws `UNSUPPORTED_PLATFORM` or `NATIVE_MISSING`. */
export function loadAddon(system: System = realSystem): Addon {
  requireLinux('the native addon of @twenty-init/core', system);
  addon ??= open(prebuilt('pid1.node', system));
  return addon;
}

/** As `require` does; but to have that in an ES module takes node:module, half a megabyte. */
function open(path: string): Addon {
  const module = { exports: {} };
  process.dlopen(module, path);
  return module.exports as Addon;
}

/** The absolute path of the `pid1` binary for this machine. Throws `UNSUPPORTED_PLATFORM` or `NATIVE_MISSING`. */
export function pid1Path(system: System = realSystem): string {
  requireLinux('pid1', system);
  return prebuilt('pid1', system);
}

/** False on an architecture that has no build. */
export function hasAddon(system: System): boolean {
  return system.platform === 'linux' && existsSync(prebuiltPath('pid1.node', system));
}

function prebuilt(file: string, system: System): string {
  const path = prebuiltPath(file, system);
  if (!existsSync(path))
    throw new CoreError(
      'NATIVE_MISSING',
      `${path} does not exist: @twenty-init/core has no build for linux-${system.arch} here; ` +
        'x64 and arm64 come with the npm package, in a checkout `node native/build.mjs` makes them',
    );
  return path;
}

function prebuiltPath(file: string, { arch }: System): string {
  const folder = `prebuilds/linux-${arch}`;
  root ??= packageRoot(`${folder}/pid1.node`);
  return `${root}/${folder}/${file}`;
}

/**
 * The folder that holds the file: above this module, or, where that is part of another package's bundle, in a
 * `node_modules` there. `require.resolve` would do, but takes a millisecond and a half of every boot.
 */
function packageRoot(file: string): string {
  const name = '@twenty-init/core';
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    for (const found of [folder, `${folder}/node_modules/${name}`])
      if (existsSync(`${found}/${file}`)) return found;
    if (folder === dirname(folder)) break;
  }
  // Yarn's Plug'n'Play has no such folders; and what is not built for this machine belongs where the message says.
  const { createRequire } = process.getBuiltinModule('node:module');
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}
