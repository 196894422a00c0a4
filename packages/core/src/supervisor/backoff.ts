/** Delays that grow from one attempt to the next. */
export interface Backoff {
  /** The first one, in ms. */
  readonly delayMs: number;
  /** Each is that many times the one before; at least 1. */
  readonly factor: number;
  /** None is longer, with jitter neither. */
  readonly maxDelayMs: number;
  /** Takes up to a fifth off it or adds as much, so that what failed together does not try again together. */
  readonly jitter?: boolean | undefined;
}

/** The delay in ms when `attempts` have been made, from 1 on. `random` is from 0 up to 1, for the jitter. */
export function backoffMs(
  { delayMs, factor, maxDelayMs, jitter = false }: Backoff,
  attempts: number,
  random = 0.5,
): number {
  // After a thousand attempts the power is Infinity, and that many times 0 is NaN.
  const grown = delayMs === 0 ? 0 : delayMs * factor ** (attempts - 1);
  const spread = jitter ? 0.8 + 0.4 * random : 1;
  return Math.min(Math.min(grown, maxDelayMs) * spread, maxDelayMs);
}
