import { type Interval, medianInterval } from '../statistics.ts';
import type { Footprint } from './footprint.ts';
import { type Init, pid1 } from './inits.ts';
import type { Rounds } from './timing.ts';

export interface Claim {
  readonly text: string;
  readonly holds: boolean;
}

const limits = { sizeBytes: 32 * 1024, rssBytes: 64 * 1024, ratio: 1.05 };

/** pid1's value divided by the peer's of the same round: below 1 is faster. */
export function ratioToPeer(rounds: Rounds, peer: Init): Interval {
  return medianInterval(
    rounds.map((values) => (values[pid1.name] ?? Number.NaN) / (values[peer.name] ?? Number.NaN)),
  );
}

export function belowEvery(name: string, rounds: Rounds, peers: readonly Init[]): Claim {
  return {
    text: `${name}: below every peer (the whole interval of the ratio is below 1)`,
    holds: peers.every((peer) => ratioToPeer(rounds, peer).high < 1),
  };
}

export function onALevelWithTheBest(name: string, rounds: Rounds, peers: readonly Init[]): Claim {
  return {
    text: `${name}: on a level with the best peer (each interval reaches down to ${limits.ratio} or less)`,
    holds: peers.every((peer) => ratioToPeer(rounds, peer).low <= limits.ratio),
  };
}

export function footprintClaims({ sizeBytes, rssBytes, wakeUps, heap }: Footprint): Claim[] {
  return [
    { text: 'size: at most 32 KB', holds: sizeBytes <= limits.sizeBytes },
    { text: 'RSS: at most 64 KB (smaps_rollup)', holds: rssBytes <= limits.rssBytes },
    { text: 'idle: not one wake-up in 10 s', holds: wakeUps === 0 },
    { text: 'no heap: no memory is mapped after the start', holds: !heap },
  ];
}
