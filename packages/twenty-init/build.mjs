// Bundles the CLI and the library entries: at boot nothing is resolved. The declarations come from tsc.
//
// It is CommonJS because of the boot time: `import 'node:fs'` reads every export of it once, and the getter of one of
// them loads all of Node's streams, which is 10 ms; `require` reads none.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { bundledPackages } from './build/bundled-packages.mjs';
import { buildProgram } from './build/program.mjs';
import { sbom } from './build/sbom.mjs';
import { thirdPartyLicenses } from './build/third-party-licenses.mjs';

rmSync('dist/cli.cjs.compiled', { force: true });

const options = {
  platform: 'node',
  target: 'node20.19',
  conditions: ['@twenty-init/source'],
  external: ['jiti', 'vitest'],
};

const cli = await buildProgram({
  ...options,
  name: 'cli',
  entryPoint: 'src/cli/main.ts',
  outdir: 'dist',
});
if (/\bimport\(/.test(readFileSync('dist/cli.cjs', 'utf8')))
  throw new Error('dist/cli.cjs has an import(), which fails where it is compiled ahead');

const library = await build({
  ...options,
  bundle: true,
  metafile: true,
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

const packages = bundledPackages([cli, library.metafile], process.cwd());
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
