import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { getSystemErrorName } from 'node:util';
import spawn from 'cross-spawn';
import { checkCwd } from './cwd.ts';
import { CoreError } from './errors.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { originalFileLimit } from './file-limit.ts';
import { loadAddon, pid1Path } from './native.ts';
import { findProgram } from './program.ts';
import type { Signal } from './signals.ts';
import { realSystem, type System } from './system.ts';
import { liveMembers, sendSignal } from './tree/process-group.ts';

export interface SpawnChildOptions {
  /** Absolute; default: that of this process. */
  readonly cwd?: string;
  /** The whole environment of the child; default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default `inherit`; `ignore` is /dev/null. */
  readonly stdin?: 'inherit' | 'ignore';
  /** stdout and stderr; default `inherit`. With `pipe` the result is a {@link PipedChild}. */
  readonly output?: 'inherit' | 'pipe';
  /** Sent to the child by the kernel when this process dies in any way. Default: none. */
  readonly parentDeath?: Signal;
  readonly system?: System;
}

export interface Child {
  readonly pid: number;
  /** Settles when the process ends, even while a descendant keeps its output open. Never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** False when it has ended already. */
  kill(signal: Signal): boolean;
  /** Ends the child and what is left of its process group; see {@link StopOptions}. */
  stop(options: StopOptions): Promise<StopResult>;
}

export interface PipedChild extends Child {
  readonly stdout: Readable;
  readonly stderr: Readable;
}

export interface StopOptions {
  /** Goes to the leader; when that has ended, SIGTERM goes to what is left of its group. Default `SIGTERM`. */
  readonly signal?: Signal;
  /** From the first signal to SIGKILL for the whole group, in ms. */
  readonly gracePeriodMs: number;
  /** Aborting it brings SIGKILL forward. */
  readonly force?: AbortSignal;
}

export interface StopResult extends ExitStatus {
  /** The pids that had to be killed with SIGKILL. */
  readonly killed: readonly number[];
}

/**
 * Starts a program as the leader of a process group of its own, in the session and on the terminal of this process.
 * Resolves when the program runs. Rejects with `CWD_MISSING`, `CWD_NOT_USABLE`, `COMMAND_NOT_FOUND`,
 * `COMMAND_NOT_EXECUTABLE` or `SPAWN_FAILED`; then nothing was started.
 *
 * @example
 * const child = await spawnChild('node', ['server.js'], { cwd: '/app' });
 * process.once('SIGTERM', () => child.stop({ gracePeriodMs: 10_000 }));
 * process.exitCode = (await child.exited).exitCode;
 */
export function spawnChild(
  command: string,
  args: readonly string[],
  options: SpawnChildOptions & { readonly output: 'pipe' },
): Promise<PipedChild>;
export function spawnChild(
  command: string,
  args: readonly string[],
  options?: SpawnChildOptions,
): Promise<Child>;
export async function spawnChild(
  command: string,
  args: readonly string[],
  options: SpawnChildOptions = {},
): Promise<Child | PipedChild> {
  const { system = realSystem } = options;
  const { cwd = system.cwd(), env = system.env, stdin = 'inherit', output = 'inherit' } = options;
  checkCwd(cwd);

  const pipes = output === 'pipe' ? [openPipe(), openPipe()] : [];
  const [stdout, stderr] = pipes;
  let spawned: ChildProcess;
  try {
    spawned = spawn(pid1Path(system), shimArguments(command, args, options, system), {
      cwd,
      env,
      stdio: [stdin, stdout?.writeEnd ?? 'inherit', stderr?.writeEnd ?? 'inherit', 'pipe'],
    });
    await started(spawned, command, cwd, env);
  } catch (error) {
    for (const { stream } of pipes) stream.destroy();
    throw error instanceof CoreError ? error : spawnFailed(command, error);
  } finally {
    for (const { writeEnd } of pipes) closeSync(writeEnd);
  }
  const running = child(spawned, system);
  return stdout === undefined || stderr === undefined
    ? running
    : { ...running, stdout: stdout.stream, stderr: stderr.stream };
}

// The shim is `pid1 --exec`: libuv's spawn returns only after exec, too late for setpgid, and its `detached` is
// setsid, which gives up the terminal.
const errorFd = 3;

function shimArguments(
  command: string,
  args: readonly string[],
  { parentDeath }: SpawnChildOptions,
  system: System,
): string[] {
  const fileLimit = originalFileLimit(system);
  return [
    '--exec',
    ...(parentDeath === undefined ? [] : ['--parent-death', parentDeath]),
    ...(fileLimit < 0 ? [] : ['--nofile', String(fileLimit)]),
    '--error-fd',
    String(errorFd),
    '--',
    command,
    ...args,
  ];
}

/** A pipe and not the socket pair that `stdio: 'pipe'` makes: on a socket, opening /dev/stdout fails with ENXIO. */
function openPipe(): { stream: Readable; writeEnd: number } {
  const ends = loadAddon().pipe();
  if (typeof ends === 'number')
    throw new CoreError('SYSCALL_FAILED', `pipe failed: ${getSystemErrorName(ends)}`);
  const [readEnd, writeEnd] = ends;
  return { stream: new Socket({ fd: readEnd, readable: true, writable: false }), writeEnd };
}

/** Waits for the exec, which closes the shim's error descriptor; what it wrote before is the errno of a failed one. */
async function started(
  spawned: ChildProcess,
  command: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const spawnError = new Promise<never>((_, reject) => spawned.once('error', reject));
  const errno = await Promise.race([readAll(spawned.stdio[errorFd] as Readable), spawnError]);
  if (errno === '') return;
  findProgram(command, { cwd, path: env.PATH });
  throw spawnFailed(command, getSystemErrorName(-Number(errno)));
}

async function readAll(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

function spawnFailed(command: string, cause: unknown): CoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code =
    reason === 'EACCES' || reason === 'ENOEXEC' ? 'COMMAND_NOT_EXECUTABLE' : 'SPAWN_FAILED';
  const hint = reason === 'ENOEXEC' ? ' (no #! line, or built for another architecture)' : '';
  return new CoreError(code, `command "${command}" could not be started: ${reason}${hint}`, {
    cause,
  });
}

function child(spawned: ChildProcess, system: System): Child {
  const pid = spawned.pid as number;
  let ended = false;
  const exited = new Promise<ExitStatus>((resolve) => {
    spawned.once('exit', (code, signal) => {
      ended = true;
      resolve(exitStatus(code, signal));
    });
  });
  // After the leader is reaped its pid may be somebody else's, so it is never signalled then; the group id is safe
  // as long as the group has members.
  const kill = (signal: Signal): boolean => !ended && sendSignal(pid, signal, system);
  return {
    pid,
    exited,
    kill,
    stop: async ({ signal = 'SIGTERM', gracePeriodMs, force }) => {
      const deadline = AbortSignal.timeout(Math.max(0, gracePeriodMs));
      const over = force === undefined ? deadline : AbortSignal.any([deadline, force]);
      // A stopped process gets the signal only once it continues.
      if (kill(signal)) kill('SIGCONT');
      await Promise.race([exited, aborted(over)]);
      const killed = await endGroup(pid, over, system);
      return { ...(await exited), killed };
    },
  };
}

/** SIGTERM to what is left of a group, SIGKILL to what is left of that. Resolves with the pids killed. */
async function endGroup(pgid: number, over: AbortSignal, system: System): Promise<number[]> {
  if (!over.aborted && liveMembers(pgid, system).length > 0) {
    sendSignal(-pgid, 'SIGTERM', system);
    sendSignal(-pgid, 'SIGCONT', system);
  }
  // Not our children, so there is no event to wait for.
  for (let pause = 5; !over.aborted; pause = Math.min(pause * 2, 100)) {
    if (liveMembers(pgid, system).length === 0) return [];
    await Promise.race([delay(pause), aborted(over)]);
  }
  const killed = liveMembers(pgid, system);
  if (killed.length > 0) sendSignal(-pgid, 'SIGKILL', system);
  return killed;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
