import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartError } from '../start-error.ts';

const baseName = 'twenty-init.config';
export const extensions: readonly string[] = ['ts', 'mts', 'mjs', 'js', 'json', 'yaml', 'yml'];
const systemDirectory = '/etc/twenty-init';

/** The absolute path of the config, or undefined when there is none. Throws `CONFIG` when a named one is missing. */
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
    if (!existsSync(path)) throw new StartError('CONFIG', `${source}: "${path}" does not exist`);
    return path;
  }
  return [cwd, systemDirectory]
    .flatMap((directory) =>
      extensions.map((extension) => join(directory, `${baseName}.${extension}`)),
    )
    .find((path) => existsSync(path));
}
