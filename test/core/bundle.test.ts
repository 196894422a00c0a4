import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodes } from '../harness/nodes.ts';
import { outcome } from '../harness/run.ts';
import { program } from './program.ts';

const core = dirname(createRequire(import.meta.url).resolve('@twenty-init/core/package.json'));
const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** As cross-spawn needs it, which is CommonJS. */
const js =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
const formats = [
  ['ESM', 'esm', 'bundle.mjs', { js }],
  ['CommonJS', 'cjs', 'bundle.cjs', {}],
] as const;

/** What is above the bundle. */
const places = {
  installed: (app: string) => {
    mkdirSync(join(app, 'node_modules/@twenty-init'), { recursive: true });
    symlinkSync(core, join(app, 'node_modules/@twenty-init/core'));
  },
  copied: (app: string) => {
    cpSync(join(core, 'prebuilds'), join(app, 'dist/prebuilds'), { recursive: true });
  },
  missing: () => {},
};

beforeAll(() => {
  for (const [name, prepare] of Object.entries(places)) {
    const app = join(folder, name);
    // Of an addon that the app has itself.
    mkdirSync(join(app, `prebuilds/linux-${process.arch}`), { recursive: true });
    writeFileSync(join(app, `prebuilds/linux-${process.arch}/theirs.node`), '');
    prepare(app);
    for (const [, format, file, banner] of formats)
      buildSync({
        entryPoints: [program('bundled.mjs')],
        outfile: join(app, 'dist', file),
        bundle: true,
        platform: 'node',
        format,
        banner,
        logLevel: 'error',
        logOverride: { 'empty-import-meta': 'silent' },
      });
  }
});

describe.each(nodes)('a bundle with the library in it, Node %s', (_, node) => {
  const run = async (...path: string[]): Promise<unknown> => {
    // pnpm's own way to its packages is one that an image does not have.
    const { NODE_PATH: _, ...env } = process.env;
    const { stdout, stderr } = await outcome([node, join(folder, ...path)], { env });
    return JSON.parse(stdout || `"${stderr}"`);
  };

  it.each(formats)('finds the binaries, in %s', async (_, __, file) => {
    expect(await run('installed/dist', file)).toEqual(['closed', 'closed', 3]);
    expect(await run('copied/dist', file)).toEqual(['closed', 'closed', 3]);
  });

  it.each(formats)('says where to install them, in %s', async (_, __, file) => {
    const missing = expect.stringMatching(/^CoreError NATIVE_MISSING: .* was not found from .*:/);
    expect(await run('missing/dist', file)).toEqual(['closed', missing, missing]);
  });
});

describe.each(nodes)('under --permission without --allow-addons, Node %s', (major, node) => {
  it('what needs the addon says so', async () => {
    const permission = Number(major) < 24 ? '--experimental-permission' : '--permission';
    const { stdout } = await outcome([
      node,
      permission,
      '--allow-fs-read=*',
      '--allow-child-process',
      join(folder, 'copied/dist/bundle.mjs'),
    ]);
    const missing = expect.stringMatching(/^CoreError NATIVE_MISSING: .*--allow-addons/);
    expect(JSON.parse(stdout)).toEqual(['closed', missing, missing]);
  });
});
