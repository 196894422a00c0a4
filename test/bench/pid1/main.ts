import { arch, cpus, release } from 'node:os';
import { canIsolate } from '../../harness/container.ts';
import type { Screen } from '../../harness/screen.ts';
import { keep } from '../results.ts';
import { medianInterval } from '../statistics.ts';
import { belowEvery, footprintClaims, onALevelWithTheBest, ratioToPeer } from './claims.ts';
import { type Footprint, measureFootprints } from './footprint.ts';
import { findPeers, type Init, pid1 } from './inits.ts';
import {
  burstOrphan,
  type Measure,
  measureRounds,
  type Rounds,
  signalLatency,
  singleOrphan,
  spawnOverhead,
} from './timing.ts';

const roundCount = 40;

/** pid1 side by side with the peers that Debian has, each as PID 1 of a PID namespace. */
export async function benchPid1(show: Screen): Promise<void> {
  const { peers, missing } = findPeers();
  if (missing.length > 0)
    show.claim(
      `not installed here: ${missing.join(', ')} (apt-get install tini dumb-init catatonit)`,
      false,
    );
  if (!canIsolate()) {
    show.claim('this machine lets us make PID namespaces', false);
    return;
  }
  const inits = [pid1, ...peers];
  show.heading(`pid1 beside ${peers.map(({ name, version }) => `${name} ${version}`).join(', ')}`);
  show.say(
    `  ${cpus()[0]?.model ?? 'CPU'}, Linux ${release()} ${arch()}; everything timed on one CPU`,
  );

  const footprints = await measureFootprints(inits);
  showFootprints(show, footprints);
  const measured = [spawnOverhead, signalLatency, singleOrphan, burstOrphan].map((measure) => {
    const rounds = measureRounds(measure, inits, roundCount);
    showRounds(show, measure, rounds, inits);
    return { measure: measure.name, rounds };
  });

  show.heading('What must hold');
  const ours = footprints.find(([name]) => name === pid1.name)?.[1];
  const timeClaims = measured.map(({ measure, rounds }) =>
    measure === spawnOverhead.name
      ? belowEvery(measure, rounds, peers)
      : onALevelWithTheBest(measure, rounds, peers),
  );
  for (const { text, holds } of [...(ours ? footprintClaims(ours) : []), ...timeClaims])
    show.claim(text, holds);
  show.say(`  raw pairs: ${keep('pid1', { inits, footprints, unit: 'ns', measured })}`);
}

function showFootprints(show: Screen, footprints: readonly (readonly [string, Footprint])[]): void {
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
  show.heading('While its program runs and nothing happens');
  show.table([
    ['', 'size', 'RSS', 'wake-ups in 10 s', 'heap'],
    ...footprints.map(([name, { sizeBytes, rssBytes, wakeUps, heap }]) => [
      name,
      kilobytes(sizeBytes),
      kilobytes(rssBytes),
      String(wakeUps),
      heap ? 'yes' : 'no',
    ]),
  ]);
}

function showRounds(show: Screen, { name }: Measure, rounds: Rounds, inits: readonly Init[]): void {
  show.heading(`${name}, ${rounds.length} rounds`);
  show.table([
    ['', 'median', 'pid1 is … times as much (95 %)'],
    ...inits.map((init) => {
      const { median } = medianInterval(rounds.map((values) => values[init.name] ?? Number.NaN));
      const ratio = ratioToPeer(rounds, init);
      return [
        init.name,
        `${(median / 1000).toFixed(1)} µs`,
        init === pid1
          ? ''
          : `${ratio.median.toFixed(3)}  (${ratio.low.toFixed(3)} to ${ratio.high.toFixed(3)})`,
      ];
    }),
  ]);
}
