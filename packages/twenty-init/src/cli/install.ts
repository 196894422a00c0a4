import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { healthcheckPath, pid1Path } from '@twenty-init/core';
import { writeCompiledCode } from './compiled-code.ts';
import { cannotWrite } from './write-output.ts';

export interface InstallOptions {
  /** Default `/sbin`. Made when it is not there. */
  readonly directory: string | undefined;
  /** `amd64`, `arm64` or `x64`; default: that of this machine. */
  readonly arch: string | undefined;
}

/**
 * Puts `pid1` and `healthcheck` into a directory, executable, over those that are there and may be running, and compiles
 * this program ahead where it is installed. Throws `OUTPUT`.
 */
export function install(
  { directory = '/sbin', arch }: InstallOptions,
  print: (text: string) => number,
): number {
  // An image for Linux may be put together elsewhere.
  const target = nodeArch(arch);
  const programs = [pid1Path({ arch: target }), healthcheckPath({ arch: target })];
  for (const program of programs) {
    const path = installProgram(program, resolve(directory));
    print(`installed ${path} for ${target}\n`);
  }
  return target === process.arch ? print(`${compileAhead()}\n`) : 0;
}

function installProgram(source: string, directory: string): string {
  const path = join(directory, basename(source));
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(directory, { recursive: true });
    copyFileSync(source, draft);
    chmodSync(draft, 0o755);
    renameSync(draft, path);
  } catch (cause) {
    if (existsSync(draft)) rmSync(draft);
    throw cannotWrite(path, cause, hintFor(cause));
  }
  return path;
}

/** The package's folder may be read-only; without the code a boot works as well. */
function compileAhead(): string {
  try {
    return `compiled ${writeCompiledCode()} for Node ${process.version}`;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    return `twenty-init is not compiled for Node ${process.version}, and a boot takes longer: its folder cannot be written to (${code})`;
  }
}

function nodeArch(arch: string | undefined): string {
  if (arch === undefined) return process.arch;
  return arch === 'arm64' ? 'arm64' : 'x64';
}

/** Root can do nothing about a file where a folder should be. */
function hintFor(cause: unknown): string {
  const { code = '' } = cause as NodeJS.ErrnoException;
  return `;${['EACCES', 'EPERM'].includes(code) ? ' be root, or' : ''} name another directory: twenty-init install DIR`;
}
