import { become } from '@twenty-init/core';

let stuck = false;

/** A thread of this process is in a write(2) that nobody reads, and may stay there. */
export function noteStuckWrite(): void {
  stuck = true;
}

/**
 * Ends the process although a write is stuck: exit(3) would wait for its thread, for ever. execve(2) ends every other
 * thread, so another program exits in our place. Does nothing when no write is stuck.
 */
export async function exitPastStuckWrite(exitCode: number): Promise<void> {
  if (stuck) await become(process.execPath, ['-e', `process.exit(${exitCode})`]);
}
