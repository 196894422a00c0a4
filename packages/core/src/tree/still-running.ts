import { CoreError } from '../errors.ts';
import type { ProcessStat } from './stat.ts';

/** Those that SIGKILL did not end in time. */
export function stillRunning(left: readonly ProcessStat[], timeoutMs: number): CoreError {
  const names = left.map(({ pid, command }) => `${pid} (${command})`).join(', ');
  return new CoreError('STILL_RUNNING', `SIGKILL did not end ${names} within ${timeoutMs} ms`);
}
