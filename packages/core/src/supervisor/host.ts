import { constants } from 'node:os';
import { onAbort } from '../abort.ts';
import { fanOut } from '../signals/fan-out.ts';
import { type FanOutTarget, killTarget, signalTarget } from '../signals/target.ts';
import type { System } from '../system.ts';
import { childOf, type Member } from './member.ts';
import type { Supervisor, SupervisorOptions } from './types.ts';

/** What the host process hears that is for its processes. Resolves with the function that takes the listeners back. */
export async function listenForHost(
  members: readonly Member[],
  { stop, kill }: Pick<Supervisor, 'stop' | 'kill'>,
  { signals = {}, signal }: SupervisorOptions,
  system: System,
): Promise<() => void> {
  const everyone: FanOutTarget = {
    kill: (heard) => {
      for (const child of members.flatMap((member) => childOf(member) ?? []))
        signalTarget(child, heard, system);
      return true;
    },
  };
  const stopAll = (): void => {
    stop();
  };
  const fan = fanOut([everyone], {
    signals: { SIGTERM: stopAll, SIGINT: stopAll, SIGQUIT: stopAll, ...signals },
    onForce: () => {
      kill();
    },
    system,
  });
  const forgetAbort = onAbort(signal, stopAll);
  const forgetExit = await onHostExit(() => {
    for (const { group } of members)
      if (group !== undefined) killTarget({ kill: group.kill, group }, system);
  }, system);
  return () => {
    fan.close();
    forgetAbort();
    forgetExit();
  };
}

/**
 * Calls back when this process ends in a way that nobody has a listener for: process.exit, an uncaught exception, a
 * signal. Resolves with the function that takes it back.
 *
 * signal-exit then sends the signal to its own process once more, so that it dies of it. For PID 1 the kernel ignores
 * that, and the process would live on, deaf: so as PID 1 it exits here.
 */
async function onHostExit(callback: () => void, system: System): Promise<() => void> {
  const { onExit } = await import('signal-exit');
  return onExit((_, signal) => {
    callback();
    if (signal !== null && system.pid === 1) process.exit(128 + (constants.signals[signal] ?? 0));
  });
}
