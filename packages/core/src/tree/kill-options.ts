import { killDefaults } from '../defaults.ts';
import { type Checks, duration, internal } from '../options.ts';
import { aSignal, type Signal, signalName, signalNumber } from '../signals/names.ts';
import type { System } from '../system.ts';

export interface KillTreeOptions {
  /** Default `SIGKILL`. */
  readonly signal?: Signal | number | undefined;
  /** How long to wait for what got SIGKILL to be gone, in ms. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** @internal */
  readonly system?: System | undefined;
}

export const killChecks: Checks<KillTreeOptions> = {
  signal: aSignal,
  timeoutMs: duration,
  system: internal,
};

/** By its name. */
export function signalOf({ signal = killDefaults.signal }: KillTreeOptions): Signal {
  return signalName(signalNumber(signal));
}
