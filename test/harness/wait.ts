import { setTimeout as delay } from 'node:timers/promises';

/** A hang bound, not a speed claim. */
const limitMs = 30_000;

/** Polls until the probe gives something other than undefined or false; for what has no event, such as /proc. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`waited ${limitMs / 1000} s for ${what}`);
    await delay(10);
  }
}
