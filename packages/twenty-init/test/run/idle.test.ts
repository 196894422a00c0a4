import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Step } from '../../src/plan/phase.ts';
import { runStep } from '../../src/run/step.ts';
import type { Running, System } from '../../src/run/system.ts';

/** A clock whose timers may fire late, as after a container was paused. */
function boot(lastOutputAt: () => number) {
  let now = 0;
  let timer: { at: number; callback: () => void } | undefined;
  const running: Partial<Running> = { lastOutputAt, exited: new Promise(() => {}) };
  const system: Partial<System> = {
    now: () => now,
    after: (ms, callback) => {
      timer = { at: now + ms, callback };
      return () => {
        timer = undefined;
      };
    },
    start: async () => running as Running,
  };
  const events: string[] = [];
  const step = { work: {}, title: 'migrate', gracePeriodMs: 1000, idleTimeoutMs: 60_000 };
  runStep('migrate', step as unknown as Step, system as System, ({ type }) => events.push(type));
  const goTo = (end: number): void => {
    while (timer !== undefined && timer.at <= end) {
      const { at, callback } = timer;
      timer = undefined;
      now = Math.max(now, at);
      callback();
    }
    now = end;
  };
  return {
    events,
    goTo,
    /** Nothing runs meanwhile: what was due fires afterwards. */
    freeze: (end: number): void => {
      now = end;
      goTo(end);
    },
  };
}

it('a step that says nothing is idle after its time', async () => {
  const { events, goTo } = boot(() => 0);
  await setImmediate();
  goTo(59_000);
  expect(events).toEqual([]);
  goTo(60_000);
  expect(events).toEqual(['step-idle']);
});

it('a container that was paused is no silence of the step', async () => {
  const { events, goTo, freeze } = boot(() => 0);
  await setImmediate();
  goTo(30_000);
  freeze(3_600_000);
  goTo(3_655_000);
  expect(events).toEqual([]);
  goTo(3_700_000);
  expect(events).toEqual(['step-idle']);
});
