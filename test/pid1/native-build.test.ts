import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAsInit } from '../harness/container.ts';
import { installed } from '../harness/installed.ts';
import { serve } from '../harness/misbehaving-server.ts';
import { outcome, outcomeAsInit } from '../harness/run.ts';

const core = dirname(createRequire(import.meta.url).resolve('@twenty-init/core/package.json'));
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

/** The programs that are linked to nothing, and what each may weigh on x64. */
const programs = { pid1: 24 * 1024, healthcheck: 16 * 1024 };
const names = Object.keys(programs);
const source = (name: string): string => join(core, 'native', `${name}.c`);
const files = ['healthcheck', 'pid1', 'pid1.node'];
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
    expect(digests[0]).toHaveLength(files.length * architectures.length);
  });

  it.each(Object.entries(programs))(
    '%s needs no loader and no library, and has at most %i bytes on x64',
    (name, most) => {
      for (const arch of architectures) {
        const path = join(core, 'prebuilds', `linux-${arch}`, name);
        const types = programHeaders(path).map(({ type }) => type);
        expect(types, arch).not.toContain(elf.interpreter);
        expect(types, arch).not.toContain(elf.dynamic);
        if (arch === 'x64') expect(statSync(path).size).toBeLessThanOrEqual(most);
      }
    },
  );

  it('the npm tarball carries them for both, with their x bits, and no script that runs at install', () => {
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
    if (!installed({ [compiler]: compiler }, `${names.join(' and ')} under ${compiler}`)) return;
    for (const name of names) {
      const { status, stderr } = spawnSync(
        compiler,
        [
          ...['-std=c11', '-ffreestanding', '-DVERSION="0"', ...flags],
          ...['-c', '-o', '/dev/null', source(name)],
        ],
        { encoding: 'utf8' },
      );
      expect(stderr, name).toBe('');
      expect(status, name).toBe(0);
    }
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

/** What goes through most of the source of healthcheck, with the port of a server that answers 503 or 200 by the path. */
const looks = (port: number): readonly (readonly [args: readonly string[], code: number])[] => [
  [['-h'], 0],
  [['--version'], 0],
  [[], 1],
  [['--timeout'], 1],
  [['--yolo'], 1],
  [[`http://localhost:${port}/healthz`], 0],
  [[`http://127.0.0.1:${port}/boot`], 1],
  [['--alive', `http://[::ffff:127.0.0.1]:${port}/boot?x#y`], 0],
  [['--timeout', '50ms', `http://0.0.0.0:${port}/silent`], 1],
  [[`http://127.0.0.1:${port}/big`], 0],
  [[`http://127.0.0.1:${port}/flood`], 1],
  [[`http://127.0.0.1:${port}/garbage`], 1],
  [['tcp://[::1]:1', 'unix:/nowhere', 'http://unix:/nowhere:/x', `tcp://127.0.0.1:${port}`], 0],
  [['http://[2001:db8::3:1.2.3.4]:1', '--timeout=50ms'], 1],
  [['http://localhost:${PATH:-1}/${PATH}$$'], 1],
  [['${NOWHERE:-tcp://localhost:1}'], 1],
  [['${NOWHERE}'], 1],
  [['postgres://user:password@db/x'], 1],
  [[`unix:/${'x'.repeat(107)}`], 1],
  [[`http://localhost/${'x'.repeat(3000)}`], 1],
  [Array.from({ length: 60 }, () => `unix:/${'x'.repeat(100)}`), 1],
];

const lookedAt = await serve((socket) => {
  socket.once('data', (request: Buffer) => {
    const path = /^GET \/(\w*)/.exec(request.toString())?.[1];
    const boot = 'HTTP/1.1 103 E\r\nLink: x\r\n\r\nHTTP/1.1 503 x\r\nBoot-Phase: migrate\r\n\r\n';
    if (path === 'boot') socket.end(boot);
    else if (path === 'flood') socket.end(`HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(20_000)}`);
    else if (path === 'garbage') socket.end('-ERR\r\n');
    else if (path !== 'silent')
      socket.end(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(path === 'big' ? 50_000 : 0)}`);
  });
});
afterAll(() => lookedAt[Symbol.asyncDispose]());

describe('the same source with a C library below it', () => {
  const hosted = join(folder, 'hosted', 'pid1');
  beforeAll(() => {
    execFileSync(process.execPath, [join(core, 'native/build.mjs'), '--hosted', dirname(hosted)]);
  });

  it('healthcheck is clean under the address and undefined-behaviour sanitizers', async () => {
    for (const [args, code] of looks(lookedAt.port)) {
      const result = await outcome([join(dirname(hosted), 'healthcheck'), ...args]);
      expect(result.stderr).not.toMatch(/Sanitizer|runtime error/);
      expect(result.code, args.join(' ')).toBe(code);
    }
  });

  it('is clean under the address and undefined-behaviour sanitizers', async () => {
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

  const hasValgrind = installed({ valgrind: 'valgrind' }, `${names.join(' and ')} under Valgrind`);
  it.skipIf(!hasValgrind)('is clean under Valgrind', { timeout: 180_000 }, async () => {
    const valgrind = ['valgrind', '-q', '--error-exitcode=99', '--trace-children=no'];
    const plain = (name: string): string => join(folder, `plain-${name}`);
    for (const name of names)
      execFileSync('cc', [
        ...['-g', '-O1', '-DHOSTED', '-DVERSION="0"', '-o', plain(name), source(name)],
      ]);
    const runs: readonly (readonly [argv: readonly string[], code: number])[] = [
      ...scenes.map(
        ([args, script, code]) =>
          [[plain('pid1'), ...args, '--', 'sh', '-c', script], code] as const,
      ),
      ...looks(lookedAt.port).map(
        ([args, code]) => [[plain('healthcheck'), ...args], code] as const,
      ),
    ];
    for (const [argv, code] of runs) {
      const { code: got, stderr } = await outcome([...valgrind, ...argv]);
      expect(stderr).not.toMatch(/^==\d+==/m);
      expect(got, argv.join(' ')).toBe(code);
    }
  });
});

const hasQemu = installed(
  { 'qemu-aarch64': 'qemu-user', 'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu' },
  `${names.join(' and ')} for arm64`,
);

describe.skipIf(!hasQemu || process.arch !== 'x64')('the arm64 build under qemu', () => {
  const arm = ['qemu-aarch64', join(core, 'prebuilds/linux-arm64/pid1')];
  const armHealthcheck = ['qemu-aarch64', join(core, 'prebuilds/linux-arm64/healthcheck')];

  it.each(looks(lookedAt.port))('healthcheck %j: %i', async (args, code) => {
    expect((await outcome([...armHealthcheck, ...args])).code).toBe(code);
  });

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
