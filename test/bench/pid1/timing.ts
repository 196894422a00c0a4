import { execFileSync } from 'node:child_process';
import { fixture } from '../../harness/fixture.ts';
import { generator, median } from '../statistics.ts';
import type { Init } from './inits.ts';

/** What is timed; see `test/fixtures/stopwatch.c`. */
export interface Measure {
  readonly name: string;
  /** The median of some samples, in ns. */
  readonly sample: (init: Init) => number;
}

/** The values of one measure: `rounds[round][init]`, in ns. */
export type Rounds = readonly Readonly<Record<string, number>>[];

const bare: Init = { name: 'bare', path: '', version: '' };

export const spawnOverhead: Measure = {
  name: 'spawn overhead',
  sample: (init) =>
    stopwatch('spawn', '40', ...(init === bare ? [] : [init.path, '--']), '/bin/true'),
};

export const signalLatency: Measure = {
  name: 'signal latency',
  sample: ({ path }) => stopwatch('latency', '200', path, '--'),
};

export const singleOrphan: Measure = {
  name: 'CPU per orphan, one by one',
  sample: ({ path }) => stopwatch('reap', '40', '1', path, '--'),
};

export const burstOrphan: Measure = {
  name: 'CPU per orphan, bursts of 200',
  sample: ({ path }) => stopwatch('reap', '5', '200', path, '--'),
};

/**
 * Every init once a round, in an order that changes, so that what the machine does beside it hits all alike. Spawn times
 * are what comes on top of the bare program of the same round.
 */
export function measureRounds(measure: Measure, inits: readonly Init[], count: number): Rounds {
  const random = generator(count);
  const isSpawn = measure === spawnOverhead;
  return Array.from({ length: count }, () => {
    const order = shuffle(isSpawn ? [bare, ...inits] : inits, random);
    const times = Object.fromEntries(order.map((init) => [init.name, measure.sample(init)]));
    if (!isSpawn) return times;
    const base = times[bare.name] ?? 0;
    return Object.fromEntries(inits.map(({ name }) => [name, (times[name] ?? 0) - base]));
  });
}

function stopwatch(...args: readonly string[]): number {
  const output = execFileSync(fixture('stopwatch'), args, { encoding: 'utf8' });
  return median(output.trim().split('\n').map(Number));
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
