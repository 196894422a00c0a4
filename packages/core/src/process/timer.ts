const longestMs = 2 ** 31 - 1;

/**
 * A duration as Node's timers take it: whole, not negative, of 31 bits. With more (24 days) they fire at once, and
 * `AbortSignal.timeout` refuses a fraction. Throws a `RangeError` for NaN, and for what is no number.
 */
export function timerMs(name: string, ms: number): number {
  if (typeof ms !== 'number' || Number.isNaN(ms))
    throw new RangeError(`Expected ${name} in ms, got ${ms}`);
  return Math.min(Math.max(0, Math.ceil(ms)), longestMs);
}
