/** Ms that never run backwards. Not `performance`: its first use loads node:perf_hooks, which is a megabyte. */
export function nowMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
