/// <reference lib="esnext.disposable" preserve="true" />
import type { AbortSignalLike } from '../abort.ts';
import type { Child, SpawnChildOptions } from '../child/types.ts';
import type { ExitStatus } from '../process/exit-status.ts';
import type { Signal } from '../signals/names.ts';
import type { Routes } from '../signals/routes.ts';
import type { System } from '../system.ts';
import type { RestartOptions } from './restart.ts';

export interface SupervisedProcess
  extends Pick<SpawnChildOptions, 'cwd' | 'env' | 'stdin' | 'parentDeath' | 'notifyFd'> {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /**
   * The next one starts when this resolves; default: at once. With `notifyFd` it is called at the newline. A rejection
   * ends everything, and so does a `notifyFd` that is closed without a newline.
   */
  readonly ready?: ((child: Child) => Promise<unknown>) | undefined;
  /** When it ends for good, everything ends, with its exit code. Default true. */
  readonly essential?: boolean | undefined;
  /** Default `never`. */
  readonly restart?: RestartOptions | undefined;
  /** Default `SIGTERM`. */
  readonly stopSignal?: Signal | number | undefined;
  /** From the stop signal to SIGKILL for its process group, in ms. Default 10,000. */
  readonly gracePeriodMs?: number | undefined;
}

export interface SupervisorOptions {
  /** What it throws is an uncaught exception, as in an event listener. */
  readonly onEvent?: ((event: SupervisorEvent) => void) | undefined;
  /** As for `fanOut`, over: TERM, INT and QUIT stop everything, the others are forwarded to every process. */
  readonly signals?: Routes | undefined;
  /** Aborting it is a `stop()`. */
  readonly signal?: AbortSignalLike | undefined;
  /** @internal */
  readonly system?: System | undefined;
}

export type SupervisorEvent =
  | { readonly type: 'started'; readonly name: string; readonly pid: number }
  | { readonly type: 'ready' | 'stopping'; readonly name: string }
  | ({ readonly type: 'ended'; readonly name: string } & ExitStatus)
  /** `restarts` is how many there were within the window, this one included. */
  | {
      readonly type: 'restarting';
      readonly name: string;
      readonly inMs: number;
      readonly restarts: number;
    }
  /** It has used up its restarts. */
  | { readonly type: 'given-up'; readonly name: string; readonly restarts: number }
  | { readonly type: 'failed'; readonly name: string; readonly error: unknown };

export interface Supervisor {
  /**
   * Starts the processes in their order. Resolves when the last one is ready. Rejects with the `CoreError` of the first
   * one that could not be started, when what ran before it has been stopped; and with `CANCELED` when everything was to
   * end before, by a signal, by `stop()` or because an essential process has ended: `ended` says how.
   */
  start(): Promise<void>;
  /** Stops the processes in reverse order, one after the other; a second call does no more. Resolves as `ended`. */
  stop(): Promise<number>;
  /** SIGKILL for everything that still runs. Resolves as `ended`. */
  kill(): Promise<number>;
  /**
   * The exit code, when everything has ended and every listener is taken back: that of the essential process that ended
   * by itself; after `stop()` that of the first essential one, or 137 if something needed SIGKILL; where none is
   * essential, the first one that is not 0. Rejects with the reason why something could not be stopped, such as `EPERM`
   * for one that has become another user; the others have been.
   */
  readonly ended: Promise<number>;
  /** A `stop()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
