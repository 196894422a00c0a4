import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runAsInit } from '../harness/container.ts';
import { installed } from '../harness/installed.ts';
import { outcome, outcomeAsInit } from '../harness/run.ts';

const core = dirname(createRequire(import.meta.url).resolve('@twenty-init/core/package.json'));
const source = join(core, 'native/pid1.c');
const folder = mkdtempSync(join(tmpdir(), 'native-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the build script of a copy of the package, and returns the folder of the result. */
function build(copy: string, ...options: readonly string[]): string {
  const target = join(folder, copy);
  cpSync(join(core, 'native'), join(target, 'native'), { recursive: true });
  cpSync(join(core, 'package.json'), join(target, 'package.json'));
  symlinkSync(join(core, 'node_modules'), join(target, 'node_modules'));
  execFileSync(process.execPath, ['native/build.mjs', ...options], {
    cwd: target,
    env: { ...process.env, CI: '1' },
  });
  return target;
}

const files = ['pid1', 'pid1.node'];
const architectures = ['x64', 'arm64'].filter((arch) => {
  const cross = arch === process.arch ? 'cc' : 'aarch64-linux-gnu-gcc';
  return spawnSync(cross, ['--version']).status === 0;
});

describe('the build', () => {
  it('makes the same bytes from the same sources, wherever they are', () => {
    const digests = [build('here'), build('deeper/there')].map((target) =>
      architectures.flatMap((arch) =>
        files.map((file) => {
          const bytes = readFileSync(join(target, 'prebuilds', `linux-${arch}`, file));
          return `${arch} ${file} ${createHash('sha256').update(bytes).digest('hex')}`;
        }),
      ),
    );
    expect(digests[1]).toEqual(digests[0]);
    expect(digests[0]).toHaveLength(2 * architectures.length);
  });

  it('pid1 needs no loader and no library, and is at most 32 KiB on x64', () => {
    for (const arch of architectures) {
      const path = join(core, 'prebuilds', `linux-${arch}`, 'pid1');
      const types = programHeaders(path).map(({ type }) => type);
      expect(types, arch).not.toContain(elf.interpreter);
      expect(types, arch).not.toContain(elf.dynamic);
      if (arch === 'x64') expect(statSync(path).size).toBeLessThanOrEqual(32 * 1024);
    }
  });

  it('the npm tarball carries both, with their x bits, and no script that runs at install', () => {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: core, encoding: 'utf8' }),
    ) as [{ files: { path: string; mode: number }[] }];
    const binaries = packed.files.filter(({ path }) => path.startsWith('prebuilds/'));
    expect(binaries.map(({ path }) => path).sort()).toEqual(
      architectures
        .flatMap((arch) => files.map((file) => `prebuilds/linux-${arch}/${file}`))
        .sort(),
    );
    for (const { path, mode } of binaries) expect(mode & 0o111, path).toBe(0o111);
    const { scripts } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8'));
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(scripts).not.toHaveProperty(name);
  });

  it.skipIf(!architectures.includes('arm64'))('arm64 keeps to pages of 64 KiB', () => {
    for (const file of files) {
      const headers = programHeaders(join(core, 'prebuilds/linux-arm64', file));
      for (const { type, align } of headers)
        if (type === elf.load) expect(align, file).toBe(0x10000);
    }
  });

  it.each([
    ['gcc', ['-Wall', '-Wextra', '-Werror']],
    ['gcc', ['-fanalyzer', '-Werror', '-O1']],
    ['clang', ['-Wall', '-Wextra', '-Werror']],
  ])('is clean under %s %j', (compiler, flags) => {
    if (!installed({ [compiler]: compiler }, `pid1 under ${compiler}`)) return;
    const { status, stderr } = spawnSync(
      compiler,
      ['-std=c11', '-ffreestanding', '-DVERSION="0"', ...flags, '-c', '-o', '/dev/null', source],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

// What goes through most of the source: options, a handoff's absence, orphans, delays, rewrites, graces, errors.
const scenes: readonly (readonly [args: readonly string[], script: string, code: number])[] = [
  [[], 'exit 7', 7],
  [['-v', '-w', '-z'], '(sleep 0.05 &); sleep 0.1; exit 3', 3],
  [['-g', '-e', '130-143,forwarded'], 'kill -TERM $PPID; while :; do sleep 0.01; done', 0],
  [
    ['-t', '-r', 'TERM:QUIT', '-D', 'TERM=20ms'],
    'kill -TERM $PPID; while :; do sleep 0.01; done',
    131,
  ],
  [['-v', '-D', '37=20ms'], 'kill -37 $PPID; kill -37 $PPID; while :; do sleep 0.01; done', 165],
  [['-G', '10s'], '(trap "exit" TERM; while :; do sleep 0.01; done) & exit 5', 5],
  [['-G', '50ms'], 'trap "" TERM; kill -TERM $PPID; while :; do sleep 0.01; done', 137],
  [['-p', 'TERM'], 'kill -9 $$', 137],
];

describe('the same source with a C library below it', () => {
  const hosted = join(folder, 'hosted', 'pid1');

  it('is clean under the address and undefined-behaviour sanitizers', async () => {
    execFileSync(process.execPath, [join(core, 'native/build.mjs'), '--hosted', dirname(hosted)]);
    for (const name of ['tini', 'dumb-init', 'catatonit'])
      symlinkSync(hosted, join(dirname(hosted), name));
    for (const [args, script, code] of scenes)
      for (const run of [outcome, outcomeAsInit]) {
        const result = await run([hosted, ...args, '--', 'sh', '-c', script]);
        expect(result.stderr).not.toMatch(/Sanitizer|runtime error/);
        expect(result.code, script).toBe(code);
      }
    for (const name of ['pid1', 'tini', 'dumb-init', 'catatonit'])
      for (const args of [['nosuch'], ['/etc'], ['-h'], ['--version'], ['--yolo'], ['-r'], []]) {
        const result = await outcome([join(dirname(hosted), name), ...args]);
        expect(result.stderr).not.toMatch(/Sanitizer|runtime error/);
      }
  });

  const hasValgrind = installed({ valgrind: 'valgrind' }, 'pid1 under Valgrind');
  it.skipIf(!hasValgrind)('is clean under Valgrind', { timeout: 180_000 }, async () => {
    const plain = join(folder, 'plain');
    execFileSync('cc', ['-g', '-O1', '-DHOSTED', '-DVERSION="0"', '-o', plain, source]);
    const valgrind = ['valgrind', '-q', '--error-exitcode=99', '--trace-children=no'];
    for (const [args, script, code] of scenes) {
      const { code: got, stderr } = await outcome([
        ...[...valgrind, plain, ...args, '--', 'sh', '-c', script],
      ]);
      expect(stderr).not.toMatch(/^==\d+==/m);
      expect(got, script).toBe(code);
    }
  });
});

const hasQemu = installed(
  { 'qemu-aarch64': 'qemu-user', 'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu' },
  'pid1 for arm64',
);

describe.skipIf(!hasQemu || process.arch !== 'x64')('the arm64 build under qemu', () => {
  const arm = ['qemu-aarch64', join(core, 'prebuilds/linux-arm64/pid1')];

  // qemu-user keeps real-time signals for itself and shifts the others, so these are left out.
  it.each(scenes.filter(([args]) => !args.includes('37=20ms')))(
    '%j -- %s: %i',
    async (args, script, code) => {
      expect((await outcomeAsInit([...arm, ...args, '--', 'sh', '-c', script])).code).toBe(code);
    },
  );

  it.each([
    [['nosuch'], 127],
    [['/etc'], 126],
    [['--yolo'], 125],
    [['--version'], 0],
    [['-x', '-g', '--', 'sh', '-c', 'exit 4'], 4],
  ])('%j: %i', async (args, code) => {
    expect((await outcome([...arm, ...args])).code).toBe(code);
  });

  it('all exit codes, and the signals', { timeout: 120_000 }, async () => {
    for (let code = 0; code < 256; code += 17)
      expect((await outcomeAsInit([...arm, 'sh', '-c', `exit ${code}`])).code).toBe(code);
    for (const signal of [1, 2, 3, 10, 12, 13, 14, 15, 24, 30, 31]) {
      await using container = await runAsInit([...arm, 'sh', '-c', 'echo up; exec sleep 1000']);
      await container.seen(/up/);
      container.kill(signal);
      expect(await container.exited, String(signal)).toBe(128 + signal);
    }
  });
});

const elf = { load: 1, dynamic: 2, interpreter: 3 };

function programHeaders(path: string): { type: number; align: number }[] {
  const bytes = readFileSync(path);
  const [offset, size, count] = [
    Number(bytes.readBigUInt64LE(32)),
    bytes.readUInt16LE(54),
    bytes.readUInt16LE(56),
  ];
  return Array.from({ length: count }, (_, index) => ({
    type: bytes.readUInt32LE(offset + index * size),
    align: Number(bytes.readBigUInt64LE(offset + index * size + 48)),
  }));
}
