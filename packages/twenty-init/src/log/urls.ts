/** Where things are in a text. */
export type Range = readonly [from: number, to: number];

/** A URL in a text. */
export interface FoundUrl {
  /** Where its scheme begins. */
  readonly start: number;
  readonly user?: Range;
  readonly password?: Range;
  /** Where its host and port end. */
  readonly hostEnd: number;
}

/** Every URL of a text, in time linear in it: no character is looked at for two of them. */
export function* urlsIn(text: string): Generator<FoundUrl> {
  let limit = 0;
  for (let at = text.indexOf('://'); at !== -1; ) {
    const following = text.indexOf('://', at + 3);
    const start = schemeStart(text, at, limit);
    limit = at + 3;
    if (start < at) yield urlAt(text, start, limit, following === -1 ? text.length : following);
    at = following;
  }
}

/** No colon is part of a scheme: the one before stops this. */
function schemeStart(text: string, end: number, limit: number): number {
  let start = end;
  while (start > limit && isOfScheme(text.charCodeAt(start - 1))) start--;
  while (start < end && !isLetter(text.charCodeAt(start))) start++;
  return start;
}

function isOfScheme(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 0x2b || code === 0x2d || code === 0x2e; // + - .
}

function isLetter(code: number): boolean {
  const small = code | 0x20;
  return small >= 0x61 && small <= 0x7a;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** `from` is where the authority begins, `limit` where the next URL can at the earliest. */
function urlAt(text: string, start: number, from: number, limit: number): FoundUrl {
  const end = next(text, from, limit, authorityEnds);
  const colon = position(text, ':', from, end);
  let at = lastAt(text, from, end);
  // A password may itself hold an unescaped @, and even what ends an authority; a port is of digits.
  if (at === -1 && colon !== -1 && text[from] !== '[' && !isPort(text, colon + 1, end))
    at = lastAt(text, from, next(text, from, limit, textEnds));
  const hostEnd = next(text, at === -1 ? from : at + 1, limit, hostEnds);
  if (at === -1) return { start, hostEnd };
  if (colon === -1 || colon > at) return { start, user: [from, at], hostEnd };
  return { start, user: [from, colon], password: [colon + 1, at], hostEnd };
}

const blanks = [...' \t\r\n'];
const authorityEnds = ends([...blanks, ...'/?#']);
const textEnds = ends([...blanks, ...'"\'`<>']);
const hostEnds = ends([...blanks, ...'/?#"\'`<>']);

function ends(characters: readonly string[]): Uint8Array {
  const set = new Uint8Array(128);
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
}

/** Where one of them is, or the limit. */
function next(text: string, from: number, limit: number, set: Uint8Array): number {
  let at = from;
  while (at < limit && set[text.charCodeAt(at)] !== 1) at++;
  return at;
}

/** Not indexOf, which would look beyond the end; -1 when there is none. */
function position(text: string, character: string, from: number, end: number): number {
  for (let at = from; at < end; at++) if (text[at] === character) return at;
  return -1;
}

function lastAt(text: string, from: number, end: number): number {
  let at = end - 1;
  while (at >= from && text[at] !== '@') at--;
  return at < from ? -1 : at;
}

/** Also one that is not filled in yet. */
function isPort(text: string, from: number, end: number): boolean {
  if (text.startsWith('${', from)) return true;
  for (let at = from; at < end; at++) if (!isDigit(text.charCodeAt(at))) return false;
  return true;
}
