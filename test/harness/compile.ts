import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A C program, built for the time of a test. */
export function compile(
  source: string,
  compiler = 'cc',
  ...flags: readonly string[]
): { readonly program: string; [Symbol.dispose](): void } {
  const folder = mkdtempSync(join(tmpdir(), 'compiled-'));
  const program = join(folder, 'program');
  execFileSync(compiler, ['-O2', '-Wall', ...flags, '-o', program, source]);
  return { program, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
