import { readProcess } from '../harness/proc.ts';
import { until } from '../harness/wait.ts';

/**
 * Before it blocks its signals the kernel drops what PID 1 gets. Resolves once it waits for them; while it waits,
 * /proc shows none of them as blocked.
 */
export async function listens(pid: number): Promise<void> {
  await until('pid1 to wait for signals', () => readProcess(pid)?.state === 'S');
}
