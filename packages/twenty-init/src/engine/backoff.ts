/** The delay before the next attempt, in ms, when `attempt` attempts have been made. `random` is from 0 up to 1. */
export function backoffMs(
  retry: {
    readonly delayMs: number;
    readonly factor: number;
    readonly maxDelayMs: number;
    readonly jitter: boolean;
  },
  attempt: number,
  random: number,
): number {
  const delay = Math.min(retry.delayMs * retry.factor ** (attempt - 1), retry.maxDelayMs);
  return retry.jitter ? delay * (0.8 + 0.4 * random) : delay;
}
