// Bundles the CLI and the library entries: at boot nothing is resolved, and a chunk that a config does not use is never
// read. The declarations come from tsc.
import { rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist/chunks', { recursive: true, force: true });

const options = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  conditions: ['@twenty-init/source'],
};

await build({
  ...options,
  entryPoints: {
    cli: 'src/cli/main.ts',
    index: 'src/index.ts',
    testing: 'src/testing/index.ts',
    'testing-vitest': 'src/testing/vitest.ts',
  },
  outdir: 'dist',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  external: ['jiti', 'vitest'],
  legalComments: 'linked',
  // cross-spawn is CommonJS: its require() of Node's own modules needs a require.
  banner: {
    js: "import { createRequire as nodeCreateRequire } from 'node:module';\nconst require = nodeCreateRequire(import.meta.url);",
  },
});

const { outputFiles } = await build({
  ...options,
  entryPoints: ['src/config/json-schema.ts'],
  write: false,
});
const { jsonSchema } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);
writeFileSync('schema.json', `${JSON.stringify(jsonSchema(), null, 2)}\n`);
