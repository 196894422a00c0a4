// Bundles the package, and makes a door to the bundle of each subpath export. A module costs a Node process some 100 KB
// to load: a reaper of fourteen of them would be more loader than reaper. The declarations come from tsc.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const sources = Object.values(exports).flatMap((target) => target['@twenty-init/source'] ?? []);
/** The preload is no part of the library: importing it has an effect. */
const bundled = ['./src/index.ts', './src/pid1.ts'];
const options = {
  outbase: 'src',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  metafile: true,
};

rmSync('dist/chunks', { recursive: true, force: true });
await build({ ...options, entryPoints: bundled, chunkNames: 'chunks/[name]-[hash]' });

const { metafile } = await build({ ...options, entryPoints: sources, write: false });
const inIndex = new Set(metafile.outputs['dist/index.js'].exports);
for (const [path, { entryPoint, exports: names }] of Object.entries(metafile.outputs)) {
  if (entryPoint === undefined || bundled.includes(`./${entryPoint}`)) continue;
  if (!sources.includes(`./${entryPoint}`)) continue; // a chunk of a dynamic import
  const missing = names.filter((name) => !inIndex.has(name));
  if (missing.length > 0) throw new Error(`src/index.ts does not export ${missing.join(', ')}`);
  const depth = path.split('/').length - 2;
  const index = `${depth === 0 ? './' : '../'.repeat(depth)}index.js`;
  writeFileSync(path, `export { ${names.join(', ')} } from '${index}';\n`);
}
