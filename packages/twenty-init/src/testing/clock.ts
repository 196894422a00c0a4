/** A clock that stands still until it is told to go on. */
export interface VirtualClock {
  now(): number;
  /** What the boot wants to be told. */
  after(ms: number, callback: () => void): () => void;
  /** What happens to the boot: processes end, signals come. */
  happens(ms: number, callback: () => void): () => void;
  /** Goes to the next moment for which something is planned, and does that. False when there is none. */
  advance(): boolean;
  planned(): { readonly timers: number; readonly happenings: number };
}

interface Entry {
  readonly at: number;
  readonly callback: () => void;
  readonly kind: 'timer' | 'happening';
}

export function virtualClock(): VirtualClock {
  let now = 0;
  let entries: Entry[] = [];
  const plan = (kind: Entry['kind']) => (ms: number, callback: () => void) => {
    const entry = { at: now + Math.max(0, ms), callback, kind };
    entries.push(entry);
    return () => {
      entries = entries.filter((other) => other !== entry);
    };
  };
  return {
    now: () => now,
    after: plan('timer'),
    happens: plan('happening'),
    advance: () => {
      // The first of those with the same time: what was planned first happens first.
      const next = entries.reduce<Entry | undefined>(
        (first, entry) => (first === undefined || entry.at < first.at ? entry : first),
        undefined,
      );
      if (next === undefined) return false;
      entries = entries.filter((entry) => entry !== next);
      now = next.at;
      next.callback();
      return true;
    },
    planned: () => {
      const timers = entries.filter(({ kind }) => kind === 'timer').length;
      return { timers, happenings: entries.length - timers };
    },
  };
}
