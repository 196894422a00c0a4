import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { runAsInit } from '../harness/container.ts';
import { image } from '../harness/image.ts';

const core = dirname(createRequire(import.meta.url).resolve('@twenty-init/core/package.json'));

describe('twenty-init install', () => {
  it('puts an executable pid1 into a directory, which it makes, and says where', () => {
    using root = image({});
    const { code, stdout } = root.command(['install', 'usr/local/sbin']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe(
      `installed ${root.path('usr/local/sbin/pid1')} for ${process.arch}`,
    );
    expect(statSync(root.path('usr/local/sbin/pid1')).mode & 0o777).toBe(0o755);
    expect(readFileSync(root.path('usr/local/sbin/pid1'))).toEqual(readFileSync(pid1Path()));
    expect(readdirSync(root.path('usr/local/sbin'))).toEqual(['pid1']);
  });

  it('replaces one that is running', async () => {
    using root = image({});
    root.command(['install', 'sbin']);
    await using container = await runAsInit([
      root.path('sbin/pid1'),
      'sh',
      '-c',
      'echo up; exec sleep 1000',
    ]);
    await container.seen(/up/);
    expect(root.command(['install', 'sbin']).code).toBe(0);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(143);
  });

  it.each([
    ['arm64', 'arm64', 'gcc-aarch64-linux-gnu'],
    ['amd64', 'x64', 'gcc-x86-64-linux-gnu'],
    ['x64', 'x64', 'gcc-x86-64-linux-gnu'],
  ])('--arch %s takes the binary of that machine', (arch, name, compiler) => {
    using root = image({});
    const { code, stderr } = root.command(['install', 'out', '--arch', arch]);
    const source = join(core, `prebuilds/linux-${name}/pid1`);
    if (!existsFile(source)) {
      process.stderr.write(
        `install of another architecture: skipped: apt-get install ${compiler}\n`,
      );
      // A checkout without the cross compiler has no build of the other architecture.
      expect([code, stderr]).toEqual([125, expect.stringContaining('has no build for linux-')]);
      expect(stderr).not.toContain('bug');
      return;
    }
    expect(code, stderr).toBe(0);
    expect(readFileSync(root.path('out/pid1'))).toEqual(readFileSync(source));
  });

  it('says what is in the way, and leaves nothing half done', () => {
    using root = image({ file: '' });
    mkdirSync(root.path('full/pid1/in-the-way'), { recursive: true });
    for (const [directory, reason] of [
      ['file', 'EEXIST'],
      ['full', 'EISDIR'],
    ] as const) {
      const { code, stderr } = root.command(['install', directory]);
      expect(code).toBe(73);
      expect(stderr).toContain(
        `${root.path(directory)}/pid1 cannot be written: ${reason}; be root`,
      );
    }
    expect(readdirSync(root.path('full'))).toEqual(['pid1']);
  });

  it.each([
    [['install', 'a', 'b'], '"b" is one word too many'],
    [['install', '--arch', 'riscv64'], '--arch: expected amd64, arm64, x64, got "riscv64"'],
    [['instal'], 'did you mean "install"?'],
  ])('%j: 64', (args, message) => {
    using root = image({});
    const { code, stderr } = root.command(args);
    expect(code).toBe(64);
    expect(stderr).toContain(message);
  });

  it('compile says as clearly what it cannot write', () => {
    using root = image({
      'twenty-init.config.json': { phases: { 'exec-app': { command: ['true'] } } },
    });
    const { code, stderr } = root.command(['compile', '-o', 'no/such/folder.json']);
    expect(code).toBe(73);
    expect(stderr).toContain(`${root.path('no/such/folder.json')} cannot be written: ENOENT`);
  });
});

function existsFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
