import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { CoreError } from './errors.ts';

/** The process-wide effects of this package, in one value, so that a test can pass a fake. */
export interface System {
  /** As `process.platform`. */
  readonly platform: string;
  /** As `process.arch`. */
  readonly arch: string;
  /** False in a Worker. */
  readonly isMainThread: boolean;
  readonly pid: number;
  /** Read anew each time: it changes when the parent dies. */
  readonly ppid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  cwd(): string;
  chdir(directory: string): void;
  /** kill(2): a negative pid is a process group. Throws Node's system error, with `code`. */
  kill(pid: number, signal: number): void;
  /** A file of /proc, whole. Throws Node's system error when the process is gone. */
  readProc(path: string): string;
  /** The same file in pieces of some KB, as the kernel gives them. */
  readProcInPieces(path: string): Generator<string, void>;
  /** The pids in /proc, in no order. */
  pids(): number[];
}

/** The real system. Reads nothing until it is used. */
export const realSystem: System = {
  get platform() {
    return process.platform;
  },
  get arch() {
    return process.arch;
  },
  get isMainThread() {
    return isMainThread();
  },
  get pid() {
    return process.pid;
  },
  get ppid() {
    return process.ppid;
  },
  get env() {
    return process.env;
  },
  cwd: () => process.cwd(),
  chdir: (directory) => process.chdir(directory),
  kill: (pid, signal) => {
    process.kill(pid, signal);
  },
  readProc: (path) => readFileSync(`/proc/${path}`, 'utf8'),
  readProcInPieces,
  pids: () =>
    readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0),
};

/** `node:worker_threads` knows too, but takes 3 ms and 2 MB to load. */
function isMainThread(): boolean {
  try {
    const [pid, , tid] = readlinkSync('/proc/thread-self').split('/');
    return tid === pid;
  } catch {
    return process.getBuiltinModule('node:worker_threads').isMainThread; // not Linux, or no /proc
  }
}

function* readProcInPieces(path: string): Generator<string, void> {
  const fd = openSync(`/proc/${path}`, 'r');
  try {
    const buffer = Buffer.allocUnsafe(4096);
    for (let size = 1; size > 0; ) {
      size = readSync(fd, buffer, 0, buffer.length, null);
      if (size > 0) yield buffer.toString('latin1', 0, size);
    }
  } finally {
    closeSync(fd);
  }
}

/** Throws `UNSUPPORTED_PLATFORM` anywhere but on Linux. */
export function requireLinux(what: string, { platform }: System): void {
  if (platform !== 'linux')
    throw new CoreError('UNSUPPORTED_PLATFORM', `${what} needs Linux; this is ${platform}`);
}

/**
 * Throws `NOT_MAIN_THREAD` in a Worker. Adopted orphans are children of the main thread, signals arrive there, and a
 * parent-death signal follows the thread that forked, not the process.
 */
export function requireMainThread(what: string, { isMainThread }: System): void {
  if (!isMainThread)
    throw new CoreError(
      'NOT_MAIN_THREAD',
      `${what} works in the main thread only, not in a Worker`,
    );
}
