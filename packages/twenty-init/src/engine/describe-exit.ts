import type { ExitStatus } from '@twenty-init/core';

/** In words. A SIGKILL that is not ours comes from the kernel, when memory has run out. */
export function describeExit({ exitCode, signal }: ExitStatus): string {
  if (signal === undefined) return `exit ${exitCode}`;
  return `killed by ${signal}${signal === 'SIGKILL' ? ' (out of memory?)' : ''}`;
}
