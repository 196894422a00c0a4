import { loadAddon } from '../native.ts';
import { signalName } from '../signals/names.ts';
import { onSignal } from '../signals/on-signal.ts';
import { sendSignal } from '../signals/send.ts';
import type { System } from '../system.ts';
import { readStat } from '../tree/stat.ts';
import type { JobState } from './types.ts';

/**
 * Reports when a child stops and continues, until the result is called. Node has no event for it; asking for nothing
 * but these two takes no exit from libuv.
 */
export function watchJob(
  pid: number,
  onChange: (state: JobState) => void,
  system: System,
): () => void {
  const addon = loadAddon(system);
  const look = (): void => {
    const change = addon.jobChange(pid);
    if (change > 0) onChange({ state: 'stopped', signal: signalName(change) });
    else if (change < 0) onChange({ state: 'running' });
  };
  const unlisten = onSignal('SIGCHLD', look);
  look(); // it may have been stopped before anybody listened
  return unlisten;
}

/** The terminal of a child in the foreground, as a shell expects it of a job. */
export interface Foreground {
  /** The child stopped, so this process stops too, and the shell gets the terminal. Returns when it is continued. */
  suspend(): void;
  /** The child ended: the terminal comes back. */
  end(): void;
}

/** For a child that is started next: what this needs is asked for first, so that a failure leaves nothing running. */
export function foregroundFor(system: System): (child: number) => Foreground {
  const addon = loadAddon(system);
  const own = readStat(system.pid, system)?.pgid ?? system.pid;
  const pass = (from: number, to: number): boolean =>
    addon.foreground(0) === from && addon.foreground(to) === to;
  return (child) => ({
    suspend: () => {
      // The kernel does not stop PID 1, and nobody could continue it.
      if (system.pid === 1 || addon.foreground(0) < 0) return;
      pass(child, own);
      sendSignal(system.pid, 'SIGSTOP', system);
      pass(own, child);
      sendSignal(-child, 'SIGCONT', system);
    },
    end: () => {
      pass(child, own);
    },
  });
}
