import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { childrenOf, descendantsOf, namespaceOf, type Process, readProcess } from './proc.ts';
import { until } from './wait.ts';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with each piece of output, as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** A program that runs as an init, and all that it has started. */
export interface Container {
  /** The pid of the init, as it is seen from outside. */
  readonly init: number;
  /** What was written to stdout so far. */
  stdout(): string;
  stdoutBytes(): Buffer;
  stderr(): string;
  /** The first match in stdout or stderr, now or later. Rejects when the container ends without one. */
  seen(pattern: RegExp): Promise<RegExpExecArray>;
  /** To the init. */
  kill(signal: NodeJS.Signals | number): void;
  /** The init first. */
  processes(): Process[];
  /** The shell's code of the init's end (128+n by signal n), once all output has been read. */
  readonly exited: Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

// Without root, a user namespace gives the right to make the others.
const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
export const isolate: readonly string[] = [
  ...user,
  '--pid',
  '--fork',
  '--mount-proc',
  '--kill-child=KILL',
  '--',
];

/** Whether this machine lets us make PID namespaces. */
export function canIsolate(): boolean {
  return spawnSync('unshare', [...isolate, 'true']).status === 0;
}

/** Runs a program as PID 1 of a new PID namespace. */
export async function runAsInit(
  argv: readonly string[],
  options: RunOptions = {},
): Promise<Container> {
  const unshare = start('unshare', [...isolate, ...argv], options);
  const pid = unshare.process.pid as number;
  const init = await until(
    'PID 1 of the namespace',
    () => childrenOf(pid)[0]?.pid ?? unshare.ended(),
  );
  const target = init === true ? pid : init;
  // What is sent to `unshare` itself, before it has become the program, is lost.
  await until('the program', () => readProcess(target)?.argv[0] !== 'unshare' || unshare.ended());
  return container(unshare, target, namespaceOf, async () => {
    // --kill-child ends PID 1 with unshare, and the kernel ends the rest. What may stay is a zombie, whose parent is
    // the PID 1 of this machine then.
    unshare.process.kill('SIGKILL');
    await until('the end of PID 1', () => (readProcess(target)?.state ?? 'Z') === 'Z');
  });
}

/** Runs a program in this namespace; it has to be a subreaper by itself. */
export async function runAsSubreaper(
  [program = '', ...args]: readonly string[],
  options: RunOptions = {},
): Promise<Container> {
  const started = start(program, args, options);
  const pid = started.process.pid as number;
  return container(started, pid, descendantsOf, async () => {
    for (const process of descendantsOf(pid).reverse()) kill(process.pid, 'SIGKILL');
  });
}

/** Runs a command in the namespace of an init, as `docker exec` does. Resolves with its exit code. */
export function enter(init: number, argv: readonly string[]): Promise<number> {
  const asUser = user.length === 0 ? [] : ['--user', '--preserve-credentials'];
  const child = spawn(
    'nsenter',
    ['--target', String(init), ...asUser, '--pid', '--mount', '--', ...argv],
    { stdio: 'ignore' },
  );
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(shellCode(code, signal)));
  });
}

interface Started {
  readonly process: ChildProcess;
  readonly output: { stdout: Buffer; stderr: Buffer };
  readonly exited: Promise<number>;
  ended(): boolean;
  /** Calls back at each piece of output and at the end; the result takes that back. */
  onChange(callback: () => void): () => void;
}

function start(program: string, args: readonly string[], options: RunOptions): Started {
  const { cwd, env = process.env, onOutput } = options;
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (chunk: Buffer) => {
      output[stream] = Buffer.concat([output[stream], chunk]);
      onOutput?.(chunk.toString());
      changed();
    });
  let ended = false;
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      ended = true;
      changed();
      resolve(shellCode(code, signal));
    });
  });
  return {
    process: child,
    output,
    exited,
    ended: () => ended,
    onChange: (callback) => {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
  };
}

function container(
  { output, exited, ended, onChange }: Started,
  init: number,
  members: (init: number) => Process[],
  destroy: () => Promise<void>,
): Container {
  const stdout = (): string => output.stdout.toString();
  const stderr = (): string => output.stderr.toString();
  return {
    init,
    stdout,
    stdoutBytes: () => output.stdout,
    stderr,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(stdout()) ?? pattern.exec(stderr());
          if (match === null && !ended()) return;
          forget();
          if (match !== null) resolve(match);
          else reject(new Error(`${pattern} never came:\n${stdout()}\n${stderr()}`));
        };
        const forget = onChange(look);
        look();
      }),
    kill: (signal) => kill(init, signal),
    processes: () => members(init),
    exited,
    [Symbol.asyncDispose]: async () => {
      if (!ended()) await destroy();
      await exited;
    },
  };
}

function kill(pid: number, signal: NodeJS.Signals | number): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function shellCode(code: number | null, signal: NodeJS.Signals | null): number {
  return signal === null ? (code ?? 0) : 128 + constants.signals[signal];
}
