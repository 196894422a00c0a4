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

export interface Signals {
  /** The first one that asks for the end, while nobody is told of them. */
  stopped(): StopSignal | undefined;
  /** Settles with it. */
  readonly stop: Promise<StopSignal>;
  /** Who is told of each from now on. */
  tell(onSignal: (signal: StopSignal | AppSignal) => void): void;
}

/**
 * Takes every signal from now on, to the end of the process: after the last line too Node's own default would turn exit 0
 * into 143.
 */
export function listen(): Signals {
  let first: StopSignal | undefined;
  let resolveStop: (signal: StopSignal) => void = () => {};
  const stop = new Promise<StopSignal>((resolve) => {
    resolveStop = resolve;
  });
  let take = (signal: StopSignal | AppSignal): void => {
    if (signal === 'SIGUSR1' || signal === 'SIGUSR2' || signal === 'SIGWINCH') return;
    first ??= signal;
    resolveStop(first);
  };
  for (const name of signals) process.on(name, () => take(name));
  return {
    stopped: () => first,
    stop,
    tell: (onSignal) => {
      take = onSignal;
    },
  };
}
