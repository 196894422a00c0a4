import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** The Node versions that we support and that are installed here, as `[major, path of the program]`. */
export const nodes: readonly (readonly [string, string])[] = ['20', '22', '24', '26'].flatMap(
  (major) => {
    try {
      const path = join(dirname(require.resolve(`node-${major}/package.json`)), 'bin/node');
      return existsSync(path) ? [[major, path] as const] : [];
    } catch {
      return []; // optional: npm has these builds for x64 alone
    }
  },
);
