import { isSignal, type Signal } from './names.ts';

/**
 * What becomes of a signal: `forward` sends it on, another signal is sent in its place, `drop` catches it and does
 * nothing, `default` leaves it to Node and the other listeners, a function is called instead.
 */
export type Route = 'forward' | 'drop' | 'default' | Signal | ((signal: Signal) => void);

const defaultSignals: readonly Signal[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
  'SIGALRM',
  'SIGPWR',
];

/** Throws a `RangeError` for what cannot be routed. */
export function routesOf(signals: Readonly<Partial<Record<Signal, Route>>>): Map<Signal, Route> {
  const routes = new Map<Signal, Route>(defaultSignals.map((signal) => [signal, 'forward']));
  for (const [signal, route] of Object.entries(signals) as [string, Route][]) {
    if (!isSignal(signal) || /^SIG(KILL|STOP|RTMIN)/.test(signal))
      throw new RangeError(`Expected a signal that a Node process can catch, got "${signal}"`);
    const known = typeof route === 'function' || ['forward', 'drop', 'default'].includes(route);
    if (!known && !isSignal(route))
      throw new RangeError(
        `Expected forward, drop, default, a signal or a function for ${signal}, got "${route}"`,
      );
    routes.set(signal, route);
  }
  for (const [signal, route] of routes) if (route === 'default') routes.delete(signal);
  return routes;
}
