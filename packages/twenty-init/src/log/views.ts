/** A text in another spelling. */
export interface View {
  readonly codes: Uint16Array;
  /** Where each of them comes from in the text, and where the last one ends; the same place when undefined. */
  readonly from?: Int32Array;
}

/**
 * A text as it stands, and all that it may be decoded to, each with {@link plain} line ends. A view holds until the next
 * one is asked for: they share their memory.
 */
export function* views(text: string): Generator<View> {
  const raw = viewOf(text);
  yield raw;
  const page = draft(text.length);
  if (/[\r\n⏎]/.test(text)) yield plain(raw, page);
  if (text.includes('\\')) yield unescaped(raw, page);
  if (text.includes('+')) yield decoded(raw, space, page);
  if (!text.includes('%')) return;
  const bytes = decoded(raw, plus, draft(text.length));
  // Else nothing was encoded.
  if (bytes.codes.length === raw.codes.length) return;
  yield bytes;
  if (bytes.codes.includes(backslash)) yield unescaped(bytes, page);
}

export function viewOf(text: string): View {
  // A tenth of the time that asking for each character takes; Node aligns what it takes from its pool.
  const { buffer, byteOffset } = Buffer.from(text, 'utf16le');
  return { codes: new Uint16Array(buffer, byteOffset, text.length) };
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

/**
 * A line end with the blanks around it, and with what our log puts in front of a line or in place of a line end, is one
 * line end.
 */
export function plain({ codes }: View, page: Draft = draft(codes.length)): View {
  page.codes.set(codes);
  for (let at = 0; at < codes.length; at++) page.from[at] = at;
  return finished(page, codes.length, codes.length);
}

/** `%C3%BC` is ü; a plus is a space in a form. */
function decoded({ codes }: View, plusMeans: number, page: Draft): View {
  const { codes: into, from } = page;
  const length = codes.length;
  let written = 0;
  for (let at = 0; at < length; ) {
    const code = codes[at] ?? 0;
    from[written] = at;
    if (code !== percent) {
      into[written++] = code === plus ? plusMeans : code;
      at++;
      continue;
    }
    const first = byteAt(codes, at);
    const bytes = encodedLength(first, codes, at);
    if (bytes < 2) {
      into[written++] = bytes === 0 ? code : first;
      at += bytes === 0 ? 1 : 3;
      continue;
    }
    let point = first & (0xff >> (bytes + 1));
    for (let next = 1; next < bytes; next++)
      point = (point << 6) | (byteAt(codes, at + next * 3) & 0x3f);
    if (point > 0xffff) {
      into[written++] = 0xd7c0 + (point >> 10);
      from[written] = at;
      point = 0xdc00 + (point & 0x3ff);
    }
    into[written++] = point;
    at += bytes * 3;
  }
  return finished(page, written, length);
}

/** How many bytes spell the character that begins there with `first`; 0 when they are not UTF-8: it stays as it is. */
function encodedLength(first: number, codes: Uint16Array, at: number): number {
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
  return code < digits.length ? (digits[code] ?? -1) : -1;
}

const digits = new Int8Array(128).fill(-1);
for (const digit of '0123456789abcdefABCDEF')
  digits[digit.charCodeAt(0)] = Number.parseInt(digit, 16);

/** What JSON and `util.inspect` write after a backslash, and what they mean. */
const escapes: Readonly<Record<string, string>> = {
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
  ...{ '"': '"', '\\': '\\', '/': '/', "'": "'", '`': '`' },
};
const meanings = new Uint16Array(128);
for (const letter of Object.keys(escapes))
  meanings[letter.charCodeAt(0)] = escapes[letter]?.charCodeAt(0) ?? 0;
/** `\u00fc` and `\xfc`. */
const letterU = 0x75;
const letterX = 0x78;

function unescaped({ codes, from: source }: View, page: Draft): View {
  const { codes: into, from } = page;
  const length = codes.length;
  let written = 0;
  for (let at = 0; at < length; ) {
    const code = codes[at] ?? 0;
    from[written] = source === undefined ? at : (source[at] ?? 0);
    if (code !== backslash) {
      into[written++] = code;
      at++;
      continue;
    }
    const letter = codes[at + 1] ?? 0;
    const hexLength = letter === letterU ? 4 : letter === letterX ? 2 : 0;
    const hex = hexLength === 0 ? -1 : hexAt(codes, at + 2, hexLength);
    const meant = hex === -1 ? (meanings[letter] ?? 0) : hex;
    const isEscape = hex !== -1 || meant !== 0;
    into[written++] = isEscape ? meant : code;
    at += isEscape ? 2 + (hex === -1 ? 0 : hexLength) : 1;
  }
  return finished(page, written, source === undefined ? length : (source[length] ?? 0));
}

/** Memory for a view of a text of that length: no spelling has fewer characters than what it spells. */
interface Draft {
  readonly codes: Uint16Array;
  readonly from: Int32Array;
}

function draft(length: number): Draft {
  return { codes: new Uint16Array(length), from: new Int32Array(length + 1) };
}

/** With its line ends made {@link plain}, in place. */
function finished({ codes, from }: Draft, length: number, textEnd: number): View {
  from[length] = textEnd;
  const text = codes.subarray(0, length);
  const next = lineEnds(text);
  let written = 0;
  for (let at = 0; at < length; ) {
    const lineEnd = next(at);
    let start = lineEnd;
    while (start > at && isBlank(codes[start - 1] ?? 0)) start--;
    if (written !== at) {
      codes.copyWithin(written, at, start);
      from.copyWithin(written, at, start);
    }
    written += start - at;
    if (lineEnd === length) break;
    codes[written] = newline;
    from[written++] = from[start] ?? 0;
    at = textAfter(text, lineEnd);
  }
  // What ends the text is no part of a line end.
  if (written < length) from[written] = textEnd;
  return { codes: codes.subarray(0, written), from: from.subarray(0, written + 1) };
}

/** Finds the first one from there on; the length of the text when there is none. Asked for one place after the other. */
function lineEnds(text: Uint16Array): (from: number) => number {
  const kinds = [newline, carriageReturn, returnSymbol];
  const places = kinds.map(() => -1);
  return (from) => {
    let first = text.length;
    for (let kind = 0; kind < kinds.length; kind++) {
      let place = places[kind] ?? 0;
      if (place < from) {
        const found = text.indexOf(kinds[kind] ?? 0, from);
        place = found === -1 ? text.length : found;
        places[kind] = place;
      }
      if (place < first) first = place;
    }
    return first;
  };
}

/** Where the text goes on after a line end: behind blanks, more line ends, and the bar that the log puts there. */
function textAfter(text: Uint16Array, lineEnd: number): number {
  let at = lineEnd;
  let mayBeBar = false;
  for (; at < text.length; at++) {
    const code = text[at] ?? 0;
    if (isLineEnd(code)) mayBeBar = true;
    else if (mayBeBar && code === bar && text[at + 1] === space) mayBeBar = false;
    else if (!isBlank(code)) break;
  }
  return at;
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

function isLineEnd(code: number): boolean {
  return code === newline || code === carriageReturn || code === returnSymbol;
}
