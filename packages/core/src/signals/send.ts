import type { System } from '../system.ts';
import { type Signal, signalNumber } from './names.ts';

/**
 * Sends a signal to a process or, with a negative pid, to a group. False when nobody was there to get it. As with
 * kill(2), 0 is no signal and only asks.
 */
export function sendSignal(pid: number, signal: Signal | number, system: System): boolean {
  const number = signal === 0 ? 0 : signalNumber(signal);
  try {
    system.kill(pid, number);
    return true;
  } catch (error) {
    // ESRCH alone is dropped: between looking and killing a process may end, and that is what we wanted.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** A process that is stopped gets such a signal only once it continues; SIGKILL needs no help. */
export function endsProcess(signal: Signal): boolean {
  return ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP'].includes(signal);
}
