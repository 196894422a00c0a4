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

const authorityEnd = /[\s/?#]/;
const hostEnd = /[\s/?#"'`<>]/;
const textEnd = /[\s"'`<>]/;

/** Every URL of a text, in time linear in it: no character is looked at for two of them. */
export function* urlsIn(text: string): Generator<FoundUrl> {
  let limit = 0;
  for (let at = text.indexOf('://'); at !== -1; ) {
    const next = text.indexOf('://', at + 3);
    const start = schemeStart(text, at, limit);
    limit = at + 3;
    if (start < at) yield urlAt(text, start, limit, next === -1 ? text.length : next);
    at = next;
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
  // The digits, and + - .
  return isLetter(code) || (code >= 0x30 && code <= 0x39) || [0x2b, 0x2d, 0x2e].includes(code);
}

function isLetter(code: number): boolean {
  const small = code | 0x20;
  return small >= 0x61 && small <= 0x7a;
}

/** `from` is where the authority begins, `limit` where the next URL can at the earliest. */
function urlAt(text: string, start: number, from: number, limit: number): FoundUrl {
  const rest = text.slice(from, limit);
  const authority = before(rest, authorityEnd);
  const colon = authority.indexOf(':');
  let at = authority.lastIndexOf('@');
  // A password may itself hold an unescaped @, and even what ends an authority; a port is of digits.
  if (at === -1 && colon !== -1 && !/^\[|:(\d*|\$\{.*)$/.test(authority))
    at = before(rest, textEnd).lastIndexOf('@');
  const host = before(rest.slice(at + 1), hostEnd);
  const end = from + at + 1 + host.length;
  if (at === -1) return { start, hostEnd: end };
  if (colon === -1 || colon > at) return { start, user: [from, from + at], hostEnd: end };
  return {
    start,
    user: [from, from + colon],
    password: [from + colon + 1, from + at],
    hostEnd: end,
  };
}

function before(text: string, pattern: RegExp): string {
  const found = text.search(pattern);
  return found === -1 ? text : text.slice(0, found);
}
