/** A text in another spelling. */
export interface View {
  readonly codes: Uint16Array;
  /** Where each of them comes from in the text, and where it ends; the same place when undefined. */
  readonly from?: Int32Array;
}

/** What secrets there are makes some views needless. */
export interface ViewKinds {
  /** Some have several lines. */
  readonly folded: boolean;
  /** Some have spaces. */
  readonly spaced: boolean;
}

/** A text as it stands, and all that it may be decoded to. */
export function* views(text: string, { folded, spaced }: ViewKinds): Generator<View> {
  for (const view of spellings(viewOf(text), spaced)) {
    yield view;
    // Not in its place: cut in the middle of its blanks, a secret of several lines may have too little left of it.
    if (folded && hasLineEnd(view.codes, 0, view.codes.length)) yield fold(view);
  }
}

function* spellings(raw: View, spaced: boolean): Generator<View> {
  yield raw;
  if (raw.codes.includes(backslash)) yield unescape(raw);
  if (raw.codes.includes(percent)) {
    const decoded = percentDecode(raw, false);
    yield decoded;
    if (decoded.codes.includes(backslash)) yield unescape(decoded);
  }
  if (spaced && raw.codes.includes(plus)) yield percentDecode(raw, true);
}

export function viewOf(text: string): View {
  const codes = new Uint16Array(text.length);
  for (let at = 0; at < text.length; at++) codes[at] = text.charCodeAt(at);
  return { codes };
}

export function textOf({ codes }: View): string {
  return Buffer.from(codes.buffer, codes.byteOffset, codes.byteLength).toString('utf16le');
}

const tab = 0x09;
const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const percent = 0x25;
const plus = 0x2b;
const backslash = 0x5c;
const bar = 0x7c;
/** ⏎ */
const returnSymbol = 0x23ce;

/** Blanks with a line end among them as one line end, with what our log puts in front of a line and in place of one. */
export function fold(view: View): View {
  const { codes } = view;
  const into = writer(view);
  for (let at = 0; at < codes.length; ) {
    const end = blanksEnd(codes, at);
    if (end > at && hasLineEnd(codes, at, end)) {
      into.add(newline, at);
      at = end;
      continue;
    }
    for (const next = Math.max(end, at + 1); at < next; at++) into.add(codes[at] ?? 0, at);
  }
  return into.view();
}

function blanksEnd(codes: Uint16Array, start: number): number {
  let at = start;
  let afterLineEnd = false;
  for (; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (isLineEnd(code)) afterLineEnd = true;
    else if (code === bar && afterLineEnd && codes[at + 1] === space) afterLineEnd = false;
    else if (code !== space && code !== tab) break;
  }
  return at;
}

function hasLineEnd(codes: Uint16Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (isLineEnd(codes[at] ?? 0)) return true;
  return false;
}

function isLineEnd(code: number): boolean {
  return code === newline || code === carriageReturn || code === returnSymbol;
}

/** `%C3%BC` is ü; with `plus` a plus is a space, as in a form. */
function percentDecode(view: View, decodesPlus: boolean): View {
  const { codes } = view;
  const into = writer(view);
  for (let at = 0; at < codes.length; ) {
    const code = codes[at] ?? 0;
    const length = code === percent ? encodedLength(codes, at) : 0;
    if (length === 0) {
      into.add(decodesPlus && code === plus ? space : code, at++);
      continue;
    }
    let point = byteAt(codes, at) & (length === 1 ? 0x7f : 0xff >> (length + 1));
    for (let next = 1; next < length; next++)
      point = (point << 6) | (byteAt(codes, at + next * 3) & 0x3f);
    if (point > 0xffff) {
      into.add(0xd7c0 + (point >> 10), at);
      point = 0xdc00 + (point & 0x3ff);
    }
    into.add(point, at);
    at += length * 3;
  }
  return into.view();
}

/** How many bytes spell the character there; 0 when they are not UTF-8: it stays as it is. */
function encodedLength(codes: Uint16Array, at: number): number {
  const first = byteAt(codes, at);
  if (first < 0x80) return first === -1 ? 0 : 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (let next = 1; next < length; next++) if (byteAt(codes, at + next * 3) >> 6 !== 2) return 0;
  return length;
}

/** -1 when there is none. */
function byteAt(codes: Uint16Array, at: number): number {
  return codes[at] === percent ? hexAt(codes, at + 1, 2) : -1;
}

function hexAt(codes: Uint16Array, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const digit = hexDigit(codes[at] ?? 0);
    if (digit === -1) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** As JSON escapes, and `util.inspect`. */
const escapes = new Map(
  Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(([letter, meant]) => [
    letter.charCodeAt(0),
    meant.charCodeAt(0),
  ]),
);
const escapable = new Set([...'"\\/\'`'].map((character) => character.charCodeAt(0)));
/** `\u00fc` and `\xfc`. */
const hexLengths = new Map([
  ['u'.charCodeAt(0), 4],
  ['x'.charCodeAt(0), 2],
]);

function unescape(view: View): View {
  const { codes } = view;
  const into = writer(view);
  for (let at = 0; at < codes.length; ) {
    const code = codes[at] ?? 0;
    if (code !== backslash) {
      into.add(code, at++);
      continue;
    }
    const letter = codes[at + 1] ?? 0;
    const hexLength = hexLengths.get(letter) ?? 0;
    const hex = hexLength === 0 ? -1 : hexAt(codes, at + 2, hexLength);
    const meant = hex === -1 ? (escapes.get(letter) ?? -1) : hex;
    if (meant !== -1) into.add(meant, at);
    else if (escapable.has(letter)) into.add(letter, at);
    else {
      into.add(code, at++);
      continue;
    }
    at += 2 + (hex === -1 ? 0 : hexLength);
  }
  return into.view();
}

interface Writer {
  /** What was read at that place of the view. */
  add(code: number, at: number): void;
  view(): View;
}

/** A view of a view; no spelling has fewer characters than what it spells. */
function writer({ codes: { length: size }, from: source }: View): Writer {
  const codes = new Uint16Array(size);
  const from = new Int32Array(size + 1);
  let length = 0;
  const place = (at: number): number => (source === undefined ? at : (source[at] ?? at));
  return {
    add: (code, at) => {
      codes[length] = code;
      from[length++] = place(at);
    },
    view: () => {
      from[length] = place(size);
      return { codes: codes.subarray(0, length), from: from.subarray(0, length + 1) };
    },
  };
}
