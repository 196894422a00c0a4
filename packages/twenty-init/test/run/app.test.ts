import { setImmediate } from 'node:timers/promises';
import type { Signal } from '@twenty-init/core';
import { CoreError } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../src/config/with-defaults.ts';
import type { BootEvent } from '../../src/engine/event.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { runApp } from '../../src/run/app.ts';
import type { RunningApp } from '../../src/run/system.ts';
import { virtualClock } from '../../src/testing/clock.ts';
import { fakeSystem } from '../../src/testing/fake-system.ts';

/** An app whose start takes until one of these is called. */
function slowStart() {
  const got: Signal[] = [];
  let isOthers = false;
  let started: (app: RunningApp) => void = () => {};
  let failed: (error: unknown) => void = () => {};
  const starting = new Promise<RunningApp>((resolve, reject) => {
    started = resolve;
    failed = reject;
  });
  const config = { phases: { 'exec-app': { command: ['app'], mode: 'supervise' as const } } };
  const { plan } = makePlan(withDefaults(config), { cwd: '/app', env: {}, cmd: [] });
  const system = { ...fakeSystem(virtualClock(), {}, []), startApp: () => starting };
  const events: BootEvent['type'][] = [];
  const { run } = runApp(plan, system, ({ type }) => events.push(type));
  const app: RunningApp = {
    pid: 1,
    exited: new Promise(() => {}),
    kill: (signal) => {
      if (isOthers) throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
      return got.push(signal) > 0;
    },
    stop: async () => ({ exitCode: 0, killed: [] }),
  };
  return {
    run,
    got,
    events,
    started: () => started(app),
    failed,
    becomesOthers: () => {
      isOthers = true;
    },
  };
}

describe('a signal for the app', () => {
  it('that comes while that is being started waits until it is there', async () => {
    const { run, got, started } = slowStart();
    run.signal('SIGHUP');
    run.signal('SIGUSR2');
    await setImmediate();
    expect(got).toEqual([]);
    started();
    await setImmediate();
    expect(got).toEqual(['SIGHUP', 'SIGUSR2']);
  });

  it('that may not be sent is told, and ends nothing', async () => {
    const { run, events, started, becomesOthers } = slowStart();
    started();
    becomesOthers();
    run.signal('SIGHUP');
    await setImmediate();
    expect(events).toEqual(['app-started', 'signal-failed']);
  });

  it('is for nobody when the app cannot start', async () => {
    const { run, events, failed } = slowStart();
    run.signal('SIGHUP');
    failed(new CoreError('COMMAND_NOT_FOUND', 'gone'));
    await setImmediate();
    expect(events).toEqual(['app-not-started']);
  });
});
