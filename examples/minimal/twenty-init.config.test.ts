import { rehearse } from 'twenty-init/testing';
import { addMatchers } from 'twenty-init/testing/vitest';
import { describe, expect, it } from 'vitest';
import config from './twenty-init.config.mjs';

addMatchers(expect);

const env = { DATABASE_URL: 'postgres://localhost/app' };

describe('the boot', () => {
  it('migrates, registers, and then starts the app', async () => {
    const boot = await rehearse(config, { env });
    expect(boot).toHaveRun(['migrate', 'register', 'exec-app']);
  });

  it('never registers after a failed migration, and ends with its exit code', async () => {
    const boot = await rehearse(config, { env, outcomes: { migrate: 43 } });
    expect(boot).toHaveRun(['migrate']);
    expect(boot).toHaveState('register', 'canceled');
    expect(boot).toHaveExited(43);
  });

  it('starts the app only when both have ended', async () => {
    const boot = await rehearse(config, {
      env,
      outcomes: { migrate: { takes: '25m', outputEvery: '1m' }, register: { takes: '10s' } },
    });
    expect(boot).toHaveRun(['migrate', 'register', 'exec-app']);
    expect(boot.timings.register?.startedAt).toBe(25 * 60_000);
    expect(boot.timings.register?.endedAt).toBe(25 * 60_000 + 10_000);
  });

  it('lets the migration finish at SIGTERM, and starts nothing after it', async () => {
    const boot = await rehearse(config, {
      env,
      outcomes: { migrate: { takes: '5m', outputEvery: '1s' } },
      signals: [{ during: 'migrate', after: '1m', signal: 'SIGTERM' }],
    });
    expect(boot).toHaveRun(['migrate']);
    expect(boot).toHaveState('migrate', 'succeeded');
    expect(boot).toHaveExited(143);
    expect(boot.durationMs).toBe(5 * 60_000);
  });

  it('stops the registration at SIGTERM', async () => {
    const boot = await rehearse(config, {
      env,
      outcomes: { register: { takes: '30s' } },
      signals: [{ during: 'register', after: '1s', signal: 'SIGTERM' }],
    });
    expect(boot).toHaveState('register', 'canceled');
    expect(boot).not.toHaveStarted('exec-app');
    expect(boot).toHaveExited(143);
  });

  it('gives up on a migration that says nothing for half an hour', async () => {
    const boot = await rehearse(config, { env, outcomes: { migrate: { takes: '2h' } } });
    expect(boot).toHaveState('migrate', 'timed_out');
    expect(boot).toHaveExited(124);
  });

  it('tries the registration three times', async () => {
    const boot = await rehearse(config, { env, outcomes: { register: [1, 1, 0] } });
    expect(boot).toHaveRun(['migrate', 'register', 'register', 'register', 'exec-app']);
  });

  it('does not migrate where that is switched off', async () => {
    const boot = await rehearse(config, { env: { ...env, DISABLE_DB_MIGRATIONS: 'true' } });
    expect(boot).toHaveRun(['register', 'exec-app']);
    expect(boot).toHaveState('migrate', 'skipped');
  });

  it('starts nothing without its database', async () => {
    const boot = await rehearse(config, {});
    expect(boot).toHaveRun([]);
    expect(boot).toHaveExited(78);
    expect(boot.problems[0]?.what).toBe('DATABASE_URL is not set');
  });
});
