/**
 * Calls back with each range of the text that is known, in order, and returns how many characters it compared: at most a
 * few for each of the text, however much is known.
 */
export type Find = (codes: Uint16Array, found: (from: number, to: number) => void) => number;

/** So many characters are looked at first: they tell most places apart from all that is known. */
const firstLength = 4;

/** Finds every piece of that length of each text. */
export function findPieces(texts: readonly Uint16Array[], length: number): Find {
  if (texts.length === 0) return () => 0;
  const known = table(texts, length);
  for (const [start, text] of known.starts)
    for (let at = 0; at + length <= text.length; at++)
      if (!isBlank(text, at, length)) known.add(start + at, length);
  // One of the first characters of a piece's own beginnings is always at a multiple of that.
  const step = length - firstLength + 1;
  return (codes, found) => {
    const ranges = inOne(found);
    let compared = 0;
    let checked = 0;
    for (let at = 0; at + firstLength <= codes.length; at += step) {
      if (!known.mayBegin(codes, at)) continue;
      const last = Math.min(at, codes.length - length);
      let begin = Math.max(checked, at - step + 1);
      while (begin <= last) {
        const mayBe =
          known.mayBegin(codes, begin) && known.mayBegin(codes, begin + length - firstLength);
        const extent = mayBe ? known.extent(codes, begin) : 0;
        compared += Math.max(extent, length);
        if (extent > 0) ranges.add(begin, begin + extent);
        // Every piece of what was found is known.
        begin += Math.max(1, extent - length + 1);
      }
      checked = begin;
    }
    ranges.end();
    return compared;
  };
}

/** Finds texts that stand there whole; each has at least the length of {@link firstLength}. */
export function findWhole(texts: readonly Uint16Array[]): Find {
  if (texts.length === 0) return () => 0;
  const known = table(texts, firstLength);
  const initials = new Uint8Array(256);
  for (const [start, text] of known.starts) {
    known.add(start, text.length);
    initials[(text[0] ?? 0) & 0xff] = 1;
  }
  return (codes, found) => {
    const ranges = inOne(found);
    let compared = 0;
    for (let at = 0; at + firstLength <= codes.length; at++) {
      if (initials[(codes[at] ?? 0) & 0xff] === 0 || !known.mayBegin(codes, at)) continue;
      const extent = known.extent(codes, at);
      compared += Math.max(extent, firstLength);
      if (extent > 0) ranges.add(at, at + extent);
    }
    ranges.end();
    return compared;
  };
}

/** The blanks between two columns would go with those of a secret. */
function isBlank(codes: Uint16Array, from: number, length: number): boolean {
  for (let at = from; at < from + length; at++) if ((codes[at] ?? 0) > 0x20) return false;
  return true;
}

/** Tells ranges that overlap or touch as one. */
function inOne(found: (from: number, to: number) => void): {
  add(from: number, to: number): void;
  end(): void;
} {
  let [start, stop] = [0, 0];
  const end = (): void => {
    if (stop > start) found(start, stop);
  };
  return {
    add: (from, to) => {
      if (from > stop) {
        end();
        start = from;
      }
      stop = Math.max(stop, to);
    },
    end,
  };
}

interface Table {
  /** Where in all that is known each text begins. */
  readonly starts: readonly (readonly [start: number, text: Uint16Array])[];
  add(at: number, extent: number): void;
  /** Never false where something known begins, or goes on. */
  mayBegin(codes: Uint16Array, at: number): boolean;
  /** How much of it stands there, at the most; 0 when nothing begins there. */
  extent(codes: Uint16Array, at: number): number;
}

/** Of hashes of so many first characters, with open addresses. */
function table(texts: readonly Uint16Array[], length: number): Table {
  // A NUL ends each.
  const size = texts.reduce((sum, text) => sum + text.length + 1, 0);
  const all = new Uint16Array(size);
  const starts: [number, Uint16Array][] = [];
  let end = 0;
  for (const text of texts) {
    all.set(text, end);
    starts.push([end, text]);
    end += text.length + 1;
  }
  const bits = Math.ceil(Math.log2(size + 8)) + 1;
  const last = 2 ** bits - 1;
  /** Each holds a place in `all`, plus 1. */
  const slots = new Int32Array(last + 1);
  const extents = new Int32Array(last + 1);
  // Sparse, so that almost no text gets past it by chance.
  const filterBits = Math.min(24, bits + 3);
  const filter = new Uint8Array(2 ** filterBits);
  const filterShift = 32 - filterBits;
  for (const [start, { length: count }] of starts)
    for (let at = start; at + firstLength <= start + count; at++)
      filter[hashOfFour(all, at) >>> filterShift] = 1;

  const matches = (slot: number, codes: Uint16Array, at: number, extent: number): boolean =>
    at + extent <= codes.length && isSame(all, (slots[slot] ?? 0) - 1, codes, at, extent);

  return {
    starts,
    add: (at, extent) => {
      let slot = hash(all, at, length, bits);
      for (; slots[slot] !== 0; slot = (slot + 1) & last)
        if (extents[slot] === extent && matches(slot, all, at, extent)) return;
      slots[slot] = at + 1;
      extents[slot] = extent;
    },
    mayBegin: (codes, at) => filter[hashOfFour(codes, at) >>> filterShift] === 1,
    extent: (codes, at) => {
      let found = 0;
      let slot = hash(codes, at, length, bits);
      for (; slots[slot] !== 0; slot = (slot + 1) & last) {
        const extent = extents[slot] ?? 0;
        if (extent > found && matches(slot, codes, at, extent))
          found = goesOn(all, (slots[slot] ?? 0) - 1, codes, at, extent);
      }
      return found;
    },
  };
}

/** Unrolled: it is what a text without secrets costs. */
function hashOfFour(codes: Uint16Array, at: number): number {
  const half = (codes[at] ?? 0) | ((codes[at + 1] ?? 0) << 16);
  const other = (codes[at + 2] ?? 0) | ((codes[at + 3] ?? 0) << 16);
  const mixed = Math.imul(half, 0x9e3779b1) ^ Math.imul(other, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0x9e3779b1) >>> 0;
}

function hash(codes: Uint16Array, from: number, length: number, bits: number): number {
  let sum = 0;
  for (let at = from; at < from + length; at++)
    sum = (Math.imul(sum, 0x01000193) + (codes[at] ?? 0)) | 0;
  return Math.imul(sum ^ (sum >>> 15), 0x9e3779b1) >>> (32 - bits);
}

/** How much of it is the same beyond what is known to be. */
function goesOn(a: Uint16Array, atA: number, b: Uint16Array, atB: number, from: number): number {
  let length = from;
  while (a[atA + length] !== 0 && atB + length < b.length && a[atA + length] === b[atB + length])
    length++;
  return length;
}

function isSame(a: Uint16Array, atA: number, b: Uint16Array, atB: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (a[atA + index] !== b[atB + index]) return false;
  return true;
}
