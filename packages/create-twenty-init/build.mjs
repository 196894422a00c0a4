// Bundles the program: nothing of it is a library, and it has no dependency.
import { build } from 'esbuild';

await build({
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  entryPoints: ['src/main.ts'],
  outfile: 'dist/main.js',
});
