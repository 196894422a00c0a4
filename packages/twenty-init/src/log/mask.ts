import type { Learn } from '../plan/secret-sources.ts';
import { findPieces, findWhole } from './pieces.ts';
import { secretsIn } from './secrets.ts';
import { urlsIn } from './urls.ts';
import { plain, viewOf, views } from './views.ts';

/** Takes secrets out of a text, in time linear in it. Give it the whole text: what is cut first may be cut in a secret. */
export type Mask = (text: string) => string;

/** A mask that can be told of more: what was masked before stays as it is. */
export interface LearningMask {
  readonly mask: Mask;
  readonly learn: Learn;
}

/** Any piece of that many characters of a secret is hidden; a shorter one cannot be told from a word. */
const pieceLength = 8;
/** Shorter values would also hide what is no secret. */
const minimumLength = 4;

/** One for the whole process: the config is not there yet when the first line is told. */
export function learningMask(env: NodeJS.ProcessEnv): LearningMask {
  let mask = maskFor(env);
  return {
    mask: (text) => mask(text),
    learn: ({ env, written }) => {
      mask = maskFor(env, [], written);
    },
  };
}

/**
 * Hides the passwords of URLs, the values of the variables named, and those of every variable whose name says that it
 * is a secret, in the environment and in a config as it is written. It knows them cut, percent-encoded, as JSON writes
 * them, and over several lines.
 */
export function maskFor(
  env: NodeJS.ProcessEnv,
  names: readonly string[] = [],
  written?: unknown,
): Mask {
  // Not before there is something to mask: reading the whole environment takes Node half a millisecond.
  let find: Finder | undefined;
  return (text) => {
    find ??= finder(secretsIn({ env, written }, names));
    const hidden = find(text);
    return hidden === undefined ? text : without(text, hidden);
  };
}

/** A 1 for each character that is to be hidden; undefined when there is none. */
type Finder = (text: string) => Uint8Array | undefined;

function finder(secrets: readonly string[]): Finder {
  const spelled = secrets.flatMap((secret) => {
    const raw = viewOf(secret);
    return /[\r\n]/.test(secret) ? [raw.codes, plain(raw).codes] : [raw.codes];
  });
  const finds = [
    findPieces(
      spelled.filter(({ length }) => length >= pieceLength),
      pieceLength,
    ),
    findWhole(spelled.filter(({ length }) => length >= minimumLength && length < pieceLength)),
  ];
  return (text) => {
    let hidden: Uint8Array | undefined;
    const hide = (from: number, to: number): void => {
      hidden ??= new Uint8Array(text.length);
      hidden.fill(1, from, to);
    };
    if (text.includes('://'))
      for (const { password } of urlsIn(text)) if (password !== undefined) hide(...password);
    if (secrets.length > 0)
      for (const { codes, from: places } of views(text))
        for (const find of finds)
          find(codes, (from, to) =>
            places === undefined ? hide(from, to) : hide(places[from] ?? from, places[to] ?? to),
          );
    return hidden;
  };
}

function without(text: string, hidden: Uint8Array): string {
  let masked = '';
  for (let at = 0; at < text.length; ) {
    const from = positionOf(hidden, 1, at);
    const to = positionOf(hidden, 0, from);
    masked += text.slice(at, from);
    if (to > from) masked += starsFor(text.slice(from, to));
    at = to;
  }
  return masked;
}

/** What a log puts before a further line stays, and so does the number of lines. */
function starsFor(secret: string): string {
  let stars = '';
  for (let at = 0; at < secret.length; ) {
    const lineEnd = secret.indexOf('\n', at);
    const line = secret.slice(at, lineEnd === -1 ? secret.length : lineEnd);
    const indent = at === 0 ? 0 : indentOf(line);
    stars += line.slice(0, indent);
    if (line.length > indent && line !== '\r') stars += '***';
    if (lineEnd === -1) break;
    stars += line.endsWith('\r') ? '\r\n' : '\n';
    at = lineEnd + 1;
  }
  return stars;
}

function indentOf(line: string): number {
  let at = 0;
  while (line[at] === ' ' || line[at] === '\t') at++;
  return line.startsWith('| ', at) ? at + 2 : at;
}

function positionOf(hidden: Uint8Array, value: 0 | 1, from: number): number {
  const found = hidden.indexOf(value, from);
  return found === -1 ? hidden.length : found;
}
