import { killDefaults } from '../defaults.ts';
import { CoreError, OptionError } from '../errors.ts';
import { aPid, checkOptions } from '../options.ts';
import { nowMs } from '../process/clock.ts';
import { delay, turnOfTheLoop } from '../process/event-loop.ts';
import { type Signal, signalNumber } from '../signals/names.ts';
import { endsProcess, sendSignal } from '../signals/send.ts';
import { realSystem } from '../system.ts';
import { type KillTreeOptions, killChecks, signalOf } from './kill-options.ts';
import { requireOwnProc } from './own-proc.ts';
import { isRunning, type ProcessStat } from './stat.ts';
import { stillRunning } from './still-running.ts';
import { type TreeWalk, walkTree } from './tree-walk.ts';

export type { KillTreeOptions } from './kill-options.ts';

/**
 * Sends a signal to a process and everything that descends from it, and to nothing else; never to this process, whose
 * own pid stands for what is below it. The tree of an ancestor is without what this process has started.
 *
 * On Linux the tree is stopped first and looked at again until nothing in it is new, so that what it forks meanwhile
 * is not missed. A process that was orphaned before the call is found by its session, if the tree opened that; else
 * it is out of reach. Resolves with the pids that got the signal; after SIGKILL, when none of them runs any more.
 *
 * Rejects with `SIGNAL_FAILED` when one of them belongs to another user (the others got it), `STILL_RUNNING` when
 * the kernel did not end one in time, `PROC_UNUSABLE` without a /proc of this PID namespace. Off Linux `tree-kill`
 * does it, with what `ps`, `pgrep` or `taskkill` can do, and the result is the root alone. With an `OptionError` for
 * what is no pid or no option.
 *
 * @example
 * await killTree(child.pid);
 */
export async function killTree(pid: number, options: KillTreeOptions = {}): Promise<number[]> {
  checkOptions('killTree', options, killChecks);
  if (!aPid.accepts(pid)) throw new OptionError('pid', `Expected a pid, got ${pid}`);
  const { timeoutMs = killDefaults.timeoutMs, system = realSystem } = options;
  const signal = signalOf(options);
  if (system.platform !== 'linux') return killByLibrary(pid, signal);
  requireOwnProc('killTree', system);
  const walk = walkTree(pid, system);
  const denied = new Map<number, unknown>();
  const send = (target: number, what: Signal): void => {
    try {
      sendSignal(target, what, system);
    } catch (error) {
      denied.set(target, error);
    }
  };

  const { members, stoppedHere } = await freeze(walk, denied, send);
  const pids = members.filter(isRunning).map((member) => member.pid);
  const thaw = (targets: Iterable<number>): void => {
    for (const target of targets) send(target, 'SIGCONT');
  };
  // SIGCONT discards these where they are pending, so it comes before them.
  if (stopsByDefault(signal)) thaw(stoppedHere);
  // Leaves first. The kernel sends SIGHUP and SIGCONT to a stopped group when its last tie to a parent is cut.
  for (const member of members.toReversed()) send(member.pid, signal);
  if (signal === 'SIGKILL') await gone(walk, denied, send, timeoutMs);
  else if (endsProcess(signal)) thaw(pids);
  else if (signal !== 'SIGSTOP' && !stopsByDefault(signal)) thaw(stoppedHere);
  if (denied.size > 0) throw signalFailed(signal, denied);
  return pids;
}

function stopsByDefault(signal: Signal): boolean {
  return ['SIGTSTP', 'SIGTTIN', 'SIGTTOU'].includes(signal);
}

/**
 * Stops everything. Resolves when two looks in a row showed nothing new and nothing that runs. When a look fails, what
 * was stopped here runs on.
 */
async function freeze(
  walk: TreeWalk,
  denied: ReadonlyMap<number, unknown>,
  send: (pid: number, signal: Signal) => void,
): Promise<{ members: ProcessStat[]; stoppedHere: Set<number> }> {
  const stoppedHere = new Set<number>();
  try {
    // Bounded, for the process that somebody else continues.
    for (let looks = 0, quiet = 0; ; looks++) {
      const members = walk.look();
      const moving = members.filter(
        (member) => isMoving(member, stoppedHere) && !denied.has(member.pid),
      );
      // The first thread of a process may be stopped already while another one still finishes a fork: look twice.
      quiet = moving.length === 0 ? quiet + 1 : 0;
      if (quiet === 2 || looks === 200) return { members, stoppedHere };
      for (const { pid } of moving) {
        send(pid, 'SIGSTOP');
        stoppedHere.add(pid);
      }
      await turnOfTheLoop();
    }
  } catch (error) {
    for (const pid of stoppedHere) send(pid, 'SIGCONT');
    throw error;
  }
}

/** A process in state D runs no more of its own code once SIGSTOP waits for it; the parent of a vfork stays there. */
function isMoving({ pid, state }: ProcessStat, asked: ReadonlySet<number>): boolean {
  switch (state) {
    case 'T':
    case 't':
    case 'Z':
    case 'X':
      return false;
    case 'D':
      return !asked.has(pid);
    default:
      return true;
  }
}

async function gone(
  walk: TreeWalk,
  denied: ReadonlyMap<number, unknown>,
  send: (pid: number, signal: Signal) => void,
  timeoutMs: number,
): Promise<void> {
  const deadline = nowMs() + timeoutMs;
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    const left = walk.look().filter((member) => isRunning(member) && !denied.has(member.pid));
    if (left.length === 0) return;
    if (nowMs() > deadline) throw stillRunning(left, timeoutMs);
    for (const { pid } of left) send(pid, 'SIGKILL');
    await delay(pause);
  }
}

function signalFailed(signal: Signal, denied: ReadonlyMap<number, unknown>): CoreError {
  const [cause] = denied.values();
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CoreError(
    'SIGNAL_FAILED',
    `${signal} could not be sent to ${[...denied.keys()].join(', ')}: ${reason}`,
    { cause },
  );
}

async function killByLibrary(pid: number, signal: Signal): Promise<number[]> {
  const { default: treeKill } = await import('tree-kill');
  await new Promise<void>((resolve, reject) => {
    treeKill(pid, signalNumber(signal), (cause) => {
      if (cause === undefined || cause === null) resolve();
      else
        reject(new CoreError('SIGNAL_FAILED', `tree-kill of ${pid}: ${cause.message}`, { cause }));
    });
  });
  return [pid];
}
