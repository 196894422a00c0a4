import type { AppSignal, StopSignal } from '../engine/signals.ts';

/** Without a listener each of these would end the process, or open Node's inspector. */
const signals: readonly (StopSignal | AppSignal)[] = [
  'SIGTERM',
  'SIGINT',
  'SIGQUIT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
];

/** Tells each signal that the process gets; the result takes the listeners away. */
export function listen(onSignal: (signal: StopSignal | AppSignal) => void): () => void {
  for (const name of signals) process.on(name, onSignal);
  return () => {
    for (const name of signals) process.off(name, onSignal);
  };
}
