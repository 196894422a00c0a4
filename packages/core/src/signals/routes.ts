import { forwardedSignals } from '../defaults.ts';
import { OptionError } from '../errors.ts';
import { type Check, checkValue, object } from '../options.ts';
import { aSignal, isSignal, type Signal } from './names.ts';

/**
 * What becomes of a signal: `forward` sends it on, another signal is sent in its place, `drop` catches it and does
 * nothing, `default` leaves it to Node and the other listeners, a function is called instead.
 */
export type Route = 'forward' | 'drop' | 'default' | Signal | number | ((signal: Signal) => void);

/** By signal, over the default: `forward` for HUP, INT, QUIT, TERM, USR1, USR2, WINCH, ALRM and PWR. */
export type Routes = Readonly<Partial<Record<Signal, Route>>>;

/** Throws an `OptionError` for what cannot be routed. */
export function routesOf(what: string, signals: Routes): Map<Signal, Route> {
  checkValue(`signals of ${what}`, signals, object, 'signals');
  const routes = new Map<Signal, Route>(forwardedSignals.map((signal) => [signal, 'forward']));
  for (const [signal, route] of Object.entries(signals)) {
    if (!isSignal(signal) || /^SIG(KILL|STOP|RTMIN)/.test(signal))
      throw new OptionError(
        'signals',
        `Expected a signal that a Node process can catch in signals of ${what}, got "${signal}"`,
      );
    checkValue(`signals.${signal} of ${what}`, route, aRoute, 'signals');
    if (route !== undefined) routes.set(signal, route);
  }
  for (const [signal, route] of routes) if (route === 'default') routes.delete(signal);
  return routes;
}

const aRoute: Check = {
  expected: 'forward, drop, default, a signal or a function',
  accepts: (value) =>
    value === undefined ||
    typeof value === 'function' ||
    ['forward', 'drop', 'default'].some((each) => each === value) ||
    aSignal.accepts(value),
  shown: true,
};
