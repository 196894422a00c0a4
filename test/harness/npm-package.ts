import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * The folder of a package from npm that is not for this machine's architecture, so that it cannot be a dependency.
 * Downloaded once for a machine.
 */
export function npmPackage(name: string): string {
  // A folder that nobody else can put a program into.
  const cache = join(tmpdir(), `npm-packages-${userInfo().uid}`);
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  const download = mkdtempSync(join(cache, 'download-'));
  try {
    execFileSync('npm', ['pack', name], { cwd: download, stdio: ['ignore', 'ignore', 'pipe'] });
    execFileSync('sh', ['-c', 'tar -xzf *.tgz'], { cwd: download });
    renameSync(join(download, 'package'), folder);
  } finally {
    rmSync(download, { recursive: true });
  }
  return folder;
}
