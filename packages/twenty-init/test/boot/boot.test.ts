import { CoreError, type ExitStatus, type StopOptions } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { boot } from '../../src/boot/boot.ts';
import type { Report } from '../../src/boot/machine.ts';
import { makePlan } from '../../src/boot/plan.ts';
import type { PhaseConfig } from '../../src/config/config.ts';
import type { Running, System } from '../../src/system.ts';

describe('a boot on a fake system', () => {
  it('starts the app after the last phase, with the summary before it', async () => {
    const fake = fakeSystem();
    rehearse({ migrate: {} }, fake);
    await fake.started('migrate');
    fake.exit({ exitCode: 0 });
    await fake.became;
    expect(fake.told()).toEqual(['phase-started', 'phase-ended', 'summary', 'app-starting']);
  });

  it('stops a phase that a signal overtakes before it has started', async () => {
    const fake = fakeSystem();
    const { ended, signal } = rehearse({ migrate: {} }, fake);
    signal('SIGTERM');
    await fake.started('migrate');
    expect(await fake.stopped).toMatchObject({ signal: 'SIGTERM', gracePeriodMs: 30_000 });
    fake.exit({ exitCode: 143, signal: 'SIGTERM' });
    expect(await ended).toBe(143);
  });

  it('brings SIGKILL forward at a second SIGINT', async () => {
    const fake = fakeSystem();
    const { ended, signal } = rehearse({ migrate: {} }, fake);
    await fake.started('migrate');
    signal('SIGINT');
    const { force } = await fake.stopped;
    expect(force?.aborted).toBe(false);
    signal('SIGINT');
    expect(force?.aborted).toBe(true);
    fake.exit({ exitCode: 137, signal: 'SIGKILL' });
    expect(await ended).toBe(130);
  });

  it('stops a phase when its timeout is over, and takes the timer back when it ends before', async () => {
    const slow = fakeSystem();
    const { ended } = rehearse({ migrate: { timeout: '5m' } }, slow);
    await slow.started('migrate');
    expect(slow.timers()).toEqual([300_000]);
    slow.fireTimer();
    await slow.stopped;
    slow.exit({ exitCode: 0 });
    expect(await ended).toBe(124);

    const quick = fakeSystem();
    rehearse({ migrate: { timeout: '5m' } }, quick);
    await quick.started('migrate');
    quick.exit({ exitCode: 0 });
    await quick.became;
    expect(quick.timers()).toEqual([]);
  });

  it('reports a cwd that an earlier phase removed as a missing cwd, with 78', async () => {
    const fake = fakeSystem({ start: new CoreError('CWD_MISSING', 'cwd "/x" does not exist') });
    expect(await rehearse({ migrate: {} }, fake).ended).toBe(78);
    expect(fake.reports.find(({ type }) => type === 'phase-ended')).toMatchObject({
      ended: { status: 'failed', reason: 'cwd "/x" does not exist' },
    });
  });

  it('does not become the app when a signal comes at the last moment', async () => {
    const fake = fakeSystem();
    const { ended, signal } = rehearse({}, fake);
    expect(fake.canceled()).toBe(false);
    signal('SIGTERM');
    expect(fake.canceled()).toBe(true);
    expect(await ended).toBe(143);
  });

  it('ends with the code of an app that cannot be executed', async () => {
    const fake = fakeSystem({ become: new CoreError('COMMAND_NOT_FOUND', 'gone') });
    expect(await rehearse({}, fake).ended).toBe(127);
  });

  it('passes a bug on instead of hiding it', async () => {
    const fake = fakeSystem({ start: new TypeError('a bug') });
    await expect(rehearse({ migrate: {} }, fake).ended).rejects.toThrow('a bug');
  });
});

function rehearse(phases: Record<string, Partial<PhaseConfig>>, fake: FakeSystem) {
  const complete = Object.entries(phases).map(([name, phase]) => [
    name,
    { command: [name], ...phase },
  ]);
  const plan = makePlan(
    { phases: { ...Object.fromEntries(complete), 'exec-app': { command: ['app'] } } },
    { cwd: '/app', env: {}, cmd: [] },
  );
  return boot(plan, fake, (report) => fake.reports.push(report));
}

interface FakeSystem extends System {
  readonly reports: Report[];
  readonly became: Promise<void>;
  readonly stopped: Promise<StopOptions>;
  started(program: string): Promise<void>;
  exit(status: ExitStatus): void;
  canceled(): boolean;
  /** The ms of each timer that is armed. */
  timers(): number[];
  fireTimer(): void;
  told(): string[];
}

function fakeSystem(failures: { start?: Error; become?: Error } = {}): FakeSystem {
  const reports: Report[] = [];
  const timers = new Map<() => void, number>();
  const became = deferred<void>();
  const stopped = deferred<StopOptions>();
  const exited = deferred<ExitStatus>();
  const started = deferred<string>();
  let canceled = (): boolean => false;
  return {
    reports,
    became: became.promise,
    stopped: stopped.promise,
    started: async (program) => expect(await started.promise).toBe(program),
    exit: exited.resolve,
    canceled: () => canceled(),
    timers: () => [...timers.values()],
    fireTimer: () => {
      for (const callback of timers.keys()) callback();
    },
    told: () => reports.map(({ type }) => type),
    now: () => 0,
    after: (ms, callback) => {
      timers.set(callback, ms);
      return () => timers.delete(callback);
    },
    start: async ({ argv }): Promise<Running> => {
      if (failures.start !== undefined) throw failures.start;
      started.resolve(argv[0]);
      return {
        pid: 1234,
        exited: exited.promise,
        kill: () => true,
        stop: async (options) => {
          stopped.resolve(options);
          return { ...(await exited.promise), killed: [] };
        },
        lastLines: () => [],
      };
    },
    become: async (_, isCanceled) => {
      if (failures.become !== undefined) throw failures.become;
      canceled = isCanceled;
      became.resolve();
      return await new Promise<never>(() => {});
    },
    writeLine: () => {},
  };
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
