import type { ExitStatus, Signal, StopResult } from '@twenty-init/core';
import type { App } from '../plan/app.ts';
import type { Work } from '../plan/command.ts';
import type { Probed } from '../plan/readiness.ts';

/** Every effect that a boot has. The real one is `hostSystem`; a test passes a fake. */
export interface System {
  /** Wall-clock time in ms that never runs backwards. */
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Calls back once after `ms`; the result takes that back. */
  after(ms: number, callback: () => void): () => void;
  /**
   * Starts a command as the leader of its own process group, or a function. `title` says whose it is. Rejects with a
   * `CoreError` when it cannot.
   */
  start(work: Work, title: string): Promise<Running>;
  /** Throws Node's system error when that cannot be found out. */
  exists(path: string): boolean;
  /**
   * Replaces this process by the app. Rejects with a `CoreError`, whose code is `CANCELED` when `canceled` was true
   * at the last moment.
   */
  become(app: App, canceled: () => boolean): Promise<never>;
  /**
   * Starts the app as a child that has our stdin, stdout and stderr, and the descriptor of its `notifyFd`; `outlives`
   * says that it goes on when we end. Rejects with a `CoreError` when it cannot.
   */
  startApp(app: App, outlives: boolean): Promise<RunningApp>;
  /** One look at whether the app is ready. Never rejects. */
  probe(readiness: Probed): Promise<ProbeResult>;
  /** Asks the parent to take a child of ours over. Never rejects. */
  handOff(app: App, pid: number): Promise<HandOff>;
}

export interface RunningProcess {
  readonly pid: number;
  /** It has the terminal: ^C goes to it, and not to us. Looked at only when it may be restarted. */
  readonly hasTerminal?: boolean;
  /** Settles when the leader has ended. */
  readonly exited: Promise<ExitStatus>;
  kill(signal: Signal): boolean;
  stop(request: StopRequest): Promise<StopResult>;
}

/** As of `spawnChild`; the grace period is the plan's, and no default of the library. */
export interface StopRequest {
  readonly signal?: Signal;
  readonly gracePeriodMs: number;
  readonly force?: AbortSignal;
}

export interface RunningApp extends RunningProcess {
  /** Whether it says, by its `notifyFd`, that it is ready; as of `spawnChild`. */
  readonly ready: Promise<boolean>;
}

export interface Running extends RunningProcess {
  /** Settles when what it wrote has been passed on; nothing that comes later is. */
  drained(): Promise<void>;
  /** The last lines of its output so far, oldest first. */
  lastLines(): readonly string[];
  /** When it last wrote something, in the time of `now`; its start when it never did. */
  lastOutputAt(): number;
  /** Why it failed, where that is more than an exit code. */
  failure?(): string | undefined;
}

export interface ProbeResult {
  readonly ok: boolean;
  /** What was seen, in words. */
  readonly reason: string;
}

export interface HandOff {
  readonly accepted: boolean;
  /** Why not. */
  readonly reason: string;
}
