// Not node:timers/promises, which every boot would load for these two.

/** Resolves when what the event loop has ready has been heard, and what has expired. */
export function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Resolves after `ms`. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/**
 * Resolves when libuv has read what there was to read, such as what its signal handler writes to a pipe: two immediates
 * have a whole poll phase between them.
 */
export async function wholeTurnOfTheLoop(): Promise<void> {
  await turnOfTheLoop();
  await turnOfTheLoop();
}
