import type { ChildProcess } from 'node:child_process';
import { readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { errnoName } from '../errors.ts';
import { loadAddon, pid1Path } from '../native.ts';
import type { Environment } from '../options.ts';
import { turnOfTheLoop } from '../process/event-loop.ts';
import { execError } from '../process/exec-error.ts';
import { type ExitStatus, exitStatus } from '../process/exit-status.ts';
import { originalFileLimit } from '../process/file-limit.ts';
import { commandName, findProgram } from '../process/program.ts';
import type { System } from '../system.ts';
import { groupOf } from './group.ts';
import { type Notification, readNotification } from './notification.ts';
import type { ProcessGroup, SpawnChildOptions } from './types.ts';

export interface SpawnedProcess {
  readonly pid: number;
  /** Listened for from the start: a short program has ended before the promise of {@link spawnProcess} is heard of. */
  readonly exited: Promise<ExitStatus>;
  /** Whether it has been reaped; its pid may be somebody else's then. */
  hasEnded(): boolean;
  readonly group: ProcessGroup;
  /** With `output: 'pipe'`. */
  readonly pipes?: { readonly stdout: Readable; readonly stderr: Readable };
  /** With `notifyFd`. */
  readonly notification?: Notification;
}

type ProcessOptions = SpawnChildOptions & {
  readonly cwd: string;
  readonly env: Environment;
  readonly stdin: 'inherit' | 'ignore';
  readonly output: 'inherit' | 'pipe';
  readonly foreground: boolean;
  readonly system: System;
};

/** Starts a program as the leader of a process group. Resolves when it runs; a failure is a `CoreError`. */
export function spawnProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<SpawnedProcess> {
  return options.system.platform === 'linux'
    ? spawnByShim(command, args, options)
    : spawnByNode(command, args, options);
}

// libuv's spawn returns only after exec, too late for setpgid, and its `detached` is setsid, which gives up the
// terminal. So `pid1 --exec` comes between, sets up, and becomes the program.
async function spawnByShim(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<SpawnedProcess> {
  const { cwd, env, stdin, output, notifyFd, system } = options;
  // Not cross-spawn, which differs on Windows alone.
  const { spawn } = process.getBuiltinModule('node:child_process');
  // What follows blocks: without a turn, a row of starts would keep the event loop from timers and signals to its end.
  // Not afterwards, when a pipe could come to its end before the caller listens.
  await turnOfTheLoop();
  const stdio: ('inherit' | 'ignore' | number)[] = [stdin, 'inherit', 'inherit'];
  const streams: Readable[] = [];
  const writeEnds: number[] = [];
  let report: number | undefined;
  // One by one: what is open when the next one fails is closed below.
  const open = (fd: number): number => {
    const [readEnd, writeEnd] = openPipe(system);
    writeEnds.push(writeEnd);
    stdio[fd] = writeEnd;
    return readEnd;
  };
  const listen = (fd: number): Readable => {
    const stream = readable(open(fd));
    streams.push(stream);
    return stream;
  };
  try {
    report = open(errorFd(options));
    const pipes = output === 'pipe' ? { stdout: listen(1), stderr: listen(2) } : undefined;
    const notification = notifyFd === undefined ? undefined : readNotification(listen(notifyFd));
    const spawned = spawn(pid1Path({ system }), shimArguments(command, args, options), {
      cwd,
      env,
      // A gap becomes no descriptor of the child.
      stdio: Array.from(stdio, (end) => end ?? 'ignore'),
    });
    const running = watchExit(spawned, options);
    closeAll(writeEnds, system);
    if (spawned.pid === undefined) await failure(spawned);
    executed(report, command, options);
    return {
      ...running,
      ...(pipes === undefined ? {} : { pipes }),
      ...(notification === undefined ? {} : { notification }),
    };
  } catch (error) {
    for (const stream of streams) stream.destroy();
    throw execError(commandName(command, options.name), error);
  } finally {
    closeAll(writeEnds, system);
    if (report !== undefined) closeAll([report], system);
  }
}

function closeAll(fds: number[], system: System): void {
  for (const fd of fds.splice(0)) loadAddon(system).close(fd);
}

/** The pid is undefined only after a failed start, which throws later. */
function watchExit(spawned: ChildProcess, { onSpawn, system }: ProcessOptions): SpawnedProcess {
  const hasEnded = (): boolean => spawned.exitCode !== null || spawned.signalCode !== null;
  const group = groupOf(spawned, hasEnded, system);
  if (spawned.pid !== undefined) onSpawn?.(group);
  return {
    pid: spawned.pid as number,
    exited: new Promise((resolve) => {
      spawned.once('exit', (code, signal) => resolve(exitStatus(code, signal)));
    }),
    hasEnded,
    group,
  };
}

/** Where the shim tells the errno of a failed exec; it closes it at the exec. */
function errorFd({ notifyFd }: ProcessOptions): number {
  return notifyFd === 3 ? 4 : 3;
}

function shimArguments(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): string[] {
  const { parentDeath, foreground, system } = options;
  const fileLimit = originalFileLimit(system);
  return [
    '--exec',
    ...(foreground ? ['--foreground'] : []),
    // With our pid: if we are gone before its first line, another one has become its parent.
    ...(parentDeath === undefined
      ? []
      : ['--parent-death', String(parentDeath), '--parent', String(system.pid)]),
    ...(fileLimit < 0 ? [] : ['--nofile', String(fileLimit)]),
    '--error-fd',
    String(errorFd(options)),
    '--',
    command,
    ...args,
  ];
}

/** A pipe and not the socket pair that `stdio: 'pipe'` makes: on a socket, opening /dev/stdout fails with ENXIO. */
function openPipe(system: System): readonly [readEnd: number, writeEnd: number] {
  const ends = loadAddon(system).pipe();
  if (typeof ends === 'number')
    throw Object.assign(new Error('pipe failed'), { code: errnoName(ends) });
  return ends;
}

function readable(fd: number): Readable {
  // Not imported: a process that only reaps would load it too, and an import reads every export of a builtin.
  const { Socket } = process.getBuiltinModule('node:net');
  return new Socket({ fd, readable: true, writable: false });
}

/** The process was not made. */
function failure(spawned: ChildProcess): Promise<never> {
  return new Promise((_, reject) => spawned.once('error', reject));
}

/**
 * Waits for the exec, which closes the shim's error descriptor; what it wrote before is the errno of a failed one.
 * Blocking, as libuv's own spawn waits for the exec of the shim: a stream would cost 2 ms of the boot.
 */
function executed(report: number, command: string, { cwd, env, name }: ProcessOptions): void {
  const errno = readErrno(report);
  if (errno === 0) return;
  findProgram(command, { cwd, path: env.PATH, name }); // says more, where it finds the same
  throw Object.assign(new Error('exec failed'), { code: errnoName(-errno) });
}

/** In decimal; it is written at once. */
function readErrno(fd: number): number {
  const buffer = Buffer.alloc(16);
  return Number(buffer.toString('latin1', 0, readSync(fd, buffer)));
}

/** Off Linux: `detached` makes a group, in a session of its own, which costs the terminal. */
async function spawnByNode(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<SpawnedProcess> {
  const { cwd, env, stdin, output, system } = options;
  const { default: spawn } = await import('cross-spawn');
  try {
    const spawned = spawn(command, args, {
      cwd,
      env,
      detached: system.platform !== 'win32',
      stdio: [stdin, output, output],
    });
    const running = watchExit(spawned, options);
    await new Promise<void>((resolve, reject) => {
      spawned.once('spawn', resolve).once('error', reject);
    });
    const { stdout, stderr } = spawned;
    return stdout === null || stderr === null ? running : { ...running, pipes: { stdout, stderr } };
  } catch (error) {
    throw execError(commandName(command, options.name), error);
  }
}
