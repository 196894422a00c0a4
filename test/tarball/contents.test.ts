import { afterAll, describe, expect, it } from 'vitest';
import { image } from '../harness/image.ts';
import { type Packed, packed } from '../harness/pack.ts';

const core = packed('@twenty-init/core');
const twentyInit = packedAfterInstall();
afterAll(() => {
  core[Symbol.dispose]();
  twentyInit[Symbol.dispose]();
});

/** `twenty-init install` writes into the package's folder. */
function packedAfterInstall(): Packed {
  using root = image({});
  expect(root.command(['install', 'sbin']).stdout).toContain('cli.cjs.compiled');
  return packed('twenty-init');
}

describe('the tarball of twenty-init', () => {
  it('has the program, its declarations, the licences and the SBOM, and nothing else', () => {
    expect(
      twentyInit.files.filter((path) => !/^dist\/(chunks\/[a-z-]+\.cjs|.*\.d\.ts)$/.test(path)),
    ).toEqual([
      'LICENSE',
      'README.md',
      'THIRD-PARTY-LICENSES.txt',
      'bin/twenty-init.cjs',
      'dist/cli.cjs',
      'dist/index.js',
      'dist/testing-vitest.js',
      'dist/testing.js',
      'package.json',
      'sbom.cdx.json',
      'schema.json',
    ]);
  });

  it('is no bigger than what it needs', () => {
    expect(twentyInit.size).toBeLessThan(138_000);
  });
});

describe('the tarball of @twenty-init/core', () => {
  it('has the library, the binaries, their sources and the licence, and nothing else', () => {
    expect(core.files).toContain('LICENSE');
    expect(
      core.files.filter((path) => !/^(dist\/.*\.(d\.ts|js)|prebuilds\/.*|native\/.*)$/.test(path)),
    ).toEqual(['LICENSE', 'README.md', 'package.json']);
  });

  it('has pid1 and healthcheck for this machine, and what they are built from', () => {
    expect(core.files).toEqual(
      expect.arrayContaining([
        `prebuilds/linux-${process.arch}/healthcheck`,
        `prebuilds/linux-${process.arch}/pid1`,
        'native/healthcheck.c',
        'native/pid1.c',
        'native/sys.h',
        'native/text.h',
      ]),
    );
  });

  it('has no code of others, so no licence of others', () => {
    // esbuild names the file of each module that it bundles.
    const modules = core.files
      .filter((path) => path.endsWith('.js'))
      .flatMap((path) => core.read(path).match(/^\/\/ \S+\.[cm]?[jt]s$/gm) ?? []);
    expect(modules).toContain('// src/reaper/reaper.ts');
    expect(modules.filter((module) => !module.startsWith('// src/'))).toEqual([]);
  });
});

describe('the tarball of create-twenty-init', () => {
  it('has the program and the licence, and nothing else', () => {
    using create = packed('create-twenty-init');
    expect(create.files).toEqual([
      'LICENSE',
      'README.md',
      'bin/create-twenty-init.js',
      'dist/main.js',
      'package.json',
    ]);
  });
});
