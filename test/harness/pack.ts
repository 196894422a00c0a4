import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { testFolder } from './fixture.ts';

const require = createRequire(import.meta.url);

/** Makes the tarball of one of our packages, as it is published: npm would leave `workspace:` in the manifest. */
export function pack(name: string, tarball: string): void {
  const manifest = readFileSync(join(testFolder(), '../package.json'), 'utf8');
  const { packageManager } = JSON.parse(manifest) as { packageManager: string };
  execFileSync('npx', ['-y', packageManager, 'pack', '--out', tarball], {
    cwd: dirname(require.resolve(`${name}/package.json`)),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** What is in the tarball of one of our packages. */
export interface Packed {
  /** The paths of its files, sorted. */
  readonly files: readonly string[];
  /** Of the tarball, in bytes. */
  readonly size: number;
  read(path: string): string;
  [Symbol.dispose](): void;
}

export function packed(name: string): Packed {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  const run = (...args: readonly string[]): string =>
    execFileSync('tar', args, { cwd: folder, encoding: 'utf8' });
  pack(name, join(folder, 'package.tgz'));
  run('-xzf', 'package.tgz');
  return {
    files: run('-tzf', 'package.tgz')
      .trim()
      .split('\n')
      .map((path) => path.replace('package/', ''))
      .sort(),
    size: statSync(join(folder, 'package.tgz')).size,
    read: (path) => readFileSync(join(folder, 'package', path), 'utf8'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
