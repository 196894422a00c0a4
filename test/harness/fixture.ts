import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Compiles `test/fixtures/NAME.c` unless it is compiled already; returns the path of the static binary. */
export function fixture(name: string): string {
  const root = testFolder();
  const source = join(root, 'fixtures', `${name}.c`);
  const header = join(root, 'fixtures', 'handoff.h');
  const binary = join(root, 'dist', 'fixtures', name);
  if (existsSync(binary) && statSync(binary).mtimeMs > newest(source, header)) return binary;
  mkdirSync(dirname(binary), { recursive: true });
  // Test files run side by side, and each may find that it is missing.
  const draft = `${binary}.${process.pid}`;
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-static', '-o', draft, source]);
  renameSync(draft, binary);
  return binary;
}

function newest(...paths: readonly string[]): number {
  return Math.max(...paths.map((path) => statSync(path).mtimeMs));
}

/** This file runs from `test/` and, compiled, from `test/dist/`. */
export function testFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
