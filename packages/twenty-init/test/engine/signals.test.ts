import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import {
  type RehearsedSignal,
  type RehearseOptions,
  rehearse,
} from '../../src/testing/rehearse.ts';
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
    expect(boot.log.join('\n')).toMatch(/migrate: SIGKILL for pid \d+/);
  });

  it('that does not end a phase within its grace period ends the boot with 137', async () => {
    const boot = await rehearse(config, {
      outcomes: { migrate: { takes: '1h', onSignal: 'ignore' } },
      signals: [{ at: '1s', signal: 'SIGTERM' }],
    });
    expect(boot.durationMs).toBe(11_000);
    expect(boot).toHaveState('migrate', 'canceled');
    expect(boot).toHaveExited(137);
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

describe('every signal in every state', () => {
  const stops = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP'] as const;
  const code = { SIGTERM: 143, SIGINT: 130, SIGQUIT: 131, SIGHUP: 129 };
  const hour = { takes: '1h' };
  const phase = (more: object): Config => ({
    phases: { migrate: { command: ['m'], ...more }, 'exec-app': { command: ['app'] } },
  });
  const app = (more: object): Config => ({
    phases: { 'exec-app': { command: ['app'], mode: 'supervise', ...more } },
    post: { report: { command: ['r'] } },
  });
  const readiness = { tcpSocket: 'x:1' };

  /** A signal comes after 10 s. */
  const states: readonly {
    readonly state: string;
    readonly config: Config;
    readonly outcomes: RehearseOptions['outcomes'];
    /** The exit code; the default is 128+n. */
    readonly exit?: number;
    /** SIGHUP is for the app, which dies of it. */
    readonly appTakesHup?: true;
    /** SIGHUP is ignored, and the app starts that often in all. */
    readonly startsAfterHup?: number;
  }[] = [
    {
      state: 'a condition is looked at',
      config: phase({ skipIf: { exec: ['c'] } }),
      outcomes: { 'migrate skipIf': hour },
    },
    { state: 'a step runs', config: phase({}), outcomes: { migrate: hour } },
    {
      state: 'a step runs that may finish',
      config: phase({ onStop: 'defer' }),
      outcomes: { migrate: { takes: '1m' } },
    },
    {
      state: 'a step is being stopped for its time-out',
      config: phase({ timeout: '5s' }),
      outcomes: { migrate: { ...hour, onSignal: { exitCode: 0, after: '20s' } } },
    },
    {
      state: 'a retry is waited for',
      config: phase({ retry: { attempts: 2, delay: '1h', maxDelay: '1h' } }),
      outcomes: { migrate: 1 },
    },
    {
      state: 'the app is not ready yet',
      config: app({ readiness }),
      outcomes: { 'exec-app': { readyAfter: 'never' } },
      appTakesHup: true,
    },
    { state: 'the app is ready', config: app({ readiness }), outcomes: {}, appTakesHup: true },
    {
      state: 'the app is being stopped for its startTimeout',
      config: app({ readiness, startTimeout: '5s' }),
      outcomes: { 'exec-app': { readyAfter: 'never', onSignal: { exitCode: 0, after: '20s' } } },
      exit: 124,
    },
    {
      state: 'a restart is waited for',
      config: app({
        restart: { policy: 'always', delay: '1h', maxDelay: '1h', maxRestarts: 1, window: '2h' },
      }),
      outcomes: { 'exec-app': { takes: '1s', exitCode: 5 } },
      exit: 5,
      startsAfterHup: 2,
    },
    {
      state: 'a post phase runs',
      config: app({}),
      outcomes: { 'exec-app': { takes: '1s', exitCode: 6 }, report: { takes: '1m' } },
      exit: 6,
    },
  ];
  const first = states.flatMap((state) =>
    stops.map((signal) => [signal, state.state, state] as const),
  );

  it.each(first)(
    '%s while %s',
    async (signal, _, { config: given, outcomes = {}, exit, appTakesHup, startsAfterHup = 1 }) => {
      const boot = await rehearse(given, { outcomes, signals: [{ at: '10s', signal }] });
      expect(boot.alive).toEqual([]);
      const starts = boot.order.filter((title) => title === 'exec-app').length;
      expect(starts).toBeLessThanOrEqual(signal === 'SIGHUP' ? startsAfterHup : 1);
      if (signal === 'SIGHUP' && startsAfterHup > 1) expect(starts).toBe(startsAfterHup);
      const died = appTakesHup === true && signal === 'SIGHUP';
      expect(boot).toHaveExited(exit ?? (died ? 129 : code[signal]));
      if (!('post' in given)) expect(boot).not.toHaveStarted('exec-app');
    },
  );

  it.each([
    ['SIGHUP', 'a restart is waited for'],
    ['SIGHUP', 'a post phase runs'],
    ['SIGUSR1', 'a restart is waited for'],
    ['SIGUSR2', 'a post phase runs'],
    ['SIGUSR1', 'a step runs'],
  ] as const)('%s while %s is ignored, and one line says so', async (signal, name) => {
    const { config: given, outcomes = {} } = states.find(({ state }) => state === name) ?? {
      config: phase({}),
    };
    const boot = await rehearse(given, { outcomes, signals: [{ at: '10s', signal }] });
    expect(boot.log).toContain(`warn ${signal} ignored: exec-app does not run`);
    expect(boot.log.join('\n')).not.toContain('stopping');
  });

  const forcing = states.flatMap((state) =>
    (['SIGINT', 'SIGQUIT'] as const).map((signal) => [signal, state.state, state] as const),
  );

  it.each(forcing)(
    '%s as the second one while %s ends it at once',
    async (signal, _, { config: given, outcomes = {} }) => {
      const stubborn = Object.fromEntries(
        Object.entries({ 'exec-app': {}, report: {}, ...outcomes }).map(([title, outcome]) => [
          title,
          {
            ...(typeof outcome === 'object' ? outcome : { exitCode: outcome }),
            onSignal: 'ignore' as const,
          },
        ]),
      );
      const boot = await rehearse(given, {
        outcomes: stubborn,
        signals: [
          { at: '10s', signal: 'SIGTERM' },
          { at: '11s', signal },
        ],
      });
      expect(boot.alive).toEqual([]);
      expect(boot.durationMs).toBeLessThanOrEqual(11_000);
    },
  );
});
