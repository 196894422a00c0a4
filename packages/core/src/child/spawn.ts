import { callListener } from '../process/call-listener.ts';
import { checkCwd, currentCwd } from '../process/cwd.ts';
import { type Signal, signalNumber } from '../signals/names.ts';
import { sendSignal } from '../signals/send.ts';
import { realSystem, requireLinux, requireMainThread, type System } from '../system.ts';
import { type Foreground, foregroundFor, type JobState, watchJob } from './job.ts';
import { isNotified } from './notification.ts';
import { type SpawnedProcess, spawnProcess } from './spawn-process.ts';
import { stopChild } from './stop.ts';
import type { Child, PipedChild, SpawnChildOptions } from './types.ts';

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
export async function spawnChild(
  command: string,
  args: readonly string[],
  options: SpawnChildOptions = {},
): Promise<Child | PipedChild> {
  const { system = realSystem } = options;
  const { cwd = currentCwd(system), env = system.env } = options;
  checkOptions(options, system);
  checkCwd(cwd);
  const foreground = options.foreground === true ? foregroundFor(system) : undefined;
  const spawned = await spawnProcess(command, args, { ...options, cwd, env, system });
  const terminal = foreground?.(spawned.pid);
  return { ...child(spawned, terminal, options, system), ...spawned.pipes };
}

function checkOptions(options: SpawnChildOptions, system: System): void {
  if (options.notifyFd !== undefined) checkNotifyFd(options.notifyFd, system);
  if (options.parentDeath !== undefined) signalNumber(options.parentDeath);
  for (const name of ['parentDeath', 'foreground', 'onJobChange'] as const) {
    if (options[name] === undefined || options[name] === false) continue;
    requireLinux(`spawnChild with ${name}`, system);
    requireMainThread(`spawnChild with ${name}`, system);
  }
}

/** Far below any usual limit on open files, which a descriptor has to stay below. */
const highestNotifyFd = 255;

function checkNotifyFd(fd: number, system: System): void {
  if (!Number.isInteger(fd) || fd < 3 || fd > highestNotifyFd)
    throw new RangeError(
      `Expected notifyFd to be a whole number from 3 to ${highestNotifyFd}, got ${fd}`,
    );
  requireLinux('spawnChild with notifyFd', system);
}

function child(
  { pid, exited: reaped, hasEnded, group, notification }: SpawnedProcess,
  terminal: Foreground | undefined,
  { onJobChange }: SpawnChildOptions,
  system: System,
): Child {
  const onChange = (state: JobState): void => {
    callListener(onJobChange, state);
    if (state.state === 'stopped') terminal?.suspend();
  };
  const unwatch =
    terminal !== undefined || onJobChange !== undefined
      ? watchJob(pid, onChange, system)
      : () => {};
  const exited = reaped.then(async (status) => {
    unwatch();
    terminal?.end();
    await notification?.end();
    return status;
  });
  const ready =
    notification === undefined
      ? Promise.resolve(true)
      : isNotified(notification, { pid, exited, hasEnded }, system);
  // After it is reaped its pid may be somebody else's.
  const kill = (signal: Signal): boolean => !hasEnded() && sendSignal(pid, signal, system);
  const self = { pid, exited, ready, group, kill };
  return { ...self, stop: (stopOptions) => stopChild({ ...self, hasEnded }, stopOptions, system) };
}
