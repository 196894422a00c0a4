import { execFileSync, spawn, spawnSync } from 'node:child_process';
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
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './wait.ts';

export interface Docker {
  /** `docker ARGS`; throws with its output when it fails. */
  (...args: readonly string[]): string;
  /** The exit code and what it wrote; never throws for a code. */
  readonly attempt: (...args: readonly string[]) => Attempt;
  readonly stop: () => Promise<void>;
}

export interface Attempt {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Why there is no Docker engine, when there is none. */
export type NoDocker = { readonly missing: string };

/** The engine that is running; else one of our own, with all it keeps in a temporary folder. */
export async function startDocker(): Promise<Docker | NoDocker> {
  if (spawnSync('docker', ['--version']).status !== 0)
    return { missing: 'docker is not installed' };
  if (spawnSync('docker', ['info']).status === 0) return client([], async () => {});
  if (spawnSync('dockerd', ['--version']).status !== 0)
    return { missing: 'no Docker engine answers, and dockerd is not installed' };
  if (process.getuid?.() !== 0)
    return { missing: 'no Docker engine answers, and dockerd needs root' };

  const folder = mkdtempSync(join(tmpdir(), 'docker-'));
  const host = `unix://${join(folder, 'docker.sock')}`;
  // No bridge and no iptables: the containers talk to nobody.
  const daemon = spawn(
    'dockerd',
    [
      ...['--host', host, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--pidfile', join(folder, 'pid'), '--bridge', 'none', '--iptables=false'],
      '--ip-forward=false',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
  });
  const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    if (daemon.exitCode === null) daemon.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const answered = await until('dockerd', () => {
    if (daemon.exitCode !== null) return 'ended';
    return spawnSync('docker', ['--host', host, 'info']).status === 0 && 'ready';
  });
  if (answered === 'ready') return client(['--host', host], stop);
  await stop();
  return { missing: `dockerd does not run here: ${log.trim().split('\n').at(-1)}` };
}

function client(options: readonly string[], stop: () => Promise<void>): Docker {
  const attempt = (...args: readonly string[]): Attempt => {
    const { status, stdout, stderr } = spawnSync('docker', [...options, ...args], {
      encoding: 'utf8',
      // The classic builder needs no plugin and no network.
      env: { ...process.env, DOCKER_BUILDKIT: '0' },
    });
    return { exitCode: status ?? 1, stdout, stderr };
  };
  const run = (...args: readonly string[]): string => {
    const { exitCode, stdout, stderr } = attempt(...args);
    if (exitCode !== 0)
      throw new Error(`docker ${args.join(' ')} failed with ${exitCode}:\n${stdout}${stderr}`);
    return stdout;
  };
  return Object.assign(run, { attempt, stop });
}

const nodeImage = 'node:24-bookworm-slim';
const suite = 'bookworm';

/**
 * Makes an image under the name of the official one, which needs a registry that may be out of reach: Debian by
 * debootstrap, Node from npm, npm from this machine. Takes half a minute, and a second the next time.
 */
export function provideNodeImage(docker: Docker): void {
  if (docker.attempt('image', 'inspect', nodeImage).exitCode === 0) return;
  const tarball = join(tmpdir(), `${suite}-node24-${process.arch}.tar`);
  if (!existsSync(tarball)) makeNodeTarball(tarball);
  docker('import', tarball, nodeImage);
}

function makeNodeTarball(tarball: string): void {
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
    mkdirSync(join(folder, 'node'));
    run('sh', '-c', 'tar -xzf node-linux-*.tgz -C node --strip-components 1');
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

/**
 * A folder for `docker build`: a copy of an app, with our packages as tarballs, and with an npm cache that holds what
 * they depend on, because the build has no network. Without the cache and its .npmrc it is what a user has.
 */
export function makeBuildContext(
  app: string,
  packages: Readonly<Record<string, string>>,
): { readonly folder: string; [Symbol.dispose](): void } {
  const folder = mkdtempSync(join(tmpdir(), 'context-'));
  const run = (cwd: string, program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  cpSync(app, folder, { recursive: true });
  for (const [name, source] of Object.entries(packages))
    run(source, 'pnpm', 'pack', '--out', join(folder, name));
  const cache = join(folder, '.npm-cache');
  const rehearsal = mkdtempSync(join(tmpdir(), 'context-'));
  cpSync(folder, rehearsal, { recursive: true });
  run(rehearsal, 'npm', 'install', '--omit=dev', '--cache', cache, '--no-audit', '--no-fund');
  rmSync(rehearsal, { recursive: true });
  writeFileSync(join(folder, '.npmrc'), 'cache=/app/.npm-cache\noffline=true\n');
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
