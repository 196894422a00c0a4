import type { ProcessGroup } from '../child/group.ts';
import { spawnChild } from '../child/spawn.ts';
import type { Child, StopResult } from '../child/types.ts';
import { CoreError } from '../errors.ts';
import { timerMs } from '../options.ts';
import { nowMs } from '../process/clock.ts';
import type { ExitStatus } from '../process/exit-status.ts';
import type { System } from '../system.ts';
import { countRestarts } from './restart.ts';
import type { SupervisedProcess, SupervisorOptions } from './types.ts';

/** One process of a supervisor, through all its restarts. */
export interface Member {
  readonly name: string;
  /**
   * Resolves when it is ready for the first time, or has ended for good before that. Rejects when it could not even be
   * started.
   */
  start(): Promise<void>;
  /** Ends it for good. The result is undefined when it was not running. */
  stop(): Promise<StopResult | undefined>;
  /** The running child. */
  child(): Child | undefined;
  /** Of the process that runs, is being started, or has left something behind. */
  group(): ProcessGroup | undefined;
  /** Settles when it has ended and is not started again. */
  readonly ended: Promise<ExitStatus>;
}

type State =
  | { readonly type: 'idle' }
  | { readonly type: 'starting'; readonly attempt: Promise<unknown> }
  | { readonly type: 'running'; readonly child: Child }
  /** It has ended, its group perhaps not. */
  | { readonly type: 'ending'; readonly rest: Promise<StopResult | undefined> }
  | { readonly type: 'waiting'; readonly timer: NodeJS.Timeout; readonly last: ExitStatus }
  | { readonly type: 'ended' };

export function superviseMember(
  spec: SupervisedProcess,
  { onEvent, backoff = {} }: SupervisorOptions & Required<Pick<SupervisorOptions, 'onEvent'>>,
  /** Aborted when nothing is waited for any more. */
  force: AbortSignal,
  system: System,
): Member {
  const { name, restart = 'no', maxRestarts = Number.POSITIVE_INFINITY } = spec;
  const { stopSignal = 'SIGTERM', gracePeriodMs = 10_000 } = spec;
  const restarts = countRestarts(restart, maxRestarts, backoff);
  let state: State = { type: 'idle' };
  let stopping = false;
  let group: ProcessGroup | undefined;
  let settle: (status: ExitStatus) => void = () => {};
  const ended = new Promise<ExitStatus>((resolve) => {
    settle = resolve;
  });

  let wasReady: () => void = () => {};
  const firstReady = new Promise<void>((resolve) => {
    wasReady = resolve;
  });

  const fail = (error: unknown): void => onEvent({ type: 'failed', name, error });

  const end = (status: ExitStatus): void => {
    state = { type: 'ended' };
    settle(status);
  };

  const attempt = async (): Promise<Child> => {
    const { command, cwd, env, stdin, parentDeath } = spec;
    const [program, ...args] = command;
    const child = await spawnChild(program, args, {
      system,
      onSpawn: (spawned) => {
        group = spawned;
      },
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...(stdin === undefined ? {} : { stdin }),
      ...(parentDeath === undefined ? {} : { parentDeath }),
    });
    const startedMs = nowMs();
    state = { type: 'running', child };
    onEvent({ type: 'started', name, pid: child.pid });
    child.exited.then(async (status) => {
      const ranMs = nowMs() - startedMs;
      // npm and the like end before what they started: with that still there, a restart would find its port taken.
      const rest = child.stop({ gracePeriodMs, force }).catch((error) => {
        fail(error);
        return undefined;
      });
      state = { type: 'ending', rest };
      onEvent({ type: 'ended', name, ...status });
      await rest;
      onEnded(status, ranMs);
    });
    return child;
  };

  const onEnded = (status: ExitStatus, ranMs: number): void => {
    const pauseMs = stopping ? undefined : restarts.next(status.exitCode, ranMs);
    if (pauseMs === undefined) {
      end(status);
    } else {
      onEvent({ type: 'restarting', name, inMs: pauseMs });
      state = {
        type: 'waiting',
        timer: setTimeout(startAgain, timerMs('backoff', pauseMs)),
        last: status,
      };
    }
  };

  const startAgain = (): void => {
    const starting = attempt();
    state = { type: 'starting', attempt: starting.catch(() => {}) };
    starting.then(
      (child) => becomeReady(child).catch((error) => giveUp(child, error)),
      (error) => {
        fail(error);
        onEnded({ exitCode: error instanceof CoreError ? error.exitCode : 1 }, 0);
      },
    );
  };

  const becomeReady = async (child: Child): Promise<void> => {
    if (spec.ready !== undefined) {
      const isReady = await Promise.race([
        Promise.resolve(spec.ready(child)).then(() => true),
        child.exited.then(() => false),
      ]);
      if (!isReady || !runs(child)) return;
    }
    if (runs(child)) onEvent({ type: 'ready', name });
    wasReady();
  };

  const runs = (child: Child): boolean => state.type === 'running' && state.child === child;

  /** After a restart it did not become ready. What follows its end is for the policy. */
  const giveUp = async (child: Child, error: unknown): Promise<void> => {
    fail(error);
    await child.stop({ signal: stopSignal, gracePeriodMs, force }).catch(fail);
  };

  return {
    name,
    ended,
    group: () => group,
    child: () => (state.type === 'running' ? state.child : undefined),
    start: async () => {
      const first = attempt();
      state = { type: 'starting', attempt: first.catch(() => {}) };
      let child: Child;
      try {
        child = await first;
      } catch (error) {
        end({ exitCode: error instanceof CoreError ? error.exitCode : 1 });
        throw error;
      }
      await becomeReady(child);
      await Promise.race([firstReady, ended]); // what ended before may be restarted, and ready then
    },
    stop: async () => {
      stopping = true;
      if (state.type === 'starting') await state.attempt;
      return stopState(state);
    },
  };

  async function stopState(current: State): Promise<StopResult | undefined> {
    switch (current.type) {
      case 'idle':
        end({ exitCode: 0 });
        return undefined;
      case 'waiting':
        clearTimeout(current.timer);
        end(current.last);
        return undefined;
      case 'running': {
        onEvent({ type: 'stopping', name });
        return current.child.stop({ signal: stopSignal, gracePeriodMs, force });
      }
      case 'ending':
        return current.rest;
      case 'starting':
      case 'ended':
        return undefined;
    }
  }
}
