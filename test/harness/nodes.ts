import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** The Node versions that we support and that are installed here, as `[major, path of the program]`. */
export const nodes: readonly (readonly [string, string])[] = ['20', '22', '24', '26'].flatMap(
  (major) => installed(major, `node-${major}`, 'bin/node'),
);

/** Bun, where it is installed, in the same form. */
export const bun: readonly (readonly [string, string])[] = installed(
  'Bun',
  '@oven/bun-linux-x64',
  'bin/bun',
);

/** Optional dependencies: npm has these builds for x64 alone. */
function installed(name: string, from: string, program: string): (readonly [string, string])[] {
  try {
    return [[name, join(dirname(require.resolve(`${from}/package.json`)), program)]];
  } catch {
    return [];
  }
}
