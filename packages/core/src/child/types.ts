/// <reference lib="esnext.disposable" preserve="true" />
import type { AbortSignalLike } from '../abort.ts';
import type { Environment } from '../options.ts';
import type { ExitStatus } from '../process/exit-status.ts';
import type { Signal } from '../signals/names.ts';
import type { System } from '../system.ts';

export interface SpawnChildOptions {
  /** Absolute; default: that of this process. */
  readonly cwd?: string | undefined;
  /** The whole environment of the child; default: that of this process. */
  readonly env?: Environment | undefined;
  /** Default `inherit`; `ignore` is /dev/null. */
  readonly stdin?: 'inherit' | 'ignore' | undefined;
  /** stdout and stderr; default `inherit`. With `pipe` the result is a {@link PipedChild}. */
  readonly output?: 'inherit' | 'pipe' | undefined;
  /** What errors call the command, in place of `"command" (path)`; for one that may hold a secret. */
  readonly name?: string | undefined;
  /**
   * Sent to the child by the kernel when this process dies in any way, by SIGKILL too. Linux, main thread. It goes to
   * the child alone, not to what that starts, and not to a setuid program. Default: none.
   */
  readonly parentDeath?: Signal | number | undefined;
  /**
   * Gives the child the terminal, if this process has it, and takes it back at the end; with ^Z and `fg` this process
   * stops and continues with the child. Linux, main thread. Default false.
   */
  readonly foreground?: boolean | undefined;
  /**
   * Called when the child is stopped by a signal, and when it continues. What it throws is an uncaught exception, as in an
   * event listener. Linux, main thread.
   */
  readonly onJobChange?: ((state: JobState) => void) | undefined;
  /**
   * From 3 to 255: the child gets the write end of a pipe as that descriptor, and a newline on it makes the child
   * {@link Child.ready}, as under s6 and dinit. The child has to know the number; its environment is for the caller to
   * set. It should close the descriptor then: nobody reads any more, and a program that has not arranged for SIGPIPE
   * dies of the next write. Linux. Default: none.
   */
  readonly notifyFd?: number | undefined;
  /** Aborting it is a {@link Child.stop} without options. One that is aborted already starts nothing: `CANCELED`. */
  readonly signal?: AbortSignalLike | undefined;
  /**
   * Called as soon as there is a process, which may yet fail to run the program.
   * @internal
   */
  readonly onSpawn?: ((group: ProcessGroup) => void) | undefined;
  /** @internal */
  readonly system?: System | undefined;
}

/** What a child that has not ended does. */
export type JobState =
  | { readonly state: 'stopped'; readonly signal: Signal }
  | { readonly state: 'running' };

/** The process group that a child leads. It can outlive the child. */
export interface ProcessGroup {
  /** The pids of those that still run; zombies do not count. Off Linux no more than that of the child. */
  members(): number[];
  /** Default `SIGTERM`; 0 only asks. False when nobody is left. */
  kill(signal?: Signal | number): boolean;
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
  /** Default `SIGTERM`; 0 only asks. False when it has ended already. */
  kill(signal?: Signal | number): boolean;
  /**
   * Ends the child and what is left of its process group; see {@link StopOptions}. On Windows at once. Rejects with an
   * `OptionError`, and with Node's `EPERM` when they belong to another user.
   */
  stop(options?: StopOptions): Promise<StopResult>;
  /** A `stop()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Node's; `any` for who has no `@types/node`.
 */
// biome-ignore lint/suspicious/noTsIgnore: with those types there is no error to expect.
/** @ts-ignore */
export type Readable = import('node:stream').Readable;

export interface PipedChild extends Child {
  readonly stdout: Readable;
  readonly stderr: Readable;
}

export interface StopOptions {
  /** Goes to the leader; when that has ended, SIGTERM goes to what is left of its group. Default `SIGTERM`. */
  readonly signal?: Signal | number | undefined;
  /** From the first signal to SIGKILL for the whole group, in ms; at most 24 days. Default 10,000. */
  readonly gracePeriodMs?: number | undefined;
  /** Aborting it brings SIGKILL forward. */
  readonly force?: AbortSignalLike | undefined;
}

export interface StopResult extends ExitStatus {
  /** The pids that had to be killed with SIGKILL. */
  readonly killed: readonly number[];
}
