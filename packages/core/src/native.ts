import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { CoreError } from './errors.ts';
import { type Checks, checkOptions, internal, text } from './options.ts';
import { realSystem, requireLinux, type System } from './system.ts';

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
  /** One of those. In a Worker `closeSync` takes it for a mistake, and warns. */
  close(fd: number): number;
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
  /** _exit(2): at once, whatever other threads do. */
  exit(code: number): never;
  isSubreaper(): number;
  setSubreaper(on: boolean): number;
}

let addon: Addon | undefined;
/** The folder of this package. */
let root: string | undefined;

/**
 * Loads the addon at the first call. Throws `UNSUPPORTED_PLATFORM`, or `NATIVE_MISSING`, also where Node refuses to load
 * one.
 */
export function loadAddon(system: System = realSystem): Addon {
  requireLinux('the native addon of @twenty-init/core', system);
  addon ??= open(prebuilt('pid1.node', system.arch));
  return addon;
}

/** As `require` does; but to have that in an ES module takes node:module, half a megabyte. */
function open(path: string): Addon {
  const module = { exports: {} };
  try {
    process.dlopen(module, path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const hint = code === 'ERR_DLOPEN_DISABLED' ? ': --permission needs --allow-addons' : '';
    throw new CoreError('NATIVE_MISSING', `${path} could not be loaded: ${message}${hint}`, {
      cause,
    });
  }
  return module.exports as Addon;
}

/** For what is better with the addon, and works without. */
export function addonIfAny(system: System): Addon | undefined {
  try {
    return loadAddon(system);
  } catch {
    return undefined;
  }
}

export interface ProgramPathOptions {
  /** `x64` or `arm64`: of the machine that it is for, which this one need not be. Default: that of this machine. */
  readonly arch?: string | undefined;
  /** @internal */
  readonly system?: System | undefined;
}

const checks: Checks<ProgramPathOptions> = { arch: text, system: internal };

/**
 * The absolute path of the `pid1` binary. Throws `NATIVE_MISSING`, and `UNSUPPORTED_PLATFORM` off Linux where no `arch` is
 * named.
 */
export function pid1Path(options: ProgramPathOptions = {}): string {
  return programPath('pid1', options);
}

/** The absolute path of the `healthcheck` binary. Throws as {@link pid1Path} does. */
export function healthcheckPath(options: ProgramPathOptions = {}): string {
  return programPath('healthcheck', options);
}

function programPath(name: 'pid1' | 'healthcheck', options: ProgramPathOptions): string {
  checkOptions(`${name}Path`, options, checks);
  const { arch, system = realSystem } = options;
  if (arch === undefined) requireLinux(name, system);
  return prebuilt(name, arch ?? system.arch);
}

function prebuilt(file: string, arch: string): string {
  root ??= packageRoot(arch);
  const path = `${root}/${folderOf(arch)}/${file}`;
  if (!existsSync(path))
    throw new CoreError(
      'NATIVE_MISSING',
      `${path} does not exist: @twenty-init/core has no build for linux-${arch} here; ` +
        'x64 and arm64 come with the npm package, in a checkout `node native/build.mjs` makes them',
    );
  return path;
}

function folderOf(arch: string): string {
  return `prebuilds/linux-${arch}`;
}

/**
 * Above this module, which may be part of the bundle of another package; then below a `node_modules` there.
 * `require.resolve` would do, but takes a millisecond and a half of every boot. Other packages too have a folder
 * `prebuilds`: ours is known by its file.
 */
function packageRoot(arch: string): string {
  const name = '@twenty-init/core';
  // A bundle in CommonJS has nothing but the latter.
  const start = import.meta.dirname ?? __dirname;
  for (let folder = start; ; folder = dirname(folder)) {
    for (const found of [folder, `${folder}/node_modules/${name}`])
      if (existsSync(`${found}/${folderOf(arch)}/pid1.node`)) return found;
    if (folder === dirname(folder)) break;
  }
  // Yarn's Plug'n'Play has no such folders; and in a checkout that is not built yet the message says where they belong.
  const { createRequire } = process.getBuiltinModule('node:module');
  try {
    return dirname(createRequire(`${start}/`).resolve(`${name}/package.json`));
  } catch (cause) {
    throw new CoreError(
      'NATIVE_MISSING',
      `the package ${name} was not found from ${start}: install it there, or copy its folder prebuilds beside the bundle`,
      { cause },
    );
  }
}
