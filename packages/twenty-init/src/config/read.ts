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
  const written: unknown = JSON.parse(text);
  return { written, problems: mayHaveDuplicateKeys(text, written) ? duplicateKeys(text) : [] };
}

async function read(path: string): Promise<unknown> {
  switch (extname(path)) {
    // Its parser refuses a key that is there twice.
    case '.yaml':
    case '.yml':
      return (await import('yaml')).default.parse(readFileSync(path, 'utf8'));
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
