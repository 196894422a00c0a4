import { constants } from 'node:os';
import { addonIfAny } from '../native.ts';
import type { System } from '../system.ts';
import { type Signal, signalNumber } from './names.ts';
import { onSignal } from './on-signal.ts';

/** Listens for signals; the result takes that back. */
export function listen(
  signals: readonly Signal[],
  callback: (signal: Signal) => void,
  system: System,
): () => void {
  const borrowed = nodesOwn.filter(
    (signal) => signals.includes(signal) && keepAction(signal, system),
  );
  // Node passes the name; a platform without a signal never sends it, and refuses to listen for it.
  const listener = (name: NodeJS.Signals): void => callback(name as Signal);
  const listened = signals.filter((signal) => signal in constants.signals) as NodeJS.Signals[];
  const unlisten = listened.map((signal) => onSignal(signal, listener));
  let open = true;
  return () => {
    if (!open) return;
    open = false;
    for (const undo of unlisten) undo();
    for (const signal of borrowed) restoreAction(signal, system);
  };
}

/**
 * Node starts its inspector at SIGUSR1 and ignores the other two. When a listener for one is taken back, libuv leaves the
 * default action behind, and the next such signal ends the process; so what was there before is put back.
 */
const nodesOwn = ['SIGUSR1', 'SIGPIPE', 'SIGXFSZ'] as const;

/** What is put aside, for the process and not for one of its listeners: the last one to go puts it back. */
const kept = new Set<Signal>();

/** False where there is nothing to put back. */
function keepAction(signal: NodesOwn, system: System): boolean {
  if (kept.has(signal)) return true;
  if (process.listenerCount(signal) > 0) return false;
  const addon = addonIfAny(system);
  if (addon === undefined) return false;
  addon.keepAction(signalNumber(signal));
  kept.add(signal);
  return true;
}

function restoreAction(signal: NodesOwn, system: System): void {
  if (process.listenerCount(signal) > 0 || !kept.delete(signal)) return;
  addonIfAny(system)?.restoreAction(signalNumber(signal));
}

type NodesOwn = (typeof nodesOwn)[number];
