import { constants } from 'node:os';
import { hasAddon, loadAddon } from '../native.ts';
import { type Signal, signalNumber } from '../signals.ts';
import type { System } from '../system.ts';

/** Listens for signals; the result takes that back. */
export function listen(
  signals: readonly Signal[],
  onSignal: (signal: Signal) => void,
  system: System,
): () => void {
  const restore = signals.includes('SIGUSR1') ? keepInspectorSignal(system) : () => {};
  // Node passes the name; a platform without a signal never sends it, and refuses to listen for it.
  const listener = (name: NodeJS.Signals): void => onSignal(name as Signal);
  const listened = signals.filter((signal) => signal in constants.signals) as NodeJS.Signals[];
  for (const signal of listened) process.on(signal, listener);
  let open = true;
  return () => {
    if (!open) return;
    open = false;
    for (const signal of listened) process.off(signal, listener);
    restore();
  };
}

/**
 * Node starts its inspector at SIGUSR1. When a listener for it is taken back, libuv leaves the default action behind,
 * and the next SIGUSR1 ends the process; so what was there before is put back.
 */
function keepInspectorSignal(system: System): () => void {
  if (system.platform !== 'linux' || process.listenerCount('SIGUSR1') > 0) return () => {};
  if (!hasAddon(system)) return () => {};
  const addon = loadAddon(system);
  const signal = signalNumber('SIGUSR1');
  addon.keepAction(signal);
  return () => {
    if (process.listenerCount('SIGUSR1') === 0) addon.restoreAction(signal);
  };
}
