/// <reference lib="esnext.disposable" preserve="true" />

import { type AbortSignalLike, anAbortSignal, onAbort } from '../abort.ts';
import { type Checks, callback, checkOptions, internal, object } from '../options.ts';
import { realSystem, requireMainThread, type System } from '../system.ts';
import { listen } from './listen.ts';
import type { Signal } from './names.ts';
import { type Routes, routesOf } from './routes.ts';
import { type FanOutTarget, killTarget, signalTarget } from './target.ts';

export type { Route } from './routes.ts';

export interface FanOutOptions {
  readonly signals?: Routes | undefined;
  /** Called instead of SIGKILL for all at a second SIGINT, or at a SIGQUIT after any stop signal. */
  readonly onForce?: ((signal: Signal) => void) | undefined;
  /** Aborting it is a `close()`. */
  readonly signal?: AbortSignalLike | undefined;
  /** @internal */
  readonly system?: System | undefined;
}

const checks: Checks<FanOutOptions> = {
  signals: object,
  onForce: callback,
  signal: anAbortSignal,
  system: internal,
};

export interface FanOut {
  /** A target that comes after a stop signal gets that signal at once. Takes what has ended out by itself. */
  add(target: FanOutTarget): void;
  delete(target: FanOutTarget): void;
  /** Takes the listeners back. Signals have again the effect that they had before. */
  close(): void;
  [Symbol.dispose](): void;
}

const stopSignals: ReadonlySet<Signal> = new Set(['SIGTERM', 'SIGINT', 'SIGQUIT']);

/**
 * Passes the signals of this process on to its children: with one listener a signal, from the moment that it returns.
 * A second SIGINT, or a SIGQUIT after a stop signal, sends SIGKILL to all, and to the process groups that they lead.
 *
 * Children that share the process group of this process get a terminal's ^C from the kernel already; `spawnChild`
 * gives each a group of its own. A signal that cannot be delivered for lack of permission is a process warning.
 *
 * Throws `NOT_MAIN_THREAD` in a Worker, and an `OptionError` for a signal that no Node process can catch (KILL, STOP and
 * the real-time ones, which can only be sent).
 *
 * @example
 * const server = await spawnChild('node', ['server.js']);
 * const fan = fanOut([server], { signals: { SIGHUP: 'SIGUSR2', SIGTERM: 'SIGRTMIN+3' } });
 */
export function fanOut(targets: Iterable<FanOutTarget>, options: FanOutOptions = {}): FanOut {
  checkOptions('fanOut', options, checks);
  const { signals = {}, signal: closing, system = realSystem } = options;
  requireMainThread('fanOut', system);
  const routes = routesOf('fanOut', signals);
  const group = new Set<FanOutTarget>(targets);
  const killGroup = (): void => {
    for (const target of group) killTarget(target, system);
  };
  const { onForce = killGroup } = options;
  /** As it is sent; those who come later get it too. */
  let stop: Signal | number | undefined;
  let stopsSeen = 0;
  let interrupts = 0;

  const send = (signal: Signal | number): void => {
    for (const target of group) if (!signalTarget(target, signal, system)) group.delete(target);
  };
  const isForced = (signal: Signal): boolean => {
    if (!stopSignals.has(signal)) return false;
    if (signal === 'SIGINT') interrupts++;
    return (signal === 'SIGINT' && interrupts > 1) || (signal === 'SIGQUIT' && stopsSeen > 0);
  };
  const onSignal = (signal: Signal): void => {
    const route = routes.get(signal) ?? 'drop';
    if (route === 'drop' || route === 'default') return;
    const forced = isForced(signal);
    if (stopSignals.has(signal)) stopsSeen++;
    if (forced) onForce(signal);
    else if (typeof route === 'function') route(signal);
    else {
      const sent = route === 'forward' ? signal : route;
      if (stopSignals.has(signal)) stop = sent;
      send(sent);
    }
  };

  const unlisten = listen([...routes.keys()], onSignal, system);
  let forget = (): void => {};
  const close = (): void => {
    forget();
    unlisten();
  };
  forget = onAbort(closing, close);
  return {
    add: (target) => {
      group.add(target);
      if (stop !== undefined && !signalTarget(target, stop, system)) group.delete(target);
    },
    delete: (target) => {
      group.delete(target);
    },
    close,
    [Symbol.dispose]: close,
  };
}
