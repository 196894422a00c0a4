import { lstatSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartError } from '../start-error.ts';

const baseName = 'twenty-init.config';
export const extensions: readonly string[] = [
  'ts',
  'mts',
  'mjs',
  'cjs',
  'js',
  'json',
  'yaml',
  'yml',
];
const systemDirectory = '/etc/twenty-init';

/**
 * The absolute path of the config, or undefined when there is none. Throws `CONFIG` when a named one is missing, when one
 * is there and cannot be reached, and when two lie side by side.
 */
export function findConfigFile(
  named: { option: string | undefined; variable: string | undefined },
  cwd: string,
): string | undefined {
  for (const [source, name] of [
    ['--config', named.option],
    // Compose's ${X:-} sets an empty one.
    ['TWENTY_INIT_CONFIG', named.variable || undefined],
  ] as const) {
    if (name === undefined) continue;
    const path = resolve(cwd, name);
    if (!isThere(path)) throw new StartError('CONFIG', `${source}: "${path}" does not exist`);
    return path;
  }
  const [here, ofSystem] = [onlyOneIn(cwd), onlyOneIn(systemDirectory)];
  // What `compile` has made of the one here.
  return ofSystem?.endsWith('.json') === true ? ofSystem : (here ?? ofSystem);
}

function onlyOneIn(directory: string): string | undefined {
  const [first, second] = extensions
    .map((extension) => join(directory, `${baseName}.${extension}`))
    .filter(isThere);
  if (first !== undefined && second !== undefined)
    throw new StartError(
      'CONFIG',
      `${first} and ${second} lie side by side: remove one, or name one with --config`,
    );
  return first;
}

/** Also of a link that leads nowhere: what is there and cannot be reached is no "there is none". */
function isThere(path: string): boolean {
  try {
    lstatSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw unreachable(path, error);
  }
  try {
    statSync(path);
    return true;
  } catch (error) {
    throw unreachable(path, error);
  }
}

function unreachable(path: string, cause: unknown): StartError {
  const { code } = cause as NodeJS.ErrnoException;
  return new StartError('CONFIG', `${path} cannot be reached: ${code}`, { cause });
}
