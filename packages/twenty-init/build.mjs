// Bundles the CLI and the library entries: at boot nothing is resolved. The declarations come from tsc.
//
// The CLI is one file for what every boot needs, and one for each thing that is imported when it is used. esbuild's
// own splitting would move what two of them share into a dozen files more, and reading a file costs a millisecond; so
// each has its own copy. A class then exists more than once: errors are told apart by their names.
//
// It is CommonJS because of the boot time: `import 'node:fs'` reads every export of it once, and the getter of one of
// them loads all of Node's streams, which is 10 ms; `require` reads none.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { bundledPackages } from './build/bundled-packages.mjs';
import { sbom } from './build/sbom.mjs';
import { thirdPartyLicenses } from './build/third-party-licenses.mjs';

rmSync('dist/chunks', { recursive: true, force: true });
rmSync('dist/cli.cjs.compiled', { force: true });

const options = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  conditions: ['@twenty-init/source'],
  external: ['jiti', 'vitest'],
  metafile: true,
};

const metafiles = [];

/** The source of each file in `dist/chunks`, by its name. */
const sources = new Map();

/** The user's own modules; and what the first phase of every boot needs anyway. */
const notLazy = /^(jiti|cross-spawn)$/;

/** Leaves each dynamic import to a file of its own in `dist/chunks`. */
const lazily = {
  name: 'lazily',
  setup({ onResolve, onLoad, resolve, initialOptions }) {
    const inChunk = initialOptions.outfile.startsWith('dist/chunks/');
    // A true `import()` would start Node's loader of ES modules, for which nothing else has a use: 2 ms.
    onResolve({ filter: /^node:/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, namespace: 'required' } : undefined,
    );
    onResolve({ filter: /./, namespace: 'required' }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
    onResolve({ filter: /./ }, async ({ kind, path, importer, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === lazily || notLazy.test(path))
        return undefined;
      const found = await resolve(path, { kind, importer, resolveDir, pluginData: lazily });
      const name = basename(path, '.ts');
      const other = sources.get(name);
      if (other !== undefined && other !== found.path)
        throw new Error(`two chunks are named ${name}: ${other}, ${found.path}`);
      sources.set(name, found.path);
      return { path: `./${inChunk ? '' : 'chunks/'}${name}.cjs`, namespace: 'required' };
    });
  },
};

const built = new Set();

/** Builds a file, and what it imports when that is used. */
async function buildCli(source, outfile) {
  built.add(outfile);
  const { metafile } = await build({
    ...options,
    entryPoints: [source],
    outfile,
    format: 'cjs',
    // A third of the bytes, and a millisecond of compiling. A stack in a report still has line and column.
    minify: true,
    plugins: [lazily],
    // The URL is for createRequire alone, which takes a path as well.
    define: { 'import.meta.url': '__filename', 'import.meta.dirname': '__dirname' },
  });
  metafiles.push(metafile);
  // What the import was found in may have been left out of the bundle.
  for (const { path, external } of metafile.outputs[outfile].imports) {
    const chunk = `dist/chunks/${basename(path)}`;
    const chunkSource = sources.get(basename(path, '.cjs'));
    if (external && chunkSource !== undefined && !built.has(chunk))
      await buildCli(chunkSource, chunk);
  }
}

await buildCli('src/cli/main.ts', 'dist/cli.cjs');
if (/\bimport\(/.test(readFileSync('dist/cli.cjs', 'utf8')))
  throw new Error('dist/cli.cjs has an import(), which fails where it is compiled ahead');

const library = await build({
  ...options,
  format: 'esm',
  entryPoints: {
    index: 'src/index.ts',
    testing: 'src/testing/index.ts',
    'testing-vitest': 'src/testing/vitest.ts',
  },
  // cross-spawn is CommonJS: its require() of Node's own modules needs a require.
  banner: {
    js: "import { createRequire as nodeCreateRequire } from 'node:module';\nconst require = nodeCreateRequire(import.meta.url);",
  },
  outdir: 'dist',
});
metafiles.push(library.metafile);

const packages = bundledPackages(metafiles, process.cwd());
writeFileSync('THIRD-PARTY-LICENSES.txt', thirdPartyLicenses(packages));
writeFileSync('sbom.cdx.json', `${JSON.stringify(sbom(packages, 'twenty-init'), null, 2)}\n`);

const { outputFiles } = await build({
  bundle: true,
  format: 'esm',
  platform: 'node',
  entryPoints: ['src/config/json-schema.ts'],
  write: false,
});
const { jsonSchema } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);
writeFileSync('schema.json', `${JSON.stringify(jsonSchema(), null, 2)}\n`);
