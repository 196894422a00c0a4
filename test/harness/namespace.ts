import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { childrenOf, namespaceOf, type Process } from './proc.ts';
import { until } from './wait.ts';

export interface NamespaceOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Default: none, `/dev/null`. */
  readonly stdin?: 'pipe';
}

export interface Namespace {
  /** The pid of its PID 1, as it is seen from outside. */
  readonly init: number;
  /** What was written to stdout so far. */
  stdout(): string;
  stdoutBytes(): Buffer;
  stderr(): string;
  /** The first match in stdout or stderr, now or later. Rejects when the namespace ends without one. */
  seen(pattern: RegExp): Promise<RegExpExecArray>;
  /** To PID 1. */
  kill(signal: NodeJS.Signals | number): void;
  processes(): Process[];
  /** Shell code of PID 1's end (128+n by signal), when all output has been read. */
  readonly exited: Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Runs a program as PID 1 of a new PID namespace; without root in a user namespace too. */
export async function runAsInit(
  argv: readonly string[],
  { cwd, env = process.env, stdin }: NamespaceOptions = {},
): Promise<Namespace> {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const unshare = spawn(
    'unshare',
    [...user, '--pid', '--fork', '--mount-proc', '--kill-child=KILL', '--', ...argv],
    { cwd, env, stdio: [stdin ?? 'ignore', 'pipe', 'pipe'] },
  );
  let stdout = Buffer.alloc(0);
  let stderr = Buffer.alloc(0);
  let ended = false;
  const readers = new Set<() => void>();
  const wake = (): void => {
    for (const reader of readers) reader();
  };
  unshare.stdout?.on('data', (chunk: Buffer) => {
    stdout = Buffer.concat([stdout, chunk]);
    wake();
  });
  unshare.stderr?.on('data', (chunk: Buffer) => {
    stderr = Buffer.concat([stderr, chunk]);
    wake();
  });
  const exited = new Promise<number>((resolve, reject) => {
    unshare.once('error', reject);
    unshare.once('close', (code, signal) => {
      ended = true;
      wake();
      resolve(code ?? 128 + constants.signals[signal as NodeJS.Signals]);
    });
  });
  const pid = unshare.pid as number;
  const init = await until('PID 1 of the namespace', () => ended || childrenOf(pid)[0]?.pid);

  return {
    init: init === true ? -1 : init,
    stdout: () => stdout.toString(),
    stdoutBytes: () => stdout,
    stderr: () => stderr.toString(),
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(stdout.toString()) ?? pattern.exec(stderr.toString());
          if (match === null && !ended) return;
          readers.delete(look);
          if (match !== null) resolve(match);
          else reject(new Error(`${pattern} never came; stdout:\n${stdout}\nstderr:\n${stderr}`));
        };
        readers.add(look);
        look();
      }),
    kill: (signal) => {
      if (init !== true) process.kill(init, signal);
    },
    processes: () => (init === true ? [] : namespaceOf(init)),
    exited,
    [Symbol.asyncDispose]: async () => {
      // --kill-child ends PID 1 with unshare, and the kernel ends the rest.
      if (!ended) unshare.kill('SIGKILL');
      await exited;
    },
  };
}
