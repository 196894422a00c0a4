import { setImmediate } from 'node:timers/promises';

/**
 * Resolves when libuv has read what there was to read, such as what its signal handler writes to a pipe: two immediates
 * have a whole poll phase between them.
 */
export async function wholeTurnOfTheLoop(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
