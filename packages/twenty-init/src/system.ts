import type { ExitStatus, Signal, StopOptions, StopResult } from '@twenty-init/core';
import type { App, Command } from './boot/plan.ts';

/** Every effect that a boot has. The real one is `realSystem`; a test passes a fake. */
export interface System {
  /** Wall-clock time in ms that never runs backwards. */
  now(): number;
  /** Calls back once after `ms`; the result takes that back. */
  after(ms: number, callback: () => void): () => void;
  /** Starts a command as the leader of its own process group. Rejects with a `CoreError` when it cannot. */
  start(command: Command): Promise<Running>;
  /**
   * Replaces this process by the app. Rejects with a `CoreError`, whose code is `CANCELED` when `canceled` was true
   * at the last moment.
   */
  become(app: App, canceled: () => boolean): Promise<never>;
  /** Writes one line of our own to stderr. */
  writeLine(line: string): void;
}

export interface Running {
  readonly pid: number;
  /** Settles when the leader has ended and what it wrote has been passed on. */
  readonly exited: Promise<ExitStatus>;
  kill(signal: Signal): boolean;
  stop(options: StopOptions): Promise<StopResult>;
  /** The last lines of its output so far, oldest first. */
  lastLines(): readonly string[];
}
