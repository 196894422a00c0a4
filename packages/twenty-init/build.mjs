// Bundles the CLI and the library entry: at boot nothing is resolved, and a chunk that a config does not use is never
// read. The declarations come from tsc.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist/chunks', { recursive: true, force: true });

await build({
  entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  conditions: ['@twenty-init/source'],
  external: ['jiti'],
  legalComments: 'linked',
  // cross-spawn is CommonJS: its require() of Node's own modules needs a require.
  banner: {
    js: "import { createRequire as nodeCreateRequire } from 'node:module';\nconst require = nodeCreateRequire(import.meta.url);",
  },
});
