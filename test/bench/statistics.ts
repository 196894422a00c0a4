/** Of the median of what was measured. */
export interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

/** The median with its 95 % confidence interval, by a percentile bootstrap. The same values give the same interval. */
export function medianInterval(values: readonly number[]): Interval {
  const random = generator(20);
  const medians = Array.from({ length: 10_000 }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)] ?? 0)),
  ).sort((a, b) => a - b);
  const at = (share: number): number => medians[Math.floor(share * (medians.length - 1))] ?? 0;
  return { median: median(values), low: at(0.025), high: at(0.975) };
}

/** A seeded xorshift32: Math.random cannot be repeated. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
