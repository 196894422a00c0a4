import { spawnChild } from '../child/spawn.ts';
import type { Child, ProcessGroup, StopResult } from '../child/types.ts';
import { stopDefaults } from '../defaults.ts';
import { CoreError } from '../errors.ts';
import { nowMs } from '../process/clock.ts';
import type { ExitStatus } from '../process/exit-status.ts';
import { timerMs } from '../process/timer.ts';
import type { System } from '../system.ts';
import { type Deferred, deferred } from './deferred.ts';
import {
  afterEnd,
  noRestarts,
  type RestartHistory,
  type RestartRule,
  restartRule,
} from './restart.ts';
import type { SupervisedProcess, SupervisorEvent } from './types.ts';

/** One process of a supervisor, through all its restarts. */
export interface Member {
  readonly spec: SupervisedProcess;
  readonly rule: RestartRule;
  readonly supervision: Supervision;
  state: MemberState;
  history: RestartHistory;
  /** It is to end for good. */
  stopping: boolean;
  /** Of the process that runs, is being started, or has left something behind. */
  group: ProcessGroup | undefined;
  wasReady: boolean;
  readonly firstReady: Deferred<void>;
  /** Settles when it has ended and is not started again. */
  readonly ended: Deferred<ExitStatus>;
}

/** What the members of a supervisor have in common. */
export interface Supervision {
  readonly tell: (event: SupervisorEvent) => void;
  /** Aborted when nothing is waited for any more. */
  readonly force: AbortSignal;
  readonly system: System;
}

type MemberState =
  | { readonly type: 'idle' }
  | { readonly type: 'starting'; readonly attempt: Promise<unknown> }
  | { readonly type: 'running'; readonly child: Child }
  /** It has ended, its group perhaps not. */
  | { readonly type: 'ending'; readonly rest: Promise<StopResult | undefined> }
  | { readonly type: 'waiting'; readonly timer: NodeJS.Timeout; readonly last: ExitStatus }
  | { readonly type: 'ended' };

export function memberOf(spec: SupervisedProcess, supervision: Supervision): Member {
  return {
    spec,
    rule: restartRule(spec.restart),
    supervision,
    state: { type: 'idle' },
    history: noRestarts,
    stopping: false,
    group: undefined,
    wasReady: false,
    firstReady: deferred(),
    ended: deferred(),
  };
}

/**
 * Resolves when it is ready for the first time, or has ended for good before that. Rejects when it could not even be
 * started.
 */
export async function startMember(member: Member): Promise<void> {
  let child: Child;
  try {
    child = await attempt(member);
  } catch (error) {
    end(member, exitStatusOf(error));
    throw error;
  }
  await becomeReady(member, child);
  await Promise.race([member.firstReady.promise, member.ended.promise]); // what ended before may be restarted, and ready then
}

/** Ends it for good. The result is undefined when it was not running. */
export async function stopMember(member: Member): Promise<StopResult | undefined> {
  member.stopping = true;
  if (member.state.type === 'starting') await member.state.attempt;
  const { state, spec, supervision } = member;
  switch (state.type) {
    case 'idle':
      end(member, { exitCode: 0 });
      return undefined;
    case 'waiting':
      clearTimeout(state.timer);
      end(member, state.last);
      return undefined;
    case 'running':
      supervision.tell({ type: 'stopping', name: spec.name });
      return stopChildOf(member, state.child);
    case 'ending':
      return state.rest;
    case 'starting':
    case 'ended':
      return undefined;
  }
}

export function childOf({ state }: Member): Child | undefined {
  return state.type === 'running' ? state.child : undefined;
}

function attempt(member: Member): Promise<Child> {
  const started = spawnMember(member);
  member.state = { type: 'starting', attempt: started.catch(() => {}) };
  return started;
}

async function spawnMember(member: Member): Promise<Child> {
  const { spec, supervision } = member;
  const { name, cwd, env, stdin, parentDeath, notifyFd } = spec;
  const [program, ...args] = spec.command;
  const child = await spawnChild(program, args, {
    cwd,
    env,
    stdin,
    parentDeath,
    notifyFd,
    onSpawn: (group) => {
      member.group = group;
    },
    system: supervision.system,
  });
  const startedMs = nowMs();
  member.state = { type: 'running', child };
  supervision.tell({ type: 'started', name, pid: child.pid });
  child.exited.then((status) => exited(member, child, status, nowMs() - startedMs));
  return child;
}

async function exited(
  member: Member,
  child: Child,
  status: ExitStatus,
  ranMs: number,
): Promise<void> {
  const { spec, supervision } = member;
  const { gracePeriodMs } = spec;
  // npm and the like end before what they started: with that still there, a restart would find its port taken.
  const rest = child.stop({ gracePeriodMs, force: supervision.force }).catch((error: unknown) => {
    fail(member, error);
    return undefined;
  });
  member.state = { type: 'ending', rest };
  supervision.tell({ type: 'ended', name: spec.name, ...status });
  await rest;
  goOn(member, status, ranMs);
}

/** What follows its end. */
function goOn(member: Member, status: ExitStatus, ranMs: number): void {
  const { spec, rule, history, supervision } = member;
  if (member.stopping) return end(member, status);
  const next = afterEnd(rule, history, { exitCode: status.exitCode, ranMs }, nowMs());
  switch (next.type) {
    case 'stay':
      return end(member, status);
    case 'give-up':
      supervision.tell({ type: 'given-up', name: spec.name, restarts: next.restarts });
      return end(member, { ...status, exitCode: next.exitCode });
    case 'restart': {
      const { delayMs, restarts } = next;
      const timer = setTimeout(startAgain, timerMs('delayMs', delayMs), member);
      member.history = next.history;
      // Before it is told of: who hears of it may stop everything.
      member.state = { type: 'waiting', timer, last: status };
      supervision.tell({ type: 'restarting', name: spec.name, inMs: delayMs, restarts });
    }
  }
}

function startAgain(member: Member): void {
  attempt(member).then(
    (child) => becomeReady(member, child).catch((error) => giveUp(member, child, error)),
    (error) => {
      fail(member, error);
      goOn(member, exitStatusOf(error), 0);
    },
  );
}

async function becomeReady(member: Member, child: Child): Promise<void> {
  const { spec, supervision, firstReady } = member;
  if (spec.ready !== undefined || spec.notifyFd !== undefined) {
    const isOver = child.exited.then(() => false);
    if (!(await Promise.race([isReady(spec, child), isOver])) || !runs(member, child)) return;
  }
  if (runs(member, child)) supervision.tell({ type: 'ready', name: spec.name });
  member.wasReady = true;
  firstReady.resolve();
}

/** When the child ends this comes to nothing, later than that is heard of. */
async function isReady({ name, notifyFd, ready }: SupervisedProcess, child: Child): Promise<true> {
  if (!(await child.ready))
    throw new CoreError(
      'NOT_READY',
      `"${name}" closed descriptor ${notifyFd}, its notifyFd, without a newline`,
    );
  await ready?.(child);
  return true;
}

function runs({ state }: Member, child: Child): boolean {
  return state.type === 'running' && state.child === child;
}

/** After a restart it did not become ready. What follows its end is for the policy. */
async function giveUp(member: Member, child: Child, error: unknown): Promise<void> {
  fail(member, error);
  await stopChildOf(member, child).catch((failure) => fail(member, failure));
}

function stopChildOf({ spec, supervision }: Member, child: Child): Promise<StopResult> {
  const { stopSignal = stopDefaults.signal, gracePeriodMs } = spec;
  return child.stop({ signal: stopSignal, gracePeriodMs, force: supervision.force });
}

function end(member: Member, status: ExitStatus): void {
  member.state = { type: 'ended' };
  member.ended.resolve(status);
}

function fail({ spec, supervision }: Member, error: unknown): void {
  supervision.tell({ type: 'failed', name: spec.name, error });
}

function exitStatusOf(error: unknown): ExitStatus {
  return { exitCode: error instanceof CoreError ? error.exitCode : 1 };
}
