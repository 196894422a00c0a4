type Listener = (signal: NodeJS.Signals) => void;

/** Those who listen through this package, by signal. */
const listening = new Map<NodeJS.Signals, Set<Listener>>();

const tell = (signal: NodeJS.Signals): void => {
  for (const listener of [...(listening.get(signal) ?? [])]) listener(signal);
};

/**
 * Calls back at a signal to this process; the result takes that back. The process has one listener for all of them: Node
 * takes eleven for a leak, and warns.
 */
export function onSignal(signal: NodeJS.Signals, callback: Listener): () => void {
  // Its own, so that who listens twice is called twice.
  const listener: Listener = (heard) => callback(heard);
  const others = listening.get(signal) ?? new Set();
  if (others.size === 0) process.on(signal, tell);
  listening.set(signal, others.add(listener));
  return () => {
    if (others.delete(listener) && others.size === 0) process.off(signal, tell);
  };
}
