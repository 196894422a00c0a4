/**
 * Each default of this package, once: what a function takes where an option is not given. Durations are in ms. The
 * table in `test/defaults.test.ts` holds them.
 */

export const reaperDefaults = { graceMs: 1000, subreaper: true } as const;

export const killDefaults = { signal: 'SIGKILL', timeoutMs: 10_000 } as const;

export const spawnDefaults = { stdin: 'inherit', output: 'inherit', foreground: false } as const;

/** 10 s are Docker's too. */
export const stopDefaults = { signal: 'SIGTERM', gracePeriodMs: 10_000 } as const;

export const handOffDefaults = {
  gracePeriodMs: 0,
  forwardedIsSuccess: false,
  timeoutMs: 1000,
} as const;

/** Those of a config of twenty-init too. A minute of health makes the next delay a first one. */
export const restartDefaults = {
  policy: 'never',
  delayMs: 1000,
  factor: 2,
  maxDelayMs: 30_000,
  maxRestarts: 5,
  windowMs: 300_000,
  resetAfterMs: 60_000,
} as const;

export const supervisedDefaults = { essential: true } as const;

/** What `fanOut` forwards. */
export const forwardedSignals = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
  'SIGALRM',
  'SIGPWR',
] as const;

/** Where a command is looked for when there is no PATH. */
export const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
