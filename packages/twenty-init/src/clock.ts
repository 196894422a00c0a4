// Not `performance`: its first use loads node:perf_hooks, 1 ms of every boot.
const offsetMs = Date.now() - elapsedMs();

/** Wall-clock time in ms that never runs backwards. */
export function wallClockMs(): number {
  return offsetMs + elapsedMs();
}

function elapsedMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
