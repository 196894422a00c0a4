import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from './pack.ts';

export interface Install {
  /** A path in it. */
  path(name: string): string;
  /** The npm bin of twenty-init. */
  readonly twentyInit: string;
  readonly pid1: string;
  /** What npm has installed, by its folder. */
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
  [Symbol.dispose](): void;
}

/** Our packages, as npm installs them from their tarballs. */
export function npmInstall(): Install {
  const folder = mkdtempSync(join(tmpdir(), 'install-'));
  const path = (name: string): string => join(folder, name);
  const tarballs = ['@twenty-init/core', 'twenty-init'].map((name, index) => {
    const tarball = `${index}.tgz`;
    pack(name, path(tarball));
    return `./${tarball}`;
  });
  writeFileSync(path('package.json'), '{ "private": true }');
  execFileSync('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return {
    path,
    twentyInit: path('node_modules/.bin/twenty-init'),
    pid1: path(`node_modules/@twenty-init/core/prebuilds/linux-${process.arch}/pid1`),
    packages: JSON.parse(readFileSync(path('node_modules/.package-lock.json'), 'utf8')).packages,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
