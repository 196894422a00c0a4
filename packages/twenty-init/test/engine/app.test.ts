import { describe, expect, it } from 'vitest';
import type { AppConfig, Config } from '../../src/config/config.ts';
import { type Rehearsal, type RehearseOptions, rehearse } from '../../src/testing/rehearse.ts';
import { addMatchers } from '../../src/testing/vitest.ts';

addMatchers(expect);

const run = (app: AppConfig, options: RehearseOptions = {}, more: Partial<Config> = {}) =>
  rehearse({ phases: { 'exec-app': { command: ['app'], ...app } }, ...more }, options);
const supervised = (app: AppConfig, options: RehearseOptions, more: Partial<Config> = {}) =>
  run({ mode: 'supervise', ...app }, options, more);
const readiness = { tcpSocket: 'localhost:3000', period: '2s' };

describe('readiness', () => {
  it('is probed until it succeeds; then the app is handed over and twenty-init leaves', async () => {
    const boot = await run({ readiness }, { outcomes: { 'exec-app': { readyAfter: '5s' } } });
    expect(boot.exitCode).toBeUndefined();
    expect(boot.alive).toEqual(['exec-app']);
    expect(boot.log.join('\n')).toMatch(/exec-app ready after 6s\n.*exec-app is pid1's now/);
  });

  it('within startTimeout, or the app is stopped and the code is 124', async () => {
    const boot = await run(
      { readiness, startTimeout: '1m' },
      { outcomes: { 'exec-app': { readyAfter: 'never', onSignal: { exitCode: 0, after: '1s' } } } },
    );
    expect(boot).toHaveExited(124);
    expect(boot.durationMs).toBe(61_000);
    expect(boot.log.join('\n')).toContain('not ready within 1m00s (startTimeout)');
  });

  it.each([
    [0, 1],
    [3, 3],
  ])('an app that exits %i before it is ready is a failure: %i', async (exitCode, code) => {
    const boot = await run(
      { readiness },
      { outcomes: { 'exec-app': { readyAfter: 'never', takes: '3s', exitCode } } },
    );
    expect(boot).toHaveExited(code);
  });

  it('needs successThreshold probes in a row, after initialDelay', async () => {
    const boot = await run(
      { readiness: { ...readiness, successThreshold: 3, initialDelay: '10s' } },
      {},
    );
    expect(boot.log.join('\n')).toContain('exec-app ready after 14s');
  });
});

describe('readiness by notifyFd', () => {
  const notified = { readiness: { notifyFd: 3 } };
  const text = ({ log }: Rehearsal): string => log.join('\n');

  it('comes with the newline; then the app is handed over and twenty-init leaves', async () => {
    const boot = await run(notified, { outcomes: { 'exec-app': { readyAfter: '2300ms' } } });
    expect(boot.exitCode).toBeUndefined();
    expect(boot.alive).toEqual(['exec-app']);
    expect(boot.durationMs).toBe(2300);
    expect(text(boot)).toMatch(
      /runs as pid \d+, ready with a newline on fd 3 \(NOTIFY_FD\)\n.*exec-app ready after 2\.3s\n.*exec-app is pid1's now/,
    );
  });

  it('within startTimeout, or the app is stopped and the code is 124', async () => {
    const boot = await run(
      { ...notified, startTimeout: '1m' },
      { outcomes: { 'exec-app': { readyAfter: 'never', onSignal: { exitCode: 0, after: '1s' } } } },
    );
    expect(boot).toHaveExited(124);
    expect(boot.durationMs).toBe(61_000);
    expect(text(boot)).toContain(
      'not ready within 1m00s (startTimeout), stopping it: no newline on fd 3 (NOTIFY_FD)',
    );
  });

  it('is waited for without end otherwise', async () => {
    const boot = await run(notified, { outcomes: { 'exec-app': { readyAfter: 'never' } } });
    expect(boot.exitCode).toBeUndefined();
    expect(text(boot)).not.toMatch(/exec-app ready|pid1's now/);
  });

  it.each([
    [{}, 5000],
    [{ onSignal: { exitCode: 3 } }, 5000],
    [{ onSignal: 'ignore' }, 15_000],
  ] as const)(
    'never comes from an app that closes it, which is stopped: %j',
    async (more, durationMs) => {
      const boot = await run(
        { ...notified, startTimeout: '1h', gracePeriod: '10s' },
        { outcomes: { 'exec-app': { closesNotifyFdAfter: '5s', ...more } } },
      );
      expect(boot).toHaveExited(1);
      expect(boot.durationMs).toBe(durationMs);
      expect(text(boot)).toContain(
        'exec-app closed fd 3 (NOTIFY_FD) without a newline, so it can never be ready: stopping it',
      );
    },
  );

  it('has come, whatever is closed later', async () => {
    const boot = await supervised(notified, {
      outcomes: { 'exec-app': { readyAfter: '1s', closesNotifyFdAfter: '2s', takes: '1h' } },
    });
    expect(boot).toHaveExited(0);
    expect(text(boot)).toContain('exec-app ready after 1s');
  });

  it.each([
    [0, 1],
    [3, 3],
  ])('an app that exits %i before it is a failure: %i', async (exitCode, code) => {
    const boot = await run(notified, {
      outcomes: { 'exec-app': { readyAfter: '5s', takes: '3s', exitCode } },
    });
    expect(boot).toHaveExited(code);
    expect(text(boot)).not.toContain('closed');
  });

  it('a stop signal before it ends the app in order', async () => {
    const boot = await run(
      { ...notified, startTimeout: '1m' },
      {
        outcomes: {
          'exec-app': { closesNotifyFdAfter: '12s', onSignal: { exitCode: 0, after: '5s' } },
        },
        signals: [{ at: '10s', signal: 'SIGTERM' }],
      },
    );
    expect(boot).toHaveExited(0);
    expect(boot.durationMs).toBe(15_000);
    expect(text(boot)).not.toContain('closed');
  });

  it('is asked of every start anew, and one that closes it is started again', async () => {
    const boot = await supervised(
      { ...notified, startTimeout: '10s', restart: { policy: 'on-failure', delay: '1s' } },
      {
        outcomes: {
          'exec-app': [
            { readyAfter: '2s', takes: '5s', exitCode: 4 },
            { closesNotifyFdAfter: '3s' },
            { readyAfter: 'never' },
            { readyAfter: '1s', takes: '5s' },
          ],
        },
      },
    );
    expect(boot).toHaveRun(Array(4).fill('exec-app'));
    expect(boot).toHaveExited(0);
    expect(text(boot).match(/ready after \S+|closed fd|not ready within \d+s/g)).toEqual([
      'ready after 2s',
      'closed fd',
      'not ready within 10s',
      'ready after 1s',
    ]);
  });
});

describe('an app that is supervised', () => {
  it.each([0, 1, 42, 255])('ends the container with its own code %i', async (exitCode) => {
    const boot = await supervised({}, { outcomes: { 'exec-app': { takes: '1h', exitCode } } });
    expect(boot).toHaveExited(exitCode);
  });

  it('that is killed ends it with 128+n', async () => {
    const boot = await supervised(
      {},
      { outcomes: { 'exec-app': { takes: '1h', signal: 'SIGSEGV' } } },
    );
    expect(boot).toHaveExited(139);
  });

  it.each([
    [[0], 143],
    [[143], 0],
    [[0, 'forwarded'], 0],
  ] as const)(
    'dies of SIGTERM: with successExitCodes %j the code is %i',
    async (successExitCodes, code) => {
      const boot = await supervised(
        { successExitCodes },
        { signals: [{ at: '1m', signal: 'SIGTERM' }] },
      );
      expect(boot).toHaveExited(code);
    },
  );

  it('has its grace period, then SIGKILL and 137', async () => {
    const boot = await supervised(
      { gracePeriod: '7s' },
      {
        outcomes: { 'exec-app': { onSignal: 'ignore' } },
        signals: [{ at: '1m', signal: 'SIGTERM' }],
      },
    );
    expect(boot.durationMs).toBe(67_000);
    expect(boot).toHaveExited(137);
  });

  it('a second SIGINT kills it at once: 130', async () => {
    const boot = await supervised(
      {},
      {
        outcomes: { 'exec-app': { onSignal: 'ignore' } },
        signals: [
          { at: '1m', signal: 'SIGTERM' },
          { at: '61s', signal: 'SIGINT' },
        ],
      },
    );
    expect(boot.durationMs).toBe(61_000);
    expect(boot).toHaveExited(130);
  });

  it.each(['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const)(
    'gets %s, which is no stop',
    async (signal) => {
      const boot = await supervised(
        {},
        {
          outcomes: { 'exec-app': { onSignal: { exitCode: 42 } } },
          signals: [{ at: '1m', signal }],
        },
      );
      expect(boot).toHaveExited(42);
      expect(boot.log.join('\n')).not.toContain('stopping');
    },
  );

  it('that cannot start ends the boot', async () => {
    const boot = await supervised({}, { outcomes: { 'exec-app': { notStarted: 127 } } });
    expect(boot).toHaveExited(127);
  });
});

describe('an app with a stopSignal', () => {
  const stopSignal = 'SIGQUIT';

  it.each([
    ['SIGTERM', 'SIGTERM: stopping exec-app with SIGQUIT, grace', 131, 0],
    ['SIGINT', 'SIGINT: stopping exec-app, grace', 130, 0],
    ['SIGQUIT', 'SIGQUIT: stopping exec-app, grace', 131, 0],
  ] as const)(
    'dies at %s: "%s"; %i, and %i where a death by what it was sent is success',
    async (signal, says, code, forwarded) => {
      const signals = [{ at: '1m', signal }] as const;
      const boot = await run({ stopSignal }, { signals });
      expect(boot).toHaveExited(code);
      expect(boot.log.join('\n')).toContain(says);
      const forgiving = await run({ stopSignal, successExitCodes: ['forwarded'] }, { signals });
      expect(forgiving).toHaveExited(forwarded);
    },
  );

  it('that ends with 128+n of another signal than it was sent has failed', async () => {
    const boot = await run(
      { stopSignal, successExitCodes: [0, 'forwarded'] },
      {
        outcomes: { 'exec-app': { onSignal: { exitCode: 143 } } },
        signals: [{ at: '1m', signal: 'SIGTERM' }],
      },
    );
    expect(boot).toHaveExited(143);
  });

  it('that ignores it is killed at the end of its grace period, or by a second SIGINT', async () => {
    const outcomes = { 'exec-app': { onSignal: 'ignore' } } as const;
    const term = { at: '1m', signal: 'SIGTERM' } as const;
    const slow = await run({ stopSignal, gracePeriod: '7s' }, { outcomes, signals: [term] });
    expect(slow).toHaveExited(137);
    expect(slow.durationMs).toBe(67_000);
    const forced = await run(
      { stopSignal },
      { outcomes, signals: [term, { at: '61s', signal: 'SIGINT' }] },
    );
    expect(forced).toHaveExited(130);
    expect(forced.durationMs).toBe(61_000);
  });
});

describe('restart', () => {
  it('on-failure starts it again, later each time, until it has been too often', async () => {
    const boot = await supervised(
      { restart: { policy: 'on-failure', delay: '1s', factor: 2, maxRestarts: 3 } },
      { outcomes: { 'exec-app': { takes: '1s', exitCode: 5 } } },
    );
    expect(boot).toHaveRun(Array(4).fill('exec-app'));
    expect(boot).toHaveExited(5);
    expect(boot.durationMs).toBe(4 * 1000 + 1000 + 2000 + 4000);
    expect(boot.log.join('\n')).toContain('restarted 3 times within 5m00s: giving up');
  });

  it('on-failure lets success be', async () => {
    const boot = await supervised(
      { restart: 'on-failure' },
      { outcomes: { 'exec-app': { takes: '1s', exitCode: 0 } } },
    );
    expect(boot).toHaveRun(['exec-app']);
    expect(boot).toHaveExited(0);
  });

  it('always ends with 1 when it succeeded too often', async () => {
    const boot = await supervised(
      { restart: { policy: 'always', maxRestarts: 2 } },
      { outcomes: { 'exec-app': { takes: '1s', exitCode: 0 } } },
    );
    expect(boot).toHaveRun(Array(3).fill('exec-app'));
    expect(boot).toHaveExited(1);
  });

  it('forgets the delay after a minute of health, and the count after the window', async () => {
    const boot = await supervised(
      { restart: { policy: 'always', delay: '1s', maxRestarts: 2, window: '5m' } },
      {
        outcomes: { 'exec-app': { takes: '3m', exitCode: 1 } },
        signals: [{ at: '1h', signal: 'SIGTERM' }],
      },
    );
    expect(boot.order.length).toBeGreaterThan(10);
    expect(boot.log.join('\n')).not.toContain('in 2s');
    expect(boot).toHaveExited(143);
  });

  it.each([
    ['59999ms', '2s'],
    ['60s', '1s'],
  ])('of an app that ran for %s comes after %s the second time', async (takes, delay) => {
    const boot = await supervised(
      { restart: { policy: 'always', maxRestarts: 2 } },
      { outcomes: { 'exec-app': { takes } } },
    );
    expect(boot.log.join('\n')).toContain(`starts again in ${delay} (restart 2 of 2)`);
  });

  it('is none after a stop signal, also while it waits', async () => {
    const boot = await supervised(
      { restart: { policy: 'always', delay: '1m', maxDelay: '1m' } },
      {
        outcomes: { 'exec-app': { takes: '1s', exitCode: 3 } },
        signals: [{ at: '30s', signal: 'SIGTERM' }],
      },
    );
    expect(boot).toHaveRun(['exec-app']);
    expect(boot).toHaveExited(3);
    expect(boot.durationMs).toBe(30_000);
  });
});

describe('post phases', () => {
  const post = { flush: { command: ['f'] }, report: { command: ['r'] } };

  it('run in order when the app has ended, and never change its code', async () => {
    const boot = await run(
      {},
      { outcomes: { 'exec-app': { takes: '1m', exitCode: 7 }, flush: 3 } },
      { post },
    );
    expect(boot).toHaveRun(['exec-app', 'flush', 'report']);
    expect(boot.states).toEqual({ flush: 'warned', report: 'succeeded' });
    expect(boot).toHaveExited(7);
  });

  it('run after a stop signal too', async () => {
    const boot = await run({}, { signals: [{ at: '1m', signal: 'SIGTERM' }] }, { post });
    expect(boot).toHaveRun(['exec-app', 'flush', 'report']);
    expect(boot).toHaveExited(143);
  });

  it('have what the app has left of shutdown.timeout', async () => {
    const boot = await run(
      {},
      {
        outcomes: {
          'exec-app': { onSignal: { exitCode: 0, after: '10s' } },
          flush: { takes: '1h' },
        },
        signals: [{ at: '1m', signal: 'SIGTERM' }],
      },
      { post, shutdown: { timeout: '25s' } },
    );
    expect(boot).toHaveRun(['exec-app', 'flush']);
    expect(boot.states).toEqual({ flush: 'canceled', report: 'canceled' });
    expect(boot.durationMs).toBe(85_000);
    expect(boot).toHaveExited(0);
  });

  it('are ended by a second SIGINT', async () => {
    const boot = await run(
      {},
      {
        outcomes: { 'exec-app': { takes: '1s' }, flush: { takes: '1h', onSignal: 'ignore' } },
        signals: [
          { at: '10s', signal: 'SIGINT' },
          { at: '11s', signal: 'SIGINT' },
        ],
      },
      { post },
    );
    expect(boot).toHaveRun(['exec-app', 'flush']);
    expect(boot).toHaveExited(130);
    expect(boot.durationMs).toBe(11_000);
  });

  it('do not run when the boot fails', async () => {
    const boot = await rehearse(
      { phases: { migrate: { command: ['m'] }, 'exec-app': { command: ['app'] } }, post },
      { outcomes: { migrate: 1 } },
    );
    expect(boot).toHaveRun(['migrate']);
  });
});
