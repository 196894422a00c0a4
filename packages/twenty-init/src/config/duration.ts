const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

export const durationPattern: RegExp = /^(\d+(\.\d+)?(ms|s|m|h))+$/;

/** Of a limit: 0, which is none, when it is not written. */
export function limitMs(text: string | undefined): number {
  return text === undefined ? 0 : durationMs(text);
}

/** Milliseconds of a duration such as `250ms`, `30s` or `1h30m`, which fits {@link durationPattern}. */
export function durationMs(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|s|m|h)/g))
    total += Number(amount) * unitMs[unit as keyof typeof unitMs];
  // 1.1h would be 3960000.0000000005 ms, which AbortSignal.timeout refuses.
  return Math.round(total);
}

/** As it is written: the other way round than {@link durationMs}, in the largest unit that leaves no rest. */
export function durationText(ms: number): string {
  const unit = (['h', 'm', 's'] as const).find((each) => ms % unitMs[each] === 0) ?? 'ms';
  return `${ms / unitMs[unit]}${unit}`;
}
