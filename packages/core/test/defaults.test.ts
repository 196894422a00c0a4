import { expect, it } from 'vitest';
import * as defaults from '../src/defaults.ts';

it('the defaults are those of the documentation', () => {
  expect({ ...defaults }).toEqual({
    reaperDefaults: { graceMs: 1000, subreaper: true },
    killDefaults: { signal: 'SIGKILL', timeoutMs: 10_000 },
    spawnDefaults: { stdin: 'inherit', output: 'inherit', foreground: false },
    stopDefaults: { signal: 'SIGTERM', gracePeriodMs: 10_000 },
    handOffDefaults: { gracePeriodMs: 0, forwardedIsSuccess: false, timeoutMs: 1000 },
    restartDefaults: {
      policy: 'never',
      delayMs: 1000,
      factor: 2,
      maxDelayMs: 30_000,
      maxRestarts: 5,
      windowMs: 300_000,
      resetAfterMs: 60_000,
    },
    supervisedDefaults: { essential: true },
    forwardedSignals: [
      'SIGHUP',
      'SIGINT',
      'SIGQUIT',
      'SIGTERM',
      'SIGUSR1',
      'SIGUSR2',
      'SIGWINCH',
      'SIGALRM',
      'SIGPWR',
    ],
    searchPath: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  });
});
