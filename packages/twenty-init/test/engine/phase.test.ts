import { describe, expect, it } from 'vitest';
import type { PhaseConfig } from '../../src/config/config.ts';
import { type RehearseOptions, rehearse } from '../../src/testing/rehearse.ts';
import { addMatchers } from '../../src/testing/vitest.ts';

addMatchers(expect);

type Phases = Readonly<Record<string, Partial<PhaseConfig>>>;

const run = (phases: Phases, options: RehearseOptions = {}) =>
  rehearse(
    {
      phases: {
        ...Object.fromEntries(
          Object.entries(phases).map(([name, phase]) => [
            name,
            ('steps' in phase ? phase : { command: [name], ...phase }) as PhaseConfig,
          ]),
        ),
        'exec-app': { command: ['app'] },
      },
    },
    options,
  );

describe('phases', () => {
  it('run in the order written, one at a time, and then the app', async () => {
    const boot = await run(
      { migrate: {}, register: {} },
      { outcomes: { migrate: { takes: '5s' }, register: { takes: '1s' } } },
    );
    expect(boot).toHaveRun(['migrate', 'register', 'exec-app']);
    expect(boot.timings).toEqual({
      migrate: { startedAt: 0, endedAt: 5000 },
      register: { startedAt: 5000, endedAt: 6000 },
    });
    expect(boot.exitCode).toBeUndefined();
    expect(boot.alive).toEqual(['exec-app']);
  });

  it('with needs run side by side, and what needs both waits for both', async () => {
    const boot = await run(
      { assets: {}, migrate: { needs: [] }, seed: {}, warm: { needs: ['assets', 'seed'] } },
      {
        outcomes: {
          assets: { takes: '9s' },
          migrate: { takes: '2s' },
          seed: { takes: '1s' },
          warm: { takes: '1s' },
        },
      },
    );
    expect(boot).toHaveRun(['assets', 'migrate', 'seed', 'warm', 'exec-app']);
    expect(boot.timings).toEqual({
      assets: { startedAt: 0, endedAt: 9000 },
      migrate: { startedAt: 0, endedAt: 2000 },
      seed: { startedAt: 2000, endedAt: 3000 },
      warm: { startedAt: 9000, endedAt: 10_000 },
    });
  });

  it('that run beside one that fails are stopped, and the first failure is the exit code', async () => {
    const boot = await run(
      { slow: {}, quick: { needs: [] }, later: {} },
      {
        outcomes: {
          slow: { takes: '1h', onSignal: { exitCode: 9, after: '2s' } },
          quick: { takes: '3s', exitCode: 5 },
        },
      },
    );
    expect(boot).toHaveRun(['slow', 'quick']);
    expect(boot).toHaveExited(5);
    expect(boot.states).toEqual({ slow: 'canceled', quick: 'failed', later: 'canceled' });
    expect(boot.durationMs).toBe(5000);
  });

  it.each([1, 3, 126, 127, 137, 255])('that fail with %i end the boot with it', async (code) => {
    const boot = await run({ migrate: {}, register: {} }, { outcomes: { migrate: code } });
    expect(boot).toHaveRun(['migrate']);
    expect(boot).toHaveExited(code);
    expect(boot.states).toEqual({ migrate: 'failed', register: 'canceled' });
  });

  it('that are killed end with 128+n, and say so', async () => {
    const boot = await run({ migrate: {} }, { outcomes: { migrate: { signal: 'SIGKILL' } } });
    expect(boot).toHaveExited(137);
    expect(boot.log.join('\n')).toContain('migrate failed: killed by SIGKILL (out of memory?)');
  });

  it.each([78, 126, 127] as const)('that cannot start end with %i', async (notStarted) => {
    const boot = await run({ migrate: {} }, { outcomes: { migrate: { notStarted } } });
    expect(boot).toHaveExited(notStarted);
  });

  it.each(['warn', 'ignore'] as const)(
    'go on after a failure when onFailure is %s',
    async (onFailure) => {
      const boot = await run(
        { migrate: { onFailure }, register: {} },
        { outcomes: { migrate: { exitCode: 3, output: ['no table'] } } },
      );
      expect(boot).toHaveRun(['migrate', 'register', 'exec-app']);
      expect(boot).toHaveState('migrate', 'warned');
      const failed = boot.log.filter((line) => line.includes('migrate failed: exit 3'));
      expect(failed).toHaveLength(1);
      expect(failed[0]).toMatch(onFailure === 'warn' ? /^warn/ : /^info/);
      expect(boot.log.join('\n').includes('| no table')).toBe(onFailure === 'warn');
    },
  );
});

describe('steps', () => {
  const steps = [
    { name: 'one', command: ['1'] },
    { name: 'two', command: ['2'] },
  ];

  it('run one after the other', async () => {
    const boot = await run({ migrate: { steps } });
    expect(boot).toHaveRun(['migrate/one', 'migrate/two', 'exec-app']);
  });

  it('that fail end the phase with their code', async () => {
    const boot = await run({ migrate: { steps } }, { outcomes: { 'migrate/one': 7 } });
    expect(boot).toHaveRun(['migrate/one']);
    expect(boot).toHaveExited(7);
    expect(boot.log.join('\n')).toContain('migrate/one failed: exit 7');
  });

  it('with onFailure warn let the phase go on, and it ends as warned', async () => {
    const [one, two] = steps;
    const boot = await run(
      {
        migrate: {
          steps: [{ name: 'one', command: ['1'], onFailure: 'warn' }, two ?? one] as never,
        },
      },
      { outcomes: { 'migrate/one': 7 } },
    );
    expect(boot).toHaveRun(['migrate/one', 'migrate/two', 'exec-app']);
    expect(boot).toHaveState('migrate', 'warned');
  });

  it('have conditions of their own', async () => {
    const boot = await run(
      {
        migrate: {
          steps: [
            { name: 'init', command: ['i'], onlyIf: { file: 'fresh' } },
            { name: 'up', command: ['u'], skipIf: { env: { NO: '1' } } },
            { name: 'seed', command: ['s'], onlyIf: { exec: ['empty'] } },
          ],
        },
      },
      { env: { NO: '1' }, outcomes: { 'migrate onlyIf': 0 } },
    );
    expect(boot).toHaveRun(['migrate onlyIf', 'migrate/seed', 'exec-app']);
    expect(boot.log.join('\n')).toContain('migrate/init skipped: onlyIf.file /app/fresh');
    expect(boot.log.join('\n')).toContain('migrate/up skipped: skipIf.env NO');
  });
});

describe('conditions', () => {
  it.each([
    ['skipIf', { file: '/data/done' }, ['/data/done'], 0, 'skipped'],
    ['skipIf', { file: '/data/done' }, [], 0, 'succeeded'],
    ['onlyIf', { file: '/data/done' }, ['/data/done'], 0, 'succeeded'],
    ['onlyIf', { file: '/data/done' }, [], 0, 'skipped'],
    ['skipIf', { exec: ['x'] }, [], 0, 'skipped'],
    ['skipIf', { exec: ['x'] }, [], 1, 'succeeded'],
    ['onlyIf', { exec: ['x'] }, [], 0, 'succeeded'],
    ['onlyIf', { exec: ['x'] }, [], 1, 'skipped'],
    ['skipIf', { file: '/f', exec: ['x'] }, ['/f'], 1, 'succeeded'],
    ['skipIf', { file: '/f', exec: ['x'] }, ['/f'], 0, 'skipped'],
  ] as const)('%s %j with files %j and exit %i: %s', async (key, condition, files, code, state) => {
    const boot = await run(
      { migrate: { [key]: condition } },
      { files, outcomes: { [`migrate ${key}`]: code } },
    );
    expect(boot).toHaveState('migrate', state);
    expect(boot).toHaveStarted('exec-app');
  });

  it.each([
    [2, 'ended with 2'],
    [127, 'ended with 127'],
    [{ signal: 'SIGSEGV' }, 'ended with 139'],
    [{ notStarted: 127 }, 'was not found'],
  ] as const)('that are neither yes nor no end the boot with 69: %j', async (outcome, why) => {
    const boot = await run(
      { migrate: { skipIf: { exec: ['x'] } } },
      { outcomes: { 'migrate skipIf': outcome } },
    );
    expect(boot).toHaveExited(69);
    expect(boot).not.toHaveStarted('migrate');
    expect(boot.log.join('\n')).toContain(why);
  });

  it('are stopped by a signal', async () => {
    const boot = await run(
      { migrate: { skipIf: { exec: ['x'] } } },
      {
        outcomes: { 'migrate skipIf': { takes: '1h' } },
        signals: [{ at: '1s', signal: 'SIGTERM' }],
      },
    );
    expect(boot).toHaveRun(['migrate skipIf']);
    expect(boot).toHaveExited(143);
  });
});

describe('retry', () => {
  it('waits longer each time, up to maxDelay, and then gives up with the last code', async () => {
    const retry = { attempts: 5, delay: '1s', factor: 3, maxDelay: '10s', jitter: false };
    const boot = await run({ migrate: { retry } }, { outcomes: { migrate: [1, 2, 3, 4, 5] } });
    expect(boot).toHaveRun(Array(5).fill('migrate'));
    expect(boot).toHaveExited(5);
    expect(boot.durationMs).toBe(1000 + 3000 + 9000 + 10_000);
  });

  it('ends with the first success', async () => {
    const boot = await run(
      { migrate: { retry: { attempts: 5 } } },
      { outcomes: { migrate: [1, 0] } },
    );
    expect(boot).toHaveRun(['migrate', 'migrate', 'exec-app']);
  });

  it.each([
    ['killed by a signal', { signal: 'SIGKILL' }, 137],
    ['not executable', 126, 126],
    ['not found', 127, 127],
    ['not started', { notStarted: 78 }, 78],
    ['timed out', { takes: '1h' }, 124],
  ] as const)('does not try again what was %s', async (_, outcome, code) => {
    const boot = await run(
      { migrate: { retry: { attempts: 3 }, timeout: '1m' } },
      { outcomes: { migrate: outcome } },
    );
    expect(boot.order.length).toBeLessThanOrEqual(1);
    expect(boot).toHaveExited(code);
  });

  it('is ended by a signal while it waits', async () => {
    const boot = await run(
      { migrate: { retry: { attempts: 3, delay: '1h', maxDelay: '1h' }, onStop: 'defer' } },
      { outcomes: { migrate: 1 }, signals: [{ at: '5s', signal: 'SIGTERM' }] },
    );
    expect(boot).toHaveRun(['migrate']);
    expect(boot).toHaveExited(143);
    expect(boot.durationMs).toBe(5000);
  });
});

describe('time limits', () => {
  it('timeout ends a phase with 124, whatever its code', async () => {
    const boot = await run(
      { migrate: { timeout: '1m' }, register: {} },
      { outcomes: { migrate: { takes: '1h', onSignal: { exitCode: 0, after: '5s' } } } },
    );
    expect(boot).toHaveState('migrate', 'timed_out');
    expect(boot).toHaveExited(124);
    expect(boot.durationMs).toBe(65_000);
    expect(boot.log.join('\n')).toContain('migrate failed: timed out after 1m00s');
  });

  it('timeout counts the retries and the waits between them', async () => {
    const boot = await run(
      {
        migrate: {
          timeout: '10s',
          retry: { attempts: 100, delay: '3s', jitter: false, factor: 1 },
        },
      },
      { outcomes: { migrate: 1 } },
    );
    expect(boot.order).toHaveLength(4);
    expect(boot).toHaveExited(124);
    expect(boot.durationMs).toBe(10_000);
  });

  it('timeout goes on after a warning', async () => {
    const boot = await run(
      { migrate: { timeout: '1m', onFailure: 'warn' }, register: {} },
      { outcomes: { migrate: { takes: '1h' } } },
    );
    expect(boot).toHaveRun(['migrate', 'register', 'exec-app']);
  });

  it('SIGKILL comes when the grace period is over, and is told', async () => {
    const boot = await run(
      { migrate: { timeout: '1m' } },
      { outcomes: { migrate: { takes: '1h', onSignal: 'ignore' } } },
    );
    expect(boot.durationMs).toBe(90_000);
    expect(boot.log.join('\n')).toContain(
      'migrate: grace period of 30s over, SIGKILL for pid 1001',
    );
  });

  it('the timeout of a step is for that step, and its onFailure forgives it', async () => {
    const steps = [
      { name: 'one', command: ['1'], timeout: '10s', onFailure: 'warn' as const },
      { name: 'two', command: ['2'] },
    ];
    const boot = await run(
      { migrate: { steps } },
      { outcomes: { 'migrate/one': { takes: '1h' }, 'migrate/two': { takes: '1m' } } },
    );
    expect(boot).toHaveRun(['migrate/one', 'migrate/two', 'exec-app']);
    expect(boot.durationMs).toBe(70_000);
  });

  it('but not the one of the phase', async () => {
    const steps = [{ name: 'one', command: ['1'], onFailure: 'warn' as const }];
    const boot = await run(
      { migrate: { steps, timeout: '10s' } },
      { outcomes: { 'migrate/one': { takes: '1h' } } },
    );
    expect(boot).toHaveState('migrate', 'timed_out');
    expect(boot).toHaveExited(124);
  });

  it.each([
    ['10m', 124],
    ['1m', undefined],
  ])('idleTimeout 5m is about output: one line every %s comes to %s', async (outputEvery, code) => {
    const boot = await run(
      { migrate: { idleTimeout: '5m' } },
      { outcomes: { migrate: { takes: '2h', outputEvery } } },
    );
    expect(boot.exitCode).toBe(code);
    if (code === 124) expect(boot.log.join('\n')).toContain('no output for 5m00s (idleTimeout)');
    else expect(boot.durationMs).toBe(2 * 3_600_000);
  });
});

it('a phase that defers its stop holds up the failure of another no longer than shutdown.timeout', async () => {
  const boot = await rehearse(
    {
      phases: {
        migrate: { command: ['migrate'], onStop: 'defer' },
        seed: { command: ['seed'], needs: [] },
        'exec-app': { command: ['app'] },
      },
      shutdown: { timeout: '10s' },
    },
    { outcomes: { migrate: { takes: '5h' }, seed: { exitCode: 3, takes: '1s' } } },
  );
  expect(boot.exitCode).toBe(3);
  expect(boot.timings.migrate?.endedAt).toBeLessThanOrEqual(12_000);
});
