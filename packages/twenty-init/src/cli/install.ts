import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { writeCompiledCode } from './compiled-code.ts';
import { cannotWrite } from './write-output.ts';

export interface InstallOptions {
  /** Default `/sbin`. Made when it is not there. */
  readonly directory: string | undefined;
  /** `amd64`, `arm64` or `x64`; default: that of this machine. */
  readonly arch: string | undefined;
}

/**
 * Puts `pid1` into a directory, executable, over one that is there and may be running, and compiles this program ahead
 * where it is installed. Throws `OUTPUT`.
 */
export function install(
  { directory = '/sbin', arch }: InstallOptions,
  print: (text: string) => number,
): number {
  // An image for Linux may be put together elsewhere.
  const target = nodeArch(arch);
  const source = pid1Path({ arch: target });
  const path = resolve(directory, 'pid1');
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(resolve(directory), { recursive: true });
    copyFileSync(source, draft);
    chmodSync(draft, 0o755);
    renameSync(draft, path);
  } catch (cause) {
    if (existsSync(draft)) rmSync(draft);
    throw cannotWrite(path, cause, '; be root, or name another directory: twenty-init install DIR');
  }
  print(`installed ${path} for ${target}\n`);
  return target === process.arch ? print(`${compileAhead()}\n`) : 0;
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
