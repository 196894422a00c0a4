// Builds prebuilds/linux-<arch>/{pid1,healthcheck,pid1.node} with any gcc or clang. No library is linked, so what it makes runs on
// glibc and musl alike. The same sources and compiler give the same bytes.
//
//   node native/build.mjs            this machine's architecture, and arm64 when aarch64-linux-gnu-gcc is there
//   CC=clang node native/build.mjs   another compiler
//   CI=1                             warnings are errors
//   node native/build.mjs --out DIR  into DIR/linux-<arch> in place of prebuilds
//   node native/build.mjs --hosted DIR   the programs on top of the C library, with the sanitizers

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const native = dirname(fileURLToPath(import.meta.url));
const nodeApi = join(
  dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')),
  'include',
);

const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'));

const { values: options } = parseArgs({
  options: { out: { type: 'string' }, hosted: { type: 'string' } },
});

const crossCompilers = { arm64: 'aarch64-linux-gnu-gcc', x64: 'x86_64-linux-gnu-gcc' };

const warnings = ['-std=c11', '-Wall', '-Wextra', ...(process.env.CI ? ['-Werror'] : [])];

const flags = [
  ...warnings,
  '-fno-stack-protector',
  '-fno-asynchronous-unwind-tables',
  '-fno-unwind-tables',
  `-ffile-prefix-map=${native}=.`,
  '-nostdlib',
  '-s',
  '-Wl,--build-id=none',
];

const program = [
  '-ffreestanding',
  '-mgeneral-regs-only',
  '-fno-ident',
  `-DVERSION="${version}"`,
  '-fno-pie',
  '-no-pie',
  '-static',
  '-Wl,-z,noseparate-code',
  '-Wl,-z,norelro',
];

const outputs = {
  pid1: { isProgram: true, sources: ['pid1.c', 'text.h', 'sys.h'], flags: program },
  healthcheck: { isProgram: true, sources: ['healthcheck.c', 'text.h', 'sys.h'], flags: program },
  'pid1.node': {
    isProgram: false,
    sources: ['addon.c'],
    flags: ['-O2', '-shared', '-fPIC', '-U_FORTIFY_SOURCE', '-DNAPI_VERSION=8', `-I${nodeApi}`],
  },
};

if (options.hosted !== undefined) buildHosted(options.hosted, process.env.CC || 'cc');
else if (process.platform === 'linux') {
  build(process.arch, process.env.CC || 'cc');
  for (const [arch, compiler] of Object.entries(crossCompilers))
    if (arch !== process.arch && isInstalled(compiler)) build(arch, compiler);
}

function build(arch, compiler) {
  if (!isInstalled(compiler))
    fail(
      `no C compiler "${compiler}": install gcc (Debian: apt-get install gcc libc6-dev), or set CC`,
    );
  const directory = join(options.out ?? join(native, '..', 'prebuilds'), `linux-${arch}`);
  mkdirSync(directory, { recursive: true });
  for (const [name, output] of Object.entries(outputs)) {
    const target = join(directory, name);
    if (isNewer(target, ['build.mjs', '../package.json', ...output.sources])) continue;
    const args = [...flags, ...output.flags, '-o', target, output.sources[0]];
    if (output.isProgram) args.unshift(...smallest(compiler));
    try {
      execFileSync(compiler, args, { cwd: native, stdio: 'inherit' });
    } catch {
      fail(`${compiler} could not build ${name} for ${arch}; its messages are above`);
    }
    if (output.isProgram) dropSectionHeaders(target);
  }
}

function buildHosted(directory, compiler) {
  mkdirSync(directory, { recursive: true });
  const sanitizers = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  for (const [name, { isProgram, sources }] of Object.entries(outputs)) {
    if (!isProgram) continue;
    execFileSync(
      compiler,
      [
        ...[...warnings, ...sanitizers, '-DHOSTED', `-DVERSION="${version}"`],
        ...['-o', join(directory, name), join(native, sources[0])],
      ],
      { stdio: 'inherit' },
    );
  }
}

/** The kernel reads program headers only; ld itself leaves the others out from binutils 2.41 on. */
function dropSectionHeaders(file) {
  const elf = readFileSync(file);
  const field = { programHeaders: 0x20, sectionHeaders: 0x28, sectionCounts: 0x3a, size: 0x40 };
  const [entrySize, count] = [elf.readUInt16LE(0x36), elf.readUInt16LE(0x38)];
  let end = 0;
  for (let index = 0; index < count; index++) {
    const header = Number(elf.readBigUInt64LE(field.programHeaders)) + index * entrySize;
    const [offset, size] = [elf.readBigUInt64LE(header + 8), elf.readBigUInt64LE(header + 32)];
    if (size > 0n) end = Math.max(end, Number(offset + size));
  }
  elf.fill(0, field.sectionHeaders, field.sectionHeaders + 8);
  elf.fill(0, field.sectionCounts, field.size);
  writeFileSync(file, elf.subarray(0, end));
}

/** Not every compiler has these (-Oz is new in gcc 12); without them a program grows by some hundred bytes. */
function smallest(compiler) {
  const wanted = [
    '-Oz',
    '-mpreferred-stack-boundary=3',
    '-fno-move-loop-invariants',
    '-fno-caller-saves',
    '-fno-tree-loop-im',
    '-fno-if-conversion',
  ];
  const check = ['-Werror', '-mgeneral-regs-only', '-E', '-x', 'c', '/dev/null'];
  return ['-Os', ...wanted.filter((flag) => runs(compiler, [flag, ...check]))];
}

function isInstalled(compiler) {
  return runs(compiler, ['--version']);
}

function runs(program, args) {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function isNewer(target, sources) {
  const time = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return sources.every((source) => time(join(native, source)) < time(target));
}

function fail(message) {
  process.stderr.write(`build.mjs: ${message}\n`);
  process.exit(1);
}
