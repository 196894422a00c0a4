import type { Signal, SpawnChildOptions } from '@twenty-init/core';

/**
 * For what must not outlive us, however we end. Only Linux does that at the end of a process by SIGKILL; elsewhere the
 * phases run without it.
 */
export function diesWithUs(signal: Signal): Pick<SpawnChildOptions, 'parentDeath'> {
  return process.platform === 'linux' ? { parentDeath: signal } : {};
}
