import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { withDefaults } from '../../src/config/with-defaults.ts';
import type { Report } from '../../src/engine/report.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { boot } from '../../src/run/boot.ts';
import { virtualClock } from '../../src/testing/clock.ts';
import { fakeSystem } from '../../src/testing/fake-system.ts';

it('an app that pid1 does not take is supervised to its end, and its readiness too', async () => {
  const clock = virtualClock();
  const readiness = { tcpSocket: 'x:1', period: '2s', failureThreshold: 3 };
  const { plan } = makePlan(
    withDefaults({ phases: { 'exec-app': { command: ['app'], mode: 'handoff', readiness } } }),
    { cwd: '/app', env: {}, cmd: [] },
  );
  const reports: (readonly [Report['type'], number])[] = [];
  const booting = boot(
    plan,
    {
      ...fakeSystem(clock, {}, []),
      handOff: async () => ({ accepted: false, reason: 'pid1 gave no answer' }),
      probe: async () => ({ ok: clock.now() < 9000, reason: 'no answer' }),
    },
    ({ type }) => reports.push([type, clock.now()]),
  );
  let exitCode: number | undefined;
  booting.ended.then((code) => {
    exitCode = code;
  });
  clock.happens(60_000, () => booting.signal('SIGTERM'));
  do await setImmediate();
  while (exitCode === undefined && clock.advance());
  expect(reports).toEqual([
    ['summary', 0],
    ['app-starting', 0],
    ['app-started', 0],
    ['app-ready', 0],
    ['not-handed-off', 0],
    ['app-unready', 14_000],
    ['app-stopping', 60_000],
    ['app-exited', 60_000],
    ['ended', 60_000],
  ]);
  expect(exitCode).toBe(143);
});
