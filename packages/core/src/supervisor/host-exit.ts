import { constants } from 'node:os';
import type { System } from '../system.ts';

/**
 * Calls back when this process ends in a way that nobody has a listener for: process.exit, an uncaught exception, a
 * signal. Resolves with the function that takes it back.
 *
 * signal-exit then sends the signal to its own process once more, so that it dies of it. For PID 1 the kernel ignores
 * that, and the process would live on, deaf: so as PID 1 it exits here.
 */
export async function onHostExit(callback: () => void, system: System): Promise<() => void> {
  const { onExit } = await import('signal-exit');
  return onExit((_, signal) => {
    callback();
    if (signal !== null && system.pid === 1) process.exit(128 + (constants.signals[signal] ?? 0));
  });
}
