import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runChecks, stoppable } from '../../src/run/step.ts';
import { virtualClock } from '../../src/testing/clock.ts';
import { fakeSystem } from '../../src/testing/fake-system.ts';

describe('a stop', () => {
  it('that cannot be done is an error, and not a child that goes on', async () => {
    const stop = async () => {
      throw new RangeError('no such time');
    };
    const stopping = stoppable(Promise.resolve({ stop }), 1000);
    stopping.stop('SIGTERM');
    await expect(stopping.killed()).rejects.toThrow('no such time');
  });

  it('of what never started kills nothing', async () => {
    const stopping = stoppable(Promise.reject(new Error('not started')), 1000);
    stopping.stop('SIGTERM');
    expect(await stopping.killed()).toEqual([]);
  });
});

it('a condition that is told to stop has a second before it is killed', async () => {
  const clock = virtualClock();
  const system = fakeSystem(clock, { 'one skipIf': { takes: '1h', onSignal: 'ignore' } }, []);
  const exec = { argv: ['x'], shown: 'x', cwd: '/', env: {} } as const;
  const { run } = runChecks('one', [{ key: 'skipIf', exec }], system, () => {});
  await setImmediate();
  run.stop('SIGTERM');
  await setImmediate();
  expect(system.alive()).toEqual(['one skipIf']);
  clock.advance();
  expect([clock.now(), system.alive()]).toEqual([1000, []]);
});
