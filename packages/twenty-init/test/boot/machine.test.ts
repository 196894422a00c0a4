import { describe, expect, it } from 'vitest';
import {
  advance,
  type BootEvent,
  type BootState,
  type Effect,
  initialState,
} from '../../src/boot/machine.ts';
import { makePlan, type Plan } from '../../src/boot/plan.ts';
import type { PhaseConfig } from '../../src/config/config.ts';

describe('a boot', () => {
  it('runs the phases in order, one at a time, and then becomes the app', () => {
    const boot = start({ migrate: {}, register: {} });
    expect(boot.acts()).toEqual(['start migrate']);
    expect(boot.tell(exited(0))).toEqual(['start register']);
    expect(boot.tell(exited(0))).toEqual(['become app']);
    expect(boot.statuses()).toEqual({ migrate: 'succeeded', register: 'succeeded' });
  });

  it('becomes the app at once when every phase is skipped', () => {
    const boot = start({ migrate: { skipIf: { env: { SKIP: 'true' } } } }, { SKIP: 'true' });
    expect(boot.acts()).toEqual(['become app']);
    expect(boot.statuses()).toEqual({ migrate: 'skipped' });
  });

  it.each([1, 3, 126, 127, 137, 255])('ends with exit code %i of a failed phase', (code) => {
    const boot = start({ migrate: {}, register: {} });
    expect(boot.tell(exited(code))).toEqual([`exit ${code}`]);
    expect(boot.statuses()).toEqual({ migrate: 'failed', register: 'canceled' });
  });

  it('goes on after a failed phase whose onFailure is warn', () => {
    const boot = start({ migrate: { onFailure: 'warn' }, register: {} });
    expect(boot.tell(exited(3))).toEqual(['start register']);
    expect(boot.statuses()).toEqual({ migrate: 'warned', register: 'running' });
  });

  it('ends with the code of a phase that could not start', () => {
    const boot = start({ migrate: {} });
    const notStarted = { type: 'phase-not-started', exitCode: 78, reason: 'cwd is gone' } as const;
    expect(boot.tell(notStarted)).toEqual(['exit 78']);
  });

  it('stops a phase that takes too long, and ends with 124 whatever its code', () => {
    const boot = start({ migrate: { timeout: '1s' }, register: {} });
    expect(boot.tell({ type: 'phase-timed-out' })).toEqual(['stop migrate SIGTERM']);
    expect(boot.tell(exited(0))).toEqual(['exit 124']);
    expect(boot.statuses()).toEqual({ migrate: 'timed_out', register: 'canceled' });
  });

  it('goes on after a time-out when onFailure is warn, and can time out again', () => {
    const boot = start({
      migrate: { timeout: '1s', onFailure: 'warn' },
      register: { timeout: '1s' },
    });
    boot.tell({ type: 'phase-timed-out' });
    expect(boot.tell(exited(143))).toEqual(['start register']);
    expect(boot.tell({ type: 'phase-timed-out' })).toEqual(['stop register SIGTERM']);
  });

  it('ends with 125 when the app cannot be executed', () => {
    const boot = start({});
    expect(boot.tell({ type: 'app-not-started', exitCode: 125, reason: 'ENOMEM' })).toEqual([
      'exit 125',
    ]);
  });
});

describe('a stop signal', () => {
  const codes = [
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
    ['SIGHUP', 129],
  ] as const;

  it.each(codes)('%s stops the running phase and ends with %i', (signal, code) => {
    const boot = start({ migrate: {}, register: {} });
    expect(boot.tell({ type: 'signal', signal })).toEqual([`stop migrate ${signal}`]);
    expect(boot.tell(exited(code))).toEqual([`exit ${code}`]);
    expect(boot.statuses()).toEqual({ migrate: 'canceled', register: 'canceled' });
  });

  it('ends the boot also when the phase then succeeds, or has onFailure warn', () => {
    const boot = start({ migrate: { onFailure: 'warn' }, register: {} });
    boot.tell({ type: 'signal', signal: 'SIGTERM' });
    expect(boot.tell(exited(0))).toEqual(['exit 143']);
  });

  it('ends the boot while the process turns into the app', () => {
    const boot = start({});
    expect(boot.acts()).toEqual(['become app']);
    expect(boot.tell({ type: 'signal', signal: 'SIGTERM' })).toEqual(['exit 143']);
    expect(boot.tell({ type: 'signal', signal: 'SIGTERM' })).toEqual([]);
  });

  it('during the stop after a time-out takes over the exit code', () => {
    const boot = start({ migrate: { timeout: '1s' } });
    boot.tell({ type: 'phase-timed-out' });
    expect(boot.tell({ type: 'signal', signal: 'SIGTERM' })).toEqual([]);
    expect(boot.tell(exited(143))).toEqual(['exit 143']);
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('that is a repeated %s changes nothing', (signal) => {
    const boot = start({ migrate: {} });
    boot.tell({ type: 'signal', signal: 'SIGTERM' });
    expect(boot.tell({ type: 'signal', signal })).toEqual([]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGQUIT', 131],
  ] as const)('that comes second and is %s forces the end, with %i', (signal, code) => {
    const boot = start({ migrate: {} });
    boot.tell({ type: 'signal', signal: 'SIGTERM' });
    expect(boot.tell({ type: 'signal', signal })).toEqual(['kill']);
    expect(boot.tell(exited(137))).toEqual([`exit ${code}`]);
  });
});

interface Rehearsal {
  /** What the machine wanted done at the last event. */
  acts(): string[];
  tell(event: BootEvent): string[];
  statuses(): Record<string, string>;
}

function start(
  phases: Record<string, Partial<PhaseConfig>>,
  env: Record<string, string> = {},
): Rehearsal {
  let state: BootState = initialState(plan(phases, env));
  let acts: string[] = [];
  const tell = (event: BootEvent): string[] => {
    const step = advance(state, event, 0);
    state = step.state;
    acts = step.effects.flatMap(act);
    return acts;
  };
  tell({ type: 'begin' });
  return {
    acts: () => acts,
    tell,
    statuses: () => Object.fromEntries(state.records.map(({ name, status }) => [name, status])),
  };
}

function plan(phases: Record<string, Partial<PhaseConfig>>, env: Record<string, string>): Plan {
  const complete = Object.entries(phases).map(([name, phase]) => [
    name,
    { command: [name], ...phase },
  ]);
  return makePlan(
    { phases: { ...Object.fromEntries(complete), 'exec-app': { command: ['app'] } } },
    { cwd: '/app', env, cmd: [] },
  );
}

function act(effect: Effect): string[] {
  switch (effect.type) {
    case 'start-phase':
      return [`start ${effect.phase.name}`];
    case 'stop-phase':
      return [`stop ${effect.phase.name} ${effect.signal}`];
    case 'kill-phase':
      return ['kill'];
    case 'become-app':
      return ['become app'];
    case 'exit':
      return [`exit ${effect.exitCode}`];
    case 'report':
      return [];
  }
}

function exited(exitCode: number): BootEvent {
  return { type: 'phase-exited', status: { exitCode }, killed: [], lastLines: [] };
}
