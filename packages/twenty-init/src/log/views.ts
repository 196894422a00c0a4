/** A text in another spelling. */
export interface View {
  readonly codes: Uint16Array;
  /** Where each of them comes from in the text, and where the last one ends; the same place when undefined. */
  readonly from?: Int32Array;
}

/** A text as it stands, and all that it may be decoded to, each as {@link plain} makes it. */
export function* views(text: string): Generator<View> {
  const raw = viewOf(text);
  yield raw;
  if (/[\r\n⏎]/.test(text)) yield plain(raw);
  if (text.includes('\\')) yield unescaped(raw);
  if (text.includes('+')) yield decoded(raw, space);
  if (!text.includes('%')) return;
  const bytes = decoded(raw, plus);
  yield bytes;
  if (bytes.codes.includes(backslash)) yield unescaped(bytes);
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
export function plain(view: View): View {
  const { codes } = view;
  const plainly = writer(view);
  for (let at = 0; at < codes.length; at++) plainly.add(codes[at] ?? 0, at);
  return plainly.view();
}

/** `%C3%BC` is ü; a plus is a space in a form. */
function decoded(view: View, plusMeans: number): View {
  const { codes } = view;
  const plainly = writer(view);
  for (let at = 0; at < codes.length; ) {
    const code = codes[at] ?? 0;
    const bytes = code === percent ? encodedLength(codes, at) : 0;
    if (bytes === 0) {
      plainly.add(code === plus ? plusMeans : code, at++);
      continue;
    }
    let point = byteAt(codes, at) & (bytes === 1 ? 0x7f : 0xff >> (bytes + 1));
    for (let next = 1; next < bytes; next++)
      point = (point << 6) | (byteAt(codes, at + next * 3) & 0x3f);
    if (point > 0xffff) {
      plainly.add(0xd7c0 + (point >> 10), at);
      point = 0xdc00 + (point & 0x3ff);
    }
    plainly.add(point, at);
    at += bytes * 3;
  }
  return plainly.view();
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

function unescaped(view: View): View {
  const { codes } = view;
  const plainly = writer(view);
  for (let at = 0; at < codes.length; ) {
    const code = codes[at] ?? 0;
    if (code !== backslash) {
      plainly.add(code, at++);
      continue;
    }
    const letter = codes[at + 1] ?? 0;
    const digits = letter === letterU ? 4 : letter === letterX ? 2 : 0;
    const hex = digits === 0 ? -1 : hexAt(codes, at + 2, digits);
    const meant = hex === -1 ? (meanings[letter] ?? 0) : hex;
    const isEscape = hex !== -1 || meant !== 0;
    plainly.add(isEscape ? meant : code, at);
    at += isEscape ? 2 + (hex === -1 ? 0 : digits) : 1;
  }
  return plainly.view();
}

interface Writer {
  /** What stands at that place of the view. */
  add(code: number, at: number): void;
  view(): View;
}

/** No spelling has fewer characters than what it spells. */
function writer({ codes: { length: size }, from: source }: View): Writer {
  const codes = new Uint16Array(size);
  const from = new Int32Array(size + 1);
  let length = 0;
  let after: 'text' | 'blanks' | 'line end' | 'indent' | 'bar' = 'text';
  let blanksFrom = 0;

  const put = (code: number, at: number): void => {
    codes[length] = code;
    from[length++] = source === undefined ? at : (source[at] ?? 0);
  };

  const endLine = (at: number): void => {
    if (after === 'blanks') length = blanksFrom;
    // The blanks before it are a part of it.
    if (after === 'blanks') codes[length++] = newline;
    else if (after === 'text' || after === 'bar') put(newline, at);
    after = 'line end';
  };

  const addBlank = (code: number, at: number): void => {
    if (after === 'bar') {
      length--;
      after = 'indent';
    }
    if (after === 'line end' || after === 'indent') return;
    if (after === 'text') blanksFrom = length;
    put(code, at);
    after = 'blanks';
  };

  return {
    add: (code, at) => {
      if (code === space || code === tab) addBlank(code, at);
      else if (code === newline || code === carriageReturn || code === returnSymbol) endLine(at);
      else {
        after = code === bar && after === 'line end' ? 'bar' : 'text';
        put(code, at);
      }
    },
    view: () => {
      from[length] = source === undefined ? size : (source[size] ?? 0);
      return { codes: codes.subarray(0, length), from: from.subarray(0, length + 1) };
    },
  };
}
