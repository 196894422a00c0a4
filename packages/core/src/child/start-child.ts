import { checkCwd, currentCwd } from '../cwd.ts';
import { callListener } from '../listener.ts';
import { requireLinux, requireMainThread } from '../platform.ts';
import { type Signal, signalNumber } from '../signals.ts';
import { realSystem, type System } from '../system.ts';
import { sendSignal } from '../tree/process-group.ts';
import type { ProcessGroup } from './group.ts';
import { type Foreground, foregroundFor, type JobState, watchJob } from './job.ts';
import { type Launched, launch } from './launch.ts';
import { isNotified } from './notification.ts';
import type { Child, PipedChild, SpawnChildOptions } from './spawn-child.ts';
import { stopChild } from './stop.ts';

export interface StartOptions extends SpawnChildOptions {
  /** Called as soon as there is a process, which may yet fail to run the program. */
  readonly onSpawn?: (group: ProcessGroup) => void;
}

export async function startChild(
  command: string,
  args: readonly string[],
  options: StartOptions,
): Promise<Child | PipedChild> {
  const { system = realSystem } = options;
  const { cwd = currentCwd(system), env = system.env } = options;
  checkOptions(options, system);
  checkCwd(cwd);
  const foreground = options.foreground === true ? foregroundFor(system) : undefined;
  const launched = await launch(command, args, { ...options, cwd, env, system });
  const terminal = foreground?.(launched.pid);
  return { ...child(launched, terminal, options, system), ...launched.pipes };
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
  { pid, exited: reaped, hasEnded, group, notification }: Launched,
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
