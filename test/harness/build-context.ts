import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from './pack.ts';

/**
 * A folder for `docker build`: a copy of an app, with our packages as tarballs, and with an npm cache that holds what
 * they depend on, because the build has no network. Without the cache and its .npmrc it is what a user has.
 */
export function makeBuildContext(
  app: string,
  /** The tarball's name, and that of the package. */
  packages: Readonly<Record<string, string>>,
): { readonly folder: string; [Symbol.dispose](): void } {
  const folder = mkdtempSync(join(tmpdir(), 'context-'));
  const run = (cwd: string, program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  cpSync(app, folder, { recursive: true });
  for (const [tarball, name] of Object.entries(packages)) pack(name, join(folder, tarball));
  const cache = join(folder, '.npm-cache');
  const rehearsal = mkdtempSync(join(tmpdir(), 'context-'));
  try {
    cpSync(folder, rehearsal, { recursive: true });
    const options = [
      '--omit=dev',
      '--no-audit',
      '--no-fund',
      '--omit-lockfile-registry-resolved=false',
    ];
    run(rehearsal, 'npm', 'install', '--cache', cache, ...options);
    cpSync(join(rehearsal, 'package-lock.json'), join(folder, 'package-lock.json'));
  } finally {
    rmSync(rehearsal, { recursive: true });
  }
  writeFileSync(join(folder, '.npmrc'), 'cache=/app/.npm-cache\noffline=true\n');
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
