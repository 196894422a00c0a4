import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

export const nodeVersions = [20, 22, 24, 26] as const;

/** The path of that major version of Node, from npm; undefined where npm has none for this machine. */
export function nodeBinary(version: (typeof nodeVersions)[number]): string | undefined {
  try {
    const path = join(dirname(require.resolve(`node-${version}/package.json`)), 'bin/node');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
