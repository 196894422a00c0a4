import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AppConfig } from '../../src/config/config.ts';
import { withDefaults } from '../../src/config/with-defaults.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { boot } from '../../src/run/boot.ts';
import { virtualClock } from '../../src/testing/clock.ts';
import { fakeSystem } from '../../src/testing/fake-system.ts';
import type { Outcomes } from '../../src/testing/outcome.ts';

/** Boots the app alone, lets that time pass, throws, and goes on to the end. */
async function thrown(app: AppConfig, outcome: Outcomes['exec-app'], atMs: number) {
  const clock = virtualClock();
  const system = fakeSystem(clock, { 'exec-app': outcome ?? 0 }, []);
  const config = { phases: { 'exec-app': { command: ['app'], ...app } } };
  const { plan } = makePlan(withDefaults(config), { cwd: '/app', env: {}, cmd: [] });
  const booting = boot(plan, system, () => {});
  let ended: { readonly code: number; readonly at: number } | undefined;
  booting.ended.then((code) => {
    ended = { code, at: clock.now() };
  });
  clock.happens(atMs, () => booting.threw('uncaught error of migrate: late', 'migrate'));
  if (atMs === 0) clock.advance();
  do await setImmediate();
  while (ended === undefined && clock.advance());
  return { ended, started: system.started, alive: system.alive(), takenOver: system.takenOver() };
}

describe('an uncaught error in the code of a config', () => {
  it('while the app is not ready yet stops it', async () => {
    const { ended, alive } = await thrown(
      { readiness: { tcpSocket: 'x:1' } },
      { readyAfter: 'never', onSignal: { exitCode: 0, after: '3s' } },
      10_000,
    );
    expect(ended).toEqual({ code: 70, at: 13_000 });
    expect(alive).toEqual([]);
  });

  it('while the app is stopped for its startTimeout changes nothing but that it stays stopped', async () => {
    const { ended, started } = await thrown(
      { readiness: { tcpSocket: 'x:1' }, startTimeout: '5s', restart: 'always' },
      { readyAfter: 'never', onSignal: { exitCode: 0, after: '20s' } },
      10_000,
    );
    expect(ended).toEqual({ code: 124, at: 25_000 });
    expect(started).toEqual(['exec-app']);
  });

  it('while a restart is waited for ends at once', async () => {
    const { ended, started } = await thrown(
      { restart: { policy: 'always', delay: '1h', maxDelay: '1h' } },
      { takes: '1s', exitCode: 5 },
      10_000,
    );
    expect(ended).toEqual({ code: 70, at: 10_000 });
    expect(started).toEqual(['exec-app']);
  });

  it('while the process turns into the app keeps it from that', async () => {
    const { ended, takenOver } = await thrown({ mode: 'exec' }, {}, 0);
    expect(ended).toEqual({ code: 70, at: 0 });
    expect(takenOver).toBeUndefined();
  });
});
