import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { healthcheckPath, pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { runAsInit } from '../harness/container.ts';
import { image } from '../harness/image.ts';

const core = dirname(createRequire(import.meta.url).resolve('@twenty-init/core/package.json'));
const programs = ['pid1', 'healthcheck'];
const built = (arch: string, program: string): string =>
  join(core, `prebuilds/linux-${arch}`, program);

describe('twenty-init install', () => {
  it('puts pid1 and healthcheck, executable, into a directory, which it makes, and says where', () => {
    using root = image({});
    const { code, stdout } = root.command(['install', 'usr/local/sbin']);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 2)).toEqual(
      programs.map(
        (program) => `installed ${root.path(`usr/local/sbin/${program}`)} for ${process.arch}`,
      ),
    );
    for (const source of [pid1Path(), healthcheckPath()]) {
      const installed = root.path(`usr/local/sbin/${basename(source)}`);
      expect(statSync(installed).mode & 0o777).toBe(0o755);
      expect(readFileSync(installed)).toEqual(readFileSync(source));
    }
    expect(readdirSync(root.path('usr/local/sbin'))).toEqual(['healthcheck', 'pid1']);
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
  ])('--arch %s takes the binaries of that machine', (arch, name, compiler) => {
    using root = image({});
    const { code, stderr } = root.command(['install', 'out', '--arch', arch]);
    if (!existsFile(built(name, 'pid1'))) {
      process.stderr.write(
        `install of another architecture: skipped: apt-get install ${compiler}\n`,
      );
      // A checkout without the cross compiler has no build of the other architecture.
      expect([code, stderr]).toEqual([125, expect.stringContaining('has no build for linux-')]);
      expect(stderr).not.toContain('bug');
      return;
    }
    expect(code, stderr).toBe(0);
    for (const program of programs)
      expect(readFileSync(root.path(`out/${program}`))).toEqual(readFileSync(built(name, program)));
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
      // Root can do nothing about it.
      expect(stderr).toContain(
        `${root.path(directory)}/pid1 cannot be written: ${reason}; name another directory`,
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
