import type { Signal } from '@twenty-init/core';
import { expect, it } from 'vitest';
import type { Config, PhaseConfig } from '../../src/config/config.ts';
import { withDefaults } from '../../src/config/with-defaults.ts';
import { advance, initialState } from '../../src/engine/advance.ts';
import type { BootEvent } from '../../src/engine/event.ts';
import { makePlan } from '../../src/plan/plan.ts';

const begin: BootEvent = { type: 'begin' };
const by = (signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGHUP'): BootEvent => ({
  type: 'signal',
  signal,
});
const one = { name: 'one', command: ['1'] };

/** What has been sent to whatever runs after these events. */
function sent(phases: Config['phases'], events: readonly BootEvent[]): Signal[] {
  const { plan } = makePlan(withDefaults({ phases }), { cwd: '/', env: {}, cmd: [] });
  let state = initialState(plan);
  return [begin, ...events].flatMap((event) => {
    const next = advance(state, event, { now: 0, random: 0 });
    state = next.state;
    return next.effects.flatMap((effect) =>
      effect.type === 'stop-step' || effect.type === 'stop-app' ? [effect.signal] : [],
    );
  });
}

const app = { command: ['app'] };

it.each<[string, Partial<PhaseConfig>, BootEvent[], Signal[]]>([
  ['SIGTERM', {}, [by('SIGTERM')], ['SIGUSR1']],
  ['SIGINT, which is passed on', {}, [by('SIGINT')], ['SIGINT']],
  ['SIGQUIT, which is passed on', {}, [by('SIGQUIT')], ['SIGQUIT']],
  ['SIGHUP, which is passed on', {}, [by('SIGHUP')], ['SIGHUP']],
  ['SIGTERM twice', {}, [by('SIGTERM'), by('SIGTERM')], ['SIGUSR1']],
  ['its timeout', {}, [{ type: 'timer', timer: { type: 'phase', phase: 'work' } }], ['SIGUSR1']],
  ['its idleTimeout', {}, [{ type: 'step-idle', phase: 'work' }], ['SIGUSR1']],
  [
    'shutdown.timeout',
    { onStop: 'defer' },
    [by('SIGTERM'), { type: 'timer', timer: { type: 'shutdown' } }],
    ['SIGUSR1'],
  ],
  [
    'SIGTERM while its condition is looked at',
    { skipIf: { exec: ['c'] } },
    [by('SIGTERM')],
    ['SIGTERM'],
  ],
])('a phase with a stopSignal is stopped by %s', (_, more, events, signals) => {
  const work = { command: ['x'], stopSignal: 'SIGUSR1', ...more } as PhaseConfig;
  expect(sent({ work, 'exec-app': app }, events)).toEqual(signals);
});

it.each<[string, PhaseConfig, Signal]>([
  ['that of the phase', { stopSignal: 'SIGINT', steps: [one] }, 'SIGINT'],
  ['its own', { stopSignal: 'SIGINT', steps: [{ ...one, stopSignal: 'SIGUSR2' }] }, 'SIGUSR2'],
  [
    'its own SIGTERM',
    { stopSignal: 'SIGINT', steps: [{ ...one, stopSignal: 'SIGTERM' }] },
    'SIGTERM',
  ],
  ['SIGTERM where nothing is said', { steps: [one] }, 'SIGTERM'],
])('a step gets %s', (_, phase, signal) => {
  const phases = { work: phase, 'exec-app': app };
  expect(sent(phases, [by('SIGTERM')])).toEqual([signal]);
  expect(sent(phases, [{ type: 'timer', timer: { type: 'step', phase: 'work' } }])).toEqual([
    signal,
  ]);
});

it.each<[string, BootEvent, Signal]>([
  ['SIGTERM', by('SIGTERM'), 'SIGUSR1'],
  ['SIGINT, which is passed on', by('SIGINT'), 'SIGINT'],
  ['SIGQUIT, which is passed on', by('SIGQUIT'), 'SIGQUIT'],
  ['its startTimeout', { type: 'timer', timer: { type: 'start' } }, 'SIGUSR1'],
])('an app with a stopSignal is stopped by %s', (_, event, signal) => {
  const readiness = { tcpSocket: 'localhost:1' };
  const phases = {
    'exec-app': { ...app, stopSignal: 'SIGUSR1', readiness, startTimeout: '1m' } as const,
  };
  expect(
    sent(phases as unknown as Config['phases'], [{ type: 'app-started', pid: 2 }, event]),
  ).toEqual([signal]);
});

it('a phase beside one that fails gets SIGTERM', () => {
  const work = { command: ['x'] };
  const phases = { work, other: { command: ['y'], needs: [] }, 'exec-app': app };
  const exit = { exitCode: 1 };
  const failed = { type: 'step-ended', phase: 'other', exit, killed: [], lastLines: [] } as const;
  expect(sent(phases, [failed])).toEqual(['SIGTERM']);
});
