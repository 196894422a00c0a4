import type { Signal } from '@twenty-init/core';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Config, PhaseConfig, ReadinessConfig } from '../../src/config/config.ts';
import { neededBy } from '../../src/config/rules.ts';
import type { Outcome } from '../../src/testing/outcome.ts';
import {
  type RehearsedSignal,
  type RehearseOptions,
  rehearse,
} from '../../src/testing/rehearse.ts';

/** A boot, how everything in it goes, and who interrupts it. */
interface Case {
  readonly config: Config;
  readonly options: RehearseOptions;
}

const seconds = (max: number) => fc.integer({ min: 0, max }).map((count) => `${count}s`);

const outcome: fc.Arbitrary<Outcome> = fc.record(
  {
    exitCode: fc.constantFrom(0, 0, 0, 1, 42, 126),
    signal: fc.constantFrom<Signal>('SIGKILL', 'SIGSEGV'),
    takes: seconds(100),
    outputEvery: fc.constantFrom('1s', '20s'),
    onSignal: fc.oneof(
      fc.constant('ignore' as const),
      fc.record({ exitCode: fc.constantFrom(0, 3), after: seconds(40) }),
    ),
    readyAfter: fc.constantFrom('0s', '5s', 'never'),
    closesNotifyFdAfter: fc.constantFrom('0s', '10s'),
    notStarted: fc.constantFrom<78 | 127>(78, 127),
  },
  { requiredKeys: [] },
);
/** Most things go well: else no case would come to the app. */
const mostlyGood = fc.oneof(
  { weight: 3, arbitrary: fc.record({ takes: seconds(30) }) },
  { weight: 1, arbitrary: outcome },
);

const signal: fc.Arbitrary<RehearsedSignal> = fc.record({
  at: seconds(120),
  signal: fc.constantFrom('SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR2'),
});

/** Phases need only phases of a lower number, in whatever order they are written. */
function phaseOf(index: number): fc.Arbitrary<PhaseConfig> {
  const below = Array.from({ length: index }, (_, other) => name(other));
  const steps = fc
    .uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 })
    .map((names) => names.map((step) => ({ name: step, command: [step] })));
  return fc.record(
    {
      steps,
      needs: fc.subarray(below),
      onFailure: fc.constantFrom<'abort' | 'warn'>('abort', 'warn'),
      onStop: fc.constantFrom<'cancel' | 'defer'>('cancel', 'defer'),
      retry: fc.record({ attempts: fc.integer({ min: 1, max: 3 }) }),
      timeout: seconds(60).map((limit) => (limit === '0s' ? '1s' : limit)),
      idleTimeout: fc.constant('15s'),
      skipIf: fc.constantFrom({ exec: ['check'] }, { file: '/there' }, { env: { A: '1' } }),
    },
    { requiredKeys: ['steps', 'needs'] },
  );
}

const name = (index: number): string => `phase-${index}`;

const cases: fc.Arbitrary<Case> = fc
  .integer({ min: 0, max: 5 })
  .chain((count) =>
    fc.tuple(
      fc.tuple(...Array.from({ length: count }, (_, index) => phaseOf(index))),
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, index) => index),
        { minLength: count },
      ),
      fc.constantFrom<'exec' | 'handoff' | 'supervise'>('exec', 'handoff', 'supervise'),
      fc.array(phaseOf(0), { maxLength: 2 }),
      fc.dictionary(
        fc.constantFrom(
          'exec-app',
          ...Array.from({ length: count }, (_, index) =>
            ['a', 'b', 'c'].map((step) => [`${name(index)}/${step}`, `${name(index)} skipIf`]),
          ).flat(2),
        ),
        mostlyGood,
      ),
      fc.array(signal, { maxLength: 3 }),
      fc.boolean(),
      fc.constantFrom<'never' | 'on-failure'>('never', 'on-failure'),
      fc.constantFrom<ReadinessConfig>({ tcpSocket: 'x:1' }, { notifyFd: 3 }),
    ),
  )
  .map(([phases, order, mode, post, outcomes, signals, env, restart, readiness]) => {
    const supervise = mode === 'supervise';
    return {
      config: {
        phases: {
          ...Object.fromEntries(order.map((index) => [name(index), phases[index] as PhaseConfig])),
          'exec-app': {
            command: ['app'],
            mode,
            ...(mode === 'exec' ? {} : { readiness, startTimeout: '20s' }),
            ...(supervise ? { restart } : {}),
          },
        },
        ...(supervise
          ? {
              post: Object.fromEntries(
                post.map(({ needs: _, ...phase }, index) => [`post-${index}`, phase]),
              ) as NonNullable<Config['post']>,
            }
          : {}),
        shutdown: { timeout: '50s' },
      },
      options: { outcomes, signals, env: env ? { A: '1' } : {}, files: env ? ['/there'] : [] },
    };
  });

const numRuns = 1000;
const check = (holds: (rehearsal: Awaited<ReturnType<typeof rehearse>>, given: Case) => boolean) =>
  fc.assert(
    fc.asyncProperty(cases, async (given) =>
      holds(await rehearse(given.config, given.options), given),
    ),
    { numRuns },
  );
// A hang bound.
const limitMs = 60_000;

const done = ['succeeded', 'warned', 'skipped'];
const isBefore = (phase: string): boolean => !phase.startsWith('post-');

describe('whatever the phases, the outcomes and the signals are', { timeout: limitMs }, () => {
  it('no phase starts before what it needs has ended well', () =>
    check(({ timings, states }, { config }) =>
      [...neededBy(config.phases)].every(([phase, needs]) => {
        const startedAt = timings[phase]?.startedAt;
        return (
          startedAt === undefined ||
          needs.every(
            (need) =>
              done.includes(states[need] ?? '') && (timings[need]?.endedAt ?? 0) <= startedAt,
          )
        );
      }),
    ));

  it('no phase starts after one has failed for good', () =>
    check(({ timings, states }) => {
      const failures = Object.entries(states)
        .filter(([, state]) => state === 'failed' || state === 'timed_out')
        .map(([phase]) => timings[phase]?.endedAt ?? 0);
      const abortedAt = Math.min(Number.POSITIVE_INFINITY, ...failures);
      return Object.entries(timings).every(
        ([phase, { startedAt }]) => !isBefore(phase) || startedAt <= abortedAt,
      );
    }));

  it('no phase starts after a stop signal', () =>
    check(({ timings }, { options }) => {
      const stops = (options.signals ?? []).filter(({ signal: sent }) => sent !== 'SIGUSR2');
      const at = stops.map((stop) => ('at' in stop ? Number.parseInt(stop.at, 10) * 1000 : 0));
      const stoppedAt = Math.min(Number.POSITIVE_INFINITY, ...at);
      return Object.entries(timings).every(
        ([phase, { startedAt }]) => !isBefore(phase) || startedAt <= stoppedAt,
      );
    }));

  it('exec-app starts only after every phase has ended well, and once unless it is restarted', () =>
    check(({ order, states }, { config }) => {
      const starts = order.filter((title) => title === 'exec-app').length;
      if (starts === 0) return true;
      const before = Object.entries(states).filter(([phase]) => isBefore(phase));
      const restarts = config.phases['exec-app'].restart === 'on-failure';
      return before.every(([, state]) => done.includes(state)) && (restarts || starts === 1);
    }));

  it('every process that was started is gone at the end, but an app that was given away', () =>
    check(({ alive, exitCode }) =>
      exitCode === undefined ? alive.every((title) => title === 'exec-app') : alive.length === 0,
    ));

  it('every phase ends in a state that is an end', () =>
    check(({ states }) => Object.values(states).every((state) => state !== 'running')));
});
