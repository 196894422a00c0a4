import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid1Path } from '@twenty-init/core';
import { until } from './wait.ts';

export interface Docker {
  /** `docker ARGS`; throws with its output when it fails. */
  (...args: readonly string[]): string;
  /** The exit code and what it wrote; never throws for a code. */
  readonly attempt: (...args: readonly string[]) => Attempt;
  /** Whether `docker run --init` takes `pid1`: with an engine of our own. */
  readonly initIsPid1: boolean;
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
  if (spawnSync('docker', ['info']).status === 0) return client([], false, async () => {});
  if (spawnSync('dockerd', ['--version']).status !== 0)
    return { missing: 'no Docker engine answers, and dockerd is not installed' };
  if (process.getuid?.() !== 0)
    return { missing: 'no Docker engine answers, and dockerd needs root' };

  const folder = mkdtempSync(join(tmpdir(), 'docker-'));
  const host = `unix://${join(folder, 'docker.sock')}`;
  const init = join(folder, 'docker-init');
  copyFileSync(pid1Path(), init);
  const daemon = spawn(
    // It ends with us, whatever ends us.
    'setpriv',
    [
      ...['--pdeathsig', 'TERM', '--', 'dockerd'],
      // No bridge and no iptables: the containers talk to nobody.
      ...['--host', host, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--pidfile', join(folder, 'pid'), '--bridge', 'none', '--iptables=false'],
      ...['--ip-forward=false', '--init-path', init],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
  });
  const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    daemon.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const answers = await until('dockerd', () => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) return 'never';
    return spawnSync('docker', ['--host', host, 'info']).status === 0 && 'now';
  }).catch(() => 'late');
  if (answers === 'now') return client(['--host', host], true, stop);
  await stop();
  return { missing: `dockerd does not run here: ${log.trim().split('\n').at(-1)}` };
}

function client(
  options: readonly string[],
  initIsPid1: boolean,
  stop: () => Promise<void>,
): Docker {
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
  return Object.assign(run, { attempt, initIsPid1, stop });
}
