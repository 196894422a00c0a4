import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Docker } from './docker.ts';

const nodeImage = 'node:24-bookworm-slim';
const suite = 'bookworm';

/** Why the image cannot be had, when it cannot. */
export function noNodeImage(docker: Docker): string | undefined {
  if (hasNodeImage(docker)) return undefined;
  if (process.getuid?.() === 0 && spawnSync('debootstrap', ['--version']).status === 0)
    return undefined;
  return `${nodeImage} cannot be pulled, and to make it takes root and debootstrap`;
}

/**
 * Where the registry is out of reach, makes an image under the name of the official one: Debian by debootstrap, Node
 * from npm, npm from this machine. Takes half a minute, and a few seconds the next time.
 */
export function provideNodeImage(docker: Docker): { remove(): void } {
  if (hasNodeImage(docker)) return { remove: () => {} };
  // A folder that nobody else can put a tarball into.
  const cache = join(tmpdir(), `node-image-${userInfo().uid}`);
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const tarball = join(cache, `${suite}-node24-${process.arch}.tar`);
  if (!existsSync(tarball)) makeTarball(tarball);
  docker('import', tarball, nodeImage);
  return { remove: () => docker.attempt('rmi', '--force', nodeImage) };
}

function hasNodeImage(docker: Docker): boolean {
  return (
    docker.attempt('image', 'inspect', nodeImage).exitCode === 0 ||
    docker.attempt('pull', '--quiet', nodeImage).exitCode === 0
  );
}

function makeTarball(tarball: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'base-'));
  const root = join(folder, 'root');
  const run = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  try {
    run('debootstrap', '--variant=minbase', suite, root, debianMirror());
    run('npm', 'pack', `node-linux-${process.arch}@24`);
    run('sh', '-c', 'mkdir node && tar -xzf node-linux-*.tgz -C node --strip-components 1');
    cpSync(join(folder, 'node/bin/node'), join(root, 'usr/local/bin/node'));
    chmodSync(join(root, 'usr/local/bin/node'), 0o755);
    const modules = join(root, 'usr/local/lib/node_modules');
    cpSync(join(run('npm', 'root', '--global').trim(), 'npm'), join(modules, 'npm'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    for (const name of ['npm', 'npx'])
      symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name));
    appendFileSync(join(root, 'etc/passwd'), 'node:x:1000:1000::/home/node:/bin/bash\n');
    appendFileSync(join(root, 'etc/group'), 'node:x:1000:\n');
    mkdirSync(join(root, 'home/node'));
    run('chown', '1000:1000', join(root, 'home/node'));
    run('tar', '-C', root, '-cf', `${tarball}.part`, '.');
    renameSync(`${tarball}.part`, tarball);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The one that this machine's apt uses. */
function debianMirror(): string {
  const uris = execFileSync(
    'apt-get',
    ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'],
    { encoding: 'utf8' },
  );
  const mirror = uris.split('\n').find((uri) => !uri.includes('security'));
  if (mirror === undefined || mirror === '')
    throw new Error('apt knows no Debian mirror: run apt-get update');
  return mirror;
}
