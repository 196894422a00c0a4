import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { StartError } from '../start-error.ts';

/**
 * Writes a file that the user asked for, whole or not at all: on a full disk the old one stays. A link stays a link, and
 * the mode that of the old file. Throws `OUTPUT`.
 */
export function writeOutput(path: string, text: string): void {
  try {
    const old = statSync(path, { throwIfNoEntry: false });
    // A device or a pipe, such as /dev/stdout, has no place that another file could take.
    if (old !== undefined && !old.isFile()) writeFileSync(path, text);
    else replace(old === undefined ? path : realpathSync(path), text, old);
  } catch (cause) {
    throw cannotWrite(resolve(path), cause);
  }
}

function replace(path: string, text: string, old: Stats | undefined): void {
  const draft = `${path}.${process.pid}`;
  try {
    const fd = openSync(draft, 'wx');
    try {
      if (old !== undefined) fchmodSync(fd, old.mode & 0o7777);
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, path);
  } catch (error) {
    const { code = '', syscall } = error as NodeJS.ErrnoException;
    // A file that is a mount of its own, or in a folder that is not ours, can only be written in place.
    const onlyInPlace =
      old !== undefined &&
      ((syscall === 'rename' && code === 'EBUSY') ||
        (syscall === 'open' && ['EACCES', 'EPERM', 'EROFS'].includes(code)));
    if (!onlyInPlace) throw error;
    writeFileSync(path, text);
  } finally {
    rmSync(draft, { force: true });
  }
}

export function cannotWrite(path: string, cause: unknown, hint = ''): StartError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new StartError('OUTPUT', `${path} cannot be written: ${code ?? message}${hint}`, {
    cause,
  });
}
