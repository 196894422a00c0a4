import type { Signal } from '@twenty-init/core';

/** SIGTERM is the platform's word for a stop, and a program may have another one; any other signal is passed on. */
export function inItsWords(
  signal: Signal,
  { stopSignal }: { readonly stopSignal: Signal },
): Signal {
  return signal === 'SIGTERM' ? stopSignal : signal;
}
