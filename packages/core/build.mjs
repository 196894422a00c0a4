// Bundles the package, and makes a door to the bundle of each subpath export. A module costs a Node process some 100 KB
// to load: a reaper of fourteen of them would be more loader than reaper. What a reaper needs, and the rule of
// restarts, are chunks of their own, so that they do not bring the rest along. The declarations come from tsc.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const sources = Object.values(exports).flatMap((target) => target['@twenty-init/source'] ?? []);
const library = ['./src/index.ts', './src/reaper/reaper.ts', './src/supervisor/restart.ts'];
/** No part of the library: importing it has an effect. */
const preload = './src/process/preload.ts';
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
for (const entryPoints of [library, [preload]]) {
  const { outputFiles } = await build({
    ...options,
    entryPoints,
    chunkNames: 'chunks/[name]-[hash]',
    write: false,
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, withLazyBuiltins(text));
  }
}

const { metafile } = await build({ ...options, entryPoints: sources, write: false });
const inIndex = new Set(metafile.outputs['dist/index.js'].exports);
for (const [path, { entryPoint, exports: names }] of Object.entries(metafile.outputs)) {
  if (!sources.includes(`./${entryPoint}`)) continue; // a chunk
  const missing = names.filter((name) => !inIndex.has(name));
  if (missing.length > 0) throw new Error(`src/index.ts does not export ${missing.join(', ')}`);
  if ([...library, preload].includes(`./${entryPoint}`)) continue;
  const depth = path.split('/').length - 2;
  const index = `${depth === 0 ? './' : '../'.repeat(depth)}index.js`;
  writeFileSync(path, `export { ${names.join(', ')} } from '${index}';\n`);
}

/**
 * `import 'node:fs'` reads every export of it once, and the getters of some load all of Node's streams: 10 ms and 5 MB.
 */
function withLazyBuiltins(text) {
  const rewritten = text.replace(
    /^import \{([^}]*)\} from ("node:.*");$/gm,
    (_, names, name) =>
      `const {${names.replaceAll(' as ', ': ')}} = process.getBuiltinModule(${name});`,
  );
  if (/ from "node:/.test(rewritten))
    throw new Error('an import of a builtin that names no export');
  return rewritten;
}
