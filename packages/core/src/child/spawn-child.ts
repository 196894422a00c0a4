import type { Readable } from 'node:stream';
import type { ExitStatus } from '../exit-status.ts';
import type { Signal } from '../signals.ts';
import type { System } from '../system.ts';
import type { ProcessGroup } from './group.ts';
import type { JobState } from './job.ts';
import { startChild } from './start-child.ts';

export interface SpawnChildOptions {
  /** Absolute; default: that of this process. */
  readonly cwd?: string;
  /** The whole environment of the child; default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default `inherit`; `ignore` is /dev/null. */
  readonly stdin?: 'inherit' | 'ignore';
  /** stdout and stderr; default `inherit`. With `pipe` the result is a {@link PipedChild}. */
  readonly output?: 'inherit' | 'pipe';
  /** What errors call the command, in place of `"command" (path)`; for one that may hold a secret. */
  readonly name?: string | undefined;
  /**
   * Sent to the child by the kernel when this process dies in any way, by SIGKILL too. Linux, main thread. It goes to
   * the child alone, not to what that starts, and not to a setuid program. Default: none.
   */
  readonly parentDeath?: Signal;
  /**
   * Gives the child the terminal, if this process has it, and takes it back at the end; with ^Z and `fg` this process
   * stops and continues with the child. Linux, main thread. Default false.
   */
  readonly foreground?: boolean;
  /**
   * Called when the child is stopped by a signal, and when it continues. What it throws is an uncaught exception, as in an
   * event listener. Linux, main thread.
   */
  readonly onJobChange?: (state: JobState) => void;
  /**
   * From 3 to 255: the child gets the write end of a pipe as that descriptor, and a newline on it makes the child
   * {@link Child.ready}, as under s6 and dinit. The child has to know the number; its environment is for the caller to
   * set. It should close the descriptor then: nobody reads any more, and a program that has not arranged for SIGPIPE
   * dies of the next write. Linux. Default: none.
   */
  readonly notifyFd?: number;
  readonly system?: System;
}

export interface Child {
  readonly pid: number;
  /**
   * Settles when the process ends, even while a descendant keeps its output open. Never rejects. A death by a
   * real-time signal reads as exit code 0, because Node drops that signal; run the program under `pid1Path()` where
   * that matters, which makes it 128+n.
   */
  readonly exited: Promise<ExitStatus>;
  /**
   * True at the first newline on `notifyFd`, and then before `exited`. False when every process that had that descriptor
   * has closed it without one; and after `exited`, when the child has ended without one. Without `notifyFd` it is true
   * from the start. Never rejects.
   */
  readonly ready: Promise<boolean>;
  /** The group that it leads, also when it has ended itself. */
  readonly group: ProcessGroup;
  /** False when it has ended already. */
  kill(signal: Signal): boolean;
  /**
   * Ends the child and what is left of its process group; see {@link StopOptions}. On Windows at once. Rejects with a
   * `RangeError` for a grace period of NaN, and with Node's `EPERM` when they belong to another user.
   */
  stop(options: StopOptions): Promise<StopResult>;
}

export interface PipedChild extends Child {
  readonly stdout: Readable;
  readonly stderr: Readable;
}

export interface StopOptions {
  /** Goes to the leader; when that has ended, SIGTERM goes to what is left of its group. Default `SIGTERM`. */
  readonly signal?: Signal;
  /** From the first signal to SIGKILL for the whole group, in ms; at most 24 days. */
  readonly gracePeriodMs: number;
  /** Aborting it brings SIGKILL forward. */
  readonly force?: AbortSignal;
}

export interface StopResult extends ExitStatus {
  /** The pids that had to be killed with SIGKILL. */
  readonly killed: readonly number[];
}

/**
 * Starts a program as the leader of a process group of its own; on Linux in the session and on the terminal of this
 * process, with the soft limit on open files that Node had raised for itself.
 *
 * Resolves when the program runs. Rejects with `CWD_MISSING` or `CWD_NOT_USABLE`, `COMMAND_NOT_FOUND` (exit code 127),
 * `COMMAND_NOT_EXECUTABLE` or `SPAWN_FAILED` (126), and for what this platform or thread cannot do with
 * `UNSUPPORTED_PLATFORM` or `NOT_MAIN_THREAD`; and with a `RangeError` for a `notifyFd` or a `parentDeath` that is none.
 * Then nothing was started.
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
export function spawnChild(
  command: string,
  args: readonly string[],
  options: SpawnChildOptions = {},
): Promise<Child | PipedChild> {
  return startChild(command, args, options);
}
