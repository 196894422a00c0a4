import { accessSync, constants, statSync } from 'node:fs';
import { CoreError } from '../errors.ts';
import type { System } from '../system.ts';

/**
 * Throws `CWD_MISSING` or `CWD_NOT_USABLE` unless a process can start in that directory. Needed because spawn
 * reports a missing working directory as ENOENT of the command.
 */
export function checkCwd(cwd: string): void {
  let isDirectory: boolean;
  try {
    isDirectory = statSync(cwd).isDirectory();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new CoreError('CWD_MISSING', `cwd "${cwd}" does not exist`, { cause });
    throw new CoreError('CWD_NOT_USABLE', `cwd "${cwd}" cannot be entered: ${code}`, { cause });
  }
  if (!isDirectory) throw new CoreError('CWD_NOT_USABLE', `cwd "${cwd}" is not a directory`);
  try {
    accessSync(cwd, constants.X_OK);
  } catch (cause) {
    throw new CoreError('CWD_NOT_USABLE', `cwd "${cwd}" may not be entered by this user`, {
      cause,
    });
  }
}

/** That of this process. Throws `CWD_MISSING` when it has been deleted. */
export function currentCwd(system: System): string {
  try {
    return system.cwd();
  } catch (cause) {
    throw new CoreError('CWD_MISSING', 'the cwd of this process has been deleted', { cause });
  }
}
