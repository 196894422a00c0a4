import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { errnoName } from '../errors.ts';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { originalFileLimit } from '../file-limit.ts';
import { loadAddon, pid1Path } from '../native.ts';
import { findProgram } from '../program.ts';
import type { System } from '../system.ts';
import { groupOf, type ProcessGroup } from './group.ts';
import type { StartOptions } from './start-child.ts';
import { startError } from './start-error.ts';

export interface Launched {
  readonly pid: number;
  /** Listened for from the start: a short program has ended before the promise of {@link launch} is heard of. */
  readonly exited: Promise<ExitStatus>;
  /** Whether it has been reaped; its pid may be somebody else's then. */
  hasEnded(): boolean;
  readonly group: ProcessGroup;
  /** With `output: 'pipe'`. */
  readonly pipes?: { readonly stdout: Readable; readonly stderr: Readable };
}

export type LaunchOptions = StartOptions & {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly system: System;
};

/** Starts a program as the leader of a process group. Resolves when it runs; a failure is a `CoreError`. */
export function launch(
  command: string,
  args: readonly string[],
  options: LaunchOptions,
): Promise<Launched> {
  return options.system.platform === 'linux'
    ? launchByShim(command, args, options)
    : launchByNode(command, args, options);
}

// libuv's spawn returns only after exec, too late for setpgid, and its `detached` is setsid, which gives up the
// terminal. So `pid1 --exec` comes between, sets up, and becomes the program.
async function launchByShim(
  command: string,
  args: readonly string[],
  options: LaunchOptions,
): Promise<Launched> {
  const { cwd, env, stdin = 'inherit', output = 'inherit', system } = options;
  const { default: spawn } = await import('cross-spawn');
  const pipes: Pipe[] = [];
  try {
    // One by one: what is open when the next one fails is closed below.
    if (output === 'pipe') for (const _ of ['stdout', 'stderr']) pipes.push(openPipe(system));
    const [stdout, stderr] = pipes;
    const spawned = spawn(pid1Path(system), shimArguments(command, args, options), {
      cwd,
      env,
      stdio: [stdin, stdout?.writeEnd ?? 'inherit', stderr?.writeEnd ?? 'inherit', 'pipe'],
    });
    const running = watchExit(spawned, options);
    await executed(spawned, command, options);
    return stdout === undefined || stderr === undefined
      ? running
      : { ...running, pipes: { stdout: stdout.stream, stderr: stderr.stream } };
  } catch (error) {
    for (const { stream } of pipes) stream.destroy();
    throw startError(options.name ?? `"${command}"`, error);
  } finally {
    for (const { writeEnd } of pipes) closeSync(writeEnd);
  }
}

/** The pid is undefined only after a failed start, which throws later. */
function watchExit(spawned: ChildProcess, { onSpawn, system }: LaunchOptions): Launched {
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

const errorFd = 3;

function shimArguments(
  command: string,
  args: readonly string[],
  { parentDeath, foreground = false, system }: LaunchOptions,
): string[] {
  const fileLimit = originalFileLimit(system);
  return [
    '--exec',
    ...(foreground ? ['--foreground'] : []),
    ...(parentDeath === undefined ? [] : ['--parent-death', parentDeath]),
    ...(fileLimit < 0 ? [] : ['--nofile', String(fileLimit)]),
    '--error-fd',
    String(errorFd),
    '--',
    command,
    ...args,
  ];
}

interface Pipe {
  readonly stream: Readable;
  readonly writeEnd: number;
}

/** A pipe and not the socket pair that `stdio: 'pipe'` makes: on a socket, opening /dev/stdout fails with ENXIO. */
function openPipe(system: System): Pipe {
  const ends = loadAddon(system).pipe();
  if (typeof ends === 'number')
    throw Object.assign(new Error('pipe failed'), { code: errnoName(ends) });
  const [readEnd, writeEnd] = ends;
  // Not imported: a process that only reaps would load it too, and an import reads every export of a builtin.
  const { Socket } = process.getBuiltinModule('node:net');
  return { stream: new Socket({ fd: readEnd, readable: true, writable: false }), writeEnd };
}

/** Waits for the exec, which closes the shim's error descriptor; what it wrote before is the errno of a failed one. */
async function executed(
  spawned: ChildProcess,
  command: string,
  { cwd, env, name }: LaunchOptions,
): Promise<void> {
  const spawnError = new Promise<never>((_, reject) => spawned.once('error', reject));
  // After EMFILE and ENFILE Node makes no stdio at all, against its own types; the error event follows.
  const stdio: ChildProcess['stdio'] | undefined = spawned.stdio;
  const report = stdio === undefined ? spawnError : readAll(stdio[errorFd] as Readable);
  const errno = await Promise.race([report, spawnError]);
  if (errno === '') return;
  findProgram(command, { cwd, path: env.PATH, name }); // says more, where it finds the same
  throw Object.assign(new Error('exec failed'), { code: errnoName(-Number(errno)) });
}

async function readAll(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** Off Linux: `detached` makes a group, in a session of its own, which costs the terminal. */
async function launchByNode(
  command: string,
  args: readonly string[],
  options: LaunchOptions,
): Promise<Launched> {
  const { cwd, env, stdin = 'inherit', output = 'inherit', system } = options;
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
    throw startError(options.name ?? `"${command}"`, error);
  }
}
