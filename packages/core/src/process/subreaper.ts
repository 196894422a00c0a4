import { getSystemErrorName } from 'node:util';
import { CoreError } from '../errors.ts';
import { loadAddon } from '../native.ts';
import { type Checks, checkOptions, checkValue, flag, internal } from '../options.ts';
import { realSystem, requireLinux, type System } from '../system.ts';

export interface SubreaperOptions {
  /** @internal */
  readonly system?: System | undefined;
}

const checks: Checks<SubreaperOptions> = { system: internal };

/**
 * Makes this process the one that adopts the orphans among its descendants, as PID 1 does for the rest (see
 * PR_SET_CHILD_SUBREAPER in prctl(2)); `false` ends that. Returns what it was before. Whoever adopts has to reap: see
 * `createReaper`, which calls this itself. Children do not inherit it.
 *
 * Throws `UNSUPPORTED_PLATFORM` off Linux, `NATIVE_MISSING` without a build for this architecture, `SYSCALL_FAILED`.
 *
 * @example
 * const before = setSubreaper(true);
 * // …
 * setSubreaper(before);
 */
export function setSubreaper(on: boolean, options: SubreaperOptions = {}): boolean {
  checkOptions('setSubreaper', options, checks);
  checkValue('the first argument of setSubreaper', on, flag, 'on');
  const { system = realSystem } = options;
  requireLinux('setSubreaper', system);
  const addon = loadAddon(system);
  const before = addon.isSubreaper() === 1;
  const result = addon.setSubreaper(on);
  if (result < 0)
    throw new CoreError(
      'SYSCALL_FAILED',
      `prctl(PR_SET_CHILD_SUBREAPER) failed: ${getSystemErrorName(result)}`,
    );
  return before;
}
