import type { View } from './views.ts';

/**
 * Calls back with each range of the text that is known, and returns how many comparisons that took: at most a few for
 * each character, whatever is known.
 */
export type Find = (view: View, found: (from: number, to: number) => void) => number;

/** Finds every piece of that length of each text. */
export function findPieces(texts: readonly string[], length: number): Find {
  const known = texts.filter((text) => text.length >= length);
  const table = tableOf(known, length);
  let start = 0;
  for (const text of known) {
    const end = start + text.length - length;
    for (let at = start; at <= end; at++)
      // The blanks between two columns would go with those of a secret.
      if (text.slice(at - start, at - start + length).trim() !== '') table.add(at, length, true);
    start += text.length;
  }
  return table.find;
}

/** Finds texts that stand there whole; none is shorter than that. */
export function findWhole(texts: readonly string[], shortest: number): Find {
  const table = tableOf(texts, shortest);
  let start = 0;
  for (const { length } of texts) {
    table.add(start, length, false);
    start += length;
  }
  return table.find;
}

interface Table {
  /** `known` from there on has to be found over that many characters. */
  add(at: number, extent: number, once: boolean): void;
  readonly find: Find;
}

const base = 0x01000193;

/** Hashes the first characters of what is known, as Rabin and Karp do it, so a look at the text is two multiplications. */
function tableOf(texts: readonly string[], length: number): Table {
  const known = codesOf(texts);
  const bits = Math.max(4, Math.ceil(Math.log2(known.length + 1)) + 1);
  const shift = 32 - bits;
  const last = 2 ** bits - 1;
  /** Each holds a place in `known`, plus 1. */
  const slots = new Int32Array(last + 1);
  const extents = new Int32Array(last + 1);
  let leaving = 1;
  for (let count = 0; count < length; count++) leaving = Math.imul(leaving, base);

  const slotOf = (hash: number): number => Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> shift;

  const add = (at: number, extent: number, once: boolean): void => {
    let hash = 0;
    for (let next = at; next < at + length; next++)
      hash = (Math.imul(hash, base) + (known[next] ?? 0)) | 0;
    let slot = slotOf(hash);
    for (; slots[slot] !== 0; slot = (slot + 1) & last)
      if (once && isSame(known, (slots[slot] ?? 0) - 1, known, at, extent)) return;
    slots[slot] = at + 1;
    extents[slot] = extent;
  };

  const find: Find = ({ codes, from }, found) => {
    if (known.length === 0) return 0;
    const place = (at: number): number => (from === undefined ? at : (from[at] ?? at));
    let comparisons = 0;
    // What was found last: touching ranges are told as one.
    let start = 0;
    let end = 0;
    let hash = 0;
    for (let at = 0; at < codes.length; at++) {
      hash = (Math.imul(hash, base) + (codes[at] ?? 0)) | 0;
      const begin = at + 1 - length;
      if (begin < 0) continue;
      if (begin > 0) hash = (hash - Math.imul(codes[begin - 1] ?? 0, leaving)) | 0;
      for (let slot = slotOf(hash); slots[slot] !== 0; slot = (slot + 1) & last) {
        comparisons++;
        const extent = extents[slot] ?? 0;
        if (begin + extent > codes.length) continue;
        if (!isSame(known, (slots[slot] ?? 0) - 1, codes, begin, extent)) continue;
        if (begin > end) {
          if (end > start) found(place(start), place(end));
          start = begin;
        }
        end = Math.max(end, begin + extent);
      }
    }
    if (end > start) found(place(start), place(end));
    return comparisons;
  };
  return { add, find };
}

function isSame(a: Uint16Array, atA: number, b: Uint16Array, atB: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (a[atA + index] !== b[atB + index]) return false;
  return true;
}

function codesOf(texts: readonly string[]): Uint16Array {
  const codes = new Uint16Array(texts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const text of texts)
    for (let index = 0; index < text.length; index++) codes[at++] = text.charCodeAt(index);
  return codes;
}
