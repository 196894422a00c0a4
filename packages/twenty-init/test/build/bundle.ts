import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll } from 'vitest';
import { bundledPackages } from '../../build/bundled-packages.mjs';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'bundle-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A package `app` of these files, as esbuild bundles it: `index.js` and what that imports. */
export async function bundle(
  files: Readonly<Record<string, string | object>>,
): Promise<ReturnType<typeof bundledPackages>> {
  const folder = mkdtempSync(join(root, 'app-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(
      join(folder, name),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  }
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: ['index.js'],
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'dist',
    format: 'esm',
  });
  return bundledPackages([metafile], folder);
}

/** A package that exports its own name, under the licence of MIT unless it is told otherwise. */
export function installed(
  name: string,
  manifest: object = {},
  index = `export const name = '${name}';`,
): Record<string, string | object> {
  return {
    [`node_modules/${name}/package.json`]: {
      ...{ name, version: '1.0.0', license: 'MIT', main: 'index.js', sideEffects: false },
      ...manifest,
    },
    [`node_modules/${name}/index.js`]: index,
    [`node_modules/${name}/LICENSE`]: `Licence of ${name}\n`,
  };
}

export const app = { name: 'app', version: '2.0.0', license: 'MIT' };
