import { constants, fstatSync, openSync } from 'node:fs';

/**
 * Opens the pipe on stdout or stderr anew, so that it does not block: for the caller alone, and not for all that share
 * the inherited one. A write that waits for a reader for ever would make this process deaf to signals in the main
 * thread, and in the thread pool keep it from ending. Undefined for anything else: a file would have an offset of its
 * own, and a socket cannot be opened.
 */
export function ownDescription(fd: 1 | 2): number | undefined {
  try {
    if (!fstatSync(fd).isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    // No /proc, no reader any more, or a pipe of another user.
    return undefined;
  }
}
