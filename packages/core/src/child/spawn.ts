import { type AbortSignalLike, anAbortSignal, onAbort } from '../abort.ts';
import { stopDefaults } from '../defaults.ts';
import { CoreError } from '../errors.ts';
import {
  type Checks,
  callback,
  checkCommandLine,
  checkOptions,
  choice,
  environment,
  flag,
  internal,
  text,
} from '../options.ts';
import { callListener } from '../process/call-listener.ts';
import { checkCwd, currentCwd } from '../process/cwd.ts';
import { aSignal, type Signal } from '../signals/names.ts';
import { sendSignal } from '../signals/send.ts';
import { realSystem, requireLinux, requireMainThread, type System } from '../system.ts';
import { type Foreground, foregroundFor, watchJob } from './job.ts';
import { aNotifyFd, isNotified } from './notification.ts';
import { type SpawnedProcess, spawnProcess } from './spawn-process.ts';
import { stopChild } from './stop.ts';
import type {
  Child,
  JobState,
  PipedChild,
  SpawnChildOptions,
  StopOptions,
  StopResult,
} from './types.ts';

/**
 * Starts a program as the leader of a process group of its own; on Linux in the session and on the terminal of this
 * process, with the soft limit on open files that Node had raised for itself.
 *
 * Resolves when the program runs. Rejects with `CWD_MISSING` or `CWD_NOT_USABLE`, `COMMAND_NOT_FOUND` (exit code 127),
 * `COMMAND_NOT_EXECUTABLE` or `SPAWN_FAILED` (126), and for what this platform or thread cannot do with
 * `UNSUPPORTED_PLATFORM` or `NOT_MAIN_THREAD`; and with an `OptionError` for an argument or option that is none.
 * Then nothing was started.
 *
 * @example
 * const child = await spawnChild('node', ['server.js'], { cwd: '/app' });
 * process.once('SIGTERM', () => child.stop());
 * process.exitCode = (await child.exited).exitCode;
 */
export function spawnChild(
  command: string,
  args: readonly string[] | undefined,
  options: SpawnChildOptions & { readonly output: 'pipe' },
): Promise<PipedChild>;
export function spawnChild(
  command: string,
  args?: readonly string[],
  options?: SpawnChildOptions,
): Promise<Child>;
export async function spawnChild(
  command: string,
  args: readonly string[] = [],
  options: SpawnChildOptions = {},
): Promise<Child | PipedChild> {
  checkCommandLine('spawnChild', command, args);
  checkOptions('spawnChild', options, checks);
  const { signal, system = realSystem } = options;
  requireWhatItTakes(options, system);
  const { cwd = currentCwd(system), env = system.env } = options;
  checkCwd(cwd);
  if (signal?.aborted === true)
    throw new CoreError('CANCELED', 'starting the child was called off', { cause: signal.reason });
  const foreground = options.foreground === true ? foregroundFor(system) : undefined;
  const spawned = await spawnProcess(command, args, { ...options, cwd, env, system });
  const terminal = foreground?.(spawned.pid);
  const child = childOf(spawned, terminal, options, system);
  stopAtAbort(child, signal);
  return { ...child, ...spawned.pipes };
}

const checks: Checks<SpawnChildOptions> = {
  cwd: text,
  env: environment,
  stdin: choice('inherit', 'ignore'),
  output: choice('inherit', 'pipe'),
  name: text,
  parentDeath: aSignal,
  foreground: flag,
  onJobChange: callback,
  notifyFd: aNotifyFd,
  signal: anAbortSignal,
  onSpawn: internal,
  system: internal,
};

function requireWhatItTakes(options: SpawnChildOptions, system: System): void {
  if (options.notifyFd !== undefined) requireLinux('spawnChild with notifyFd', system);
  for (const name of ['parentDeath', 'foreground', 'onJobChange'] as const) {
    if (options[name] === undefined || options[name] === false) continue;
    requireLinux(`spawnChild with ${name}`, system);
    requireMainThread(`spawnChild with ${name}`, system);
  }
}

function childOf(
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
  const kill = (signal: Signal | number = stopDefaults.signal): boolean =>
    !hasEnded() && sendSignal(pid, signal, system);
  const stop = (options: StopOptions = {}): Promise<StopResult> =>
    stopChild({ pid, exited, group, kill, hasEnded }, options, system);
  const dispose = async (): Promise<void> => {
    await stop();
  };
  return { pid, exited, ready, group, kill, stop, [Symbol.asyncDispose]: dispose };
}

/** What cannot be stopped is a process warning: an abort has no caller to tell. */
function stopAtAbort({ exited, stop }: Child, signal: AbortSignalLike | undefined): void {
  const forget = onAbort(signal, () => {
    stop().catch((error: Error) => process.emitWarning(error));
  });
  exited.then(forget);
}
