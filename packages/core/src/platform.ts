import { CoreError } from './errors.ts';
import type { System } from './system.ts';

/** Throws `UNSUPPORTED_PLATFORM` anywhere but on Linux. */
export function requireLinux(what: string, { platform }: System): void {
  if (platform !== 'linux')
    throw new CoreError('UNSUPPORTED_PLATFORM', `${what} needs Linux; this is ${platform}`);
}

/**
 * Throws `NOT_MAIN_THREAD` in a Worker. Adopted orphans are children of the main thread, signals arrive there, and a
 * parent-death signal follows the thread that forked, not the process.
 */
export function requireMainThread(what: string, { isMainThread }: System): void {
  if (!isMainThread)
    throw new CoreError(
      'NOT_MAIN_THREAD',
      `${what} works in the main thread only, not in a Worker`,
    );
}
