import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { type RehearsedSignal, rehearse } from '../../src/testing/rehearse.ts';
import { addMatchers } from '../../src/testing/vitest.ts';

addMatchers(expect);

const config: Config = {
  phases: {
    migrate: { command: ['m'] },
    register: { command: ['r'], onFailure: 'warn' },
    'exec-app': { command: ['app'], gracePeriod: '10s' },
  },
};
const codes = [
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGQUIT', 131],
  ['SIGHUP', 129],
] as const;

describe('a stop signal', () => {
  it.each(codes)(
    '%s stops the phase that runs, starts nothing more, and ends with %i',
    async (signal, code) => {
      const boot = await rehearse(config, {
        outcomes: { migrate: { takes: '1m' } },
        signals: [{ during: 'migrate', after: '1s', signal }],
      });
      expect(boot).toHaveRun(['migrate']);
      expect(boot.states).toEqual({ migrate: 'canceled', register: 'canceled' });
      expect(boot).toHaveExited(code);
      expect(boot.log.join('\n')).toContain(`${signal}: stopping migrate, nothing more starts`);
    },
  );

  it('ends the boot also when the phase then succeeds, or has onFailure warn', async () => {
    const boot = await rehearse(config, {
      outcomes: { register: { takes: '1m', onSignal: { exitCode: 0, after: '1s' } } },
      signals: [{ during: 'register', after: '1s', signal: 'SIGTERM' }],
    });
    expect(boot).not.toHaveStarted('exec-app');
    expect(boot).toHaveExited(143);
  });

  it('takes over the exit code of a phase that is being stopped for its timeout', async () => {
    const boot = await rehearse(
      { phases: { ...config.phases, migrate: { command: ['m'], timeout: '10s' }, 'exec-app': {} } },
      {
        cmd: ['app'],
        outcomes: { migrate: { takes: '1h', onSignal: { exitCode: 0, after: '5s' } } },
        signals: [{ at: '12s', signal: 'SIGTERM' }],
      },
    );
    expect(boot).toHaveExited(143);
    expect(boot).not.toHaveStarted('register');
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)(
    'that is a repeated %s changes nothing',
    async (signal) => {
      const boot = await rehearse(config, {
        outcomes: { migrate: { takes: '1h', onSignal: { exitCode: 0, after: '5s' } } },
        signals: [
          { at: '1s', signal: 'SIGTERM' },
          { at: '2s', signal },
        ],
      });
      expect(boot.durationMs).toBe(6000);
      expect(boot).toHaveExited(143);
      expect(boot.log.join('\n')).toContain(`${signal} again: already stopping`);
    },
  );

  it.each([
    ['SIGINT', 130],
    ['SIGQUIT', 131],
  ] as const)('that comes second and is %s forces the end, with %i', async (signal, code) => {
    const boot = await rehearse(config, {
      outcomes: { migrate: { takes: '1h', onSignal: 'ignore' } },
      signals: [
        { at: '1s', signal: 'SIGTERM' },
        { at: '2s', signal },
      ],
    });
    expect(boot.durationMs).toBe(2000);
    expect(boot).toHaveExited(code);
  });

  it('for the app only is told and ignored before it runs', async () => {
    const boot = await rehearse(config, {
      outcomes: { migrate: { takes: '1m' } },
      signals: [{ at: '1s', signal: 'SIGUSR2' }],
    });
    expect(boot).toHaveRun(['migrate', 'register', 'exec-app']);
    expect(boot.log.join('\n')).toContain('SIGUSR2 ignored');
  });
});

describe("onStop: 'defer'", () => {
  const steps = [
    { name: 'one', command: ['1'] },
    { name: 'two', command: ['2'] },
  ];
  const deferring: Config = {
    phases: { migrate: { steps, onStop: 'defer' }, 'exec-app': { command: ['app'] } },
  };
  const takes = { takes: '1m' };
  const outcomes = { 'migrate/one': takes, 'migrate/two': takes };
  const term: RehearsedSignal = { at: '10s', signal: 'SIGTERM' };

  it('lets the step that runs finish, and no later one start', async () => {
    const boot = await rehearse(deferring, { outcomes, signals: [term] });
    expect(boot).toHaveRun(['migrate/one']);
    expect(boot).toHaveState('migrate', 'canceled');
    expect(boot).toHaveExited(143);
    expect(boot.durationMs).toBe(60_000);
    expect(boot.log.join('\n')).toContain('SIGTERM: migrate may finish the step that runs');
  });

  it('has done its work when it was the last step', async () => {
    const boot = await rehearse(deferring, {
      outcomes,
      signals: [{ at: '70s', signal: 'SIGTERM' }],
    });
    expect(boot).toHaveState('migrate', 'succeeded');
    expect(boot).not.toHaveStarted('exec-app');
    expect(boot).toHaveExited(143);
  });

  it('is bounded by shutdown.timeout', async () => {
    const boot = await rehearse(
      { ...deferring, shutdown: { timeout: '20s' } },
      { outcomes, signals: [term] },
    );
    expect(boot.durationMs).toBe(30_000);
    expect(boot).toHaveState('migrate', 'canceled');
    expect(boot).toHaveExited(143);
  });

  it('is forced by a second SIGINT', async () => {
    const boot = await rehearse(deferring, {
      outcomes,
      signals: [term, { at: '11s', signal: 'SIGINT' }],
    });
    expect(boot.durationMs).toBe(11_000);
    expect(boot).toHaveExited(130);
  });

  it('also lets it finish when a phase beside it fails', async () => {
    const boot = await rehearse(
      {
        phases: {
          migrate: { command: ['m'], onStop: 'defer' },
          other: { command: ['o'], needs: [] },
          'exec-app': { command: ['app'] },
        },
      },
      { outcomes: { migrate: takes, other: { takes: '1s', exitCode: 4 } } },
    );
    expect(boot.states).toEqual({ migrate: 'succeeded', other: 'failed' });
    expect(boot).toHaveExited(4);
  });
});
