import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { StartError } from '../start-error.ts';
import { messageOf } from '../thrown.ts';
import { duplicateKeys, mayHaveDuplicateKeys } from './duplicate-keys.ts';
import { extensions } from './find.ts';
import type { Problem } from './problem.ts';

export interface Loaded {
  /** What the file holds, unchecked. */
  readonly written: unknown;
  /** What it holds and `written` has lost. */
  readonly problems: readonly Problem[];
}

/** Throws `CONFIG` when it cannot be read or run. */
export async function loadConfigFile(path: string): Promise<Loaded> {
  try {
    if (extname(path) === '.json') return parseJson(withoutMark(readFileSync(path, 'utf8')));
    return { written: await read(path), problems: [] };
  } catch (error) {
    throw new StartError('CONFIG', `${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** Some editors on Windows begin a file with a byte order mark, which is no part of JSON. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}

function parseJson(text: string): Loaded {
  const written = parsed(text);
  return { written, problems: mayHaveDuplicateKeys(text, written) ? duplicateKeys(text) : [] };
}

/** V8 quotes what is around the error, which may be a secret. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const [, what = '', quoted] =
      /^(.*?)(?:, (?:\.\.\.)?"(.*)"(?:\.\.\.)? is not valid JSON)?$/s.exec(messageOf(cause)) ?? [];
    const at = quoted === undefined ? -1 : text.indexOf(quoted);
    const line =
      at === -1 || text.indexOf(quoted ?? '', at + 1) !== -1 ? '' : ` ${lineOf(text, at)}`;
    throw new Error(`${what}${line}`, { cause });
  }
}

function lineOf(text: string, at: number): string {
  return `(line ${text.slice(0, at).split('\n').length})`;
}

/** Its parser quotes what it did not expect, and the lines around it. */
function parsedYaml(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const [, what = '', line = ''] =
      /^([^:]*?)(?:: .*?)??( at line \d+, column \d+)?(?::\n\n.*)?$/s.exec(messageOf(cause)) ?? [];
    throw new Error(`${what}${line}`, { cause });
  }
}

async function read(path: string): Promise<unknown> {
  switch (extname(path)) {
    // Its parser refuses a key that is there twice.
    case '.yaml':
    case '.yml':
      return parsedYaml((await import('yaml')).default.parse, readFileSync(path, 'utf8'));
    case '.ts':
    case '.mts':
    case '.mjs':
    case '.cjs':
    case '.js':
      return await (await import('./import-config.ts')).importConfig(path);
    default:
      throw new StartError('CONFIG', `expected a file ending in .${extensions.join(', .')}`);
  }
}
