import { type Signal, signalNumber } from './signals.ts';

/** How a process ended. */
export interface ExitStatus {
  /** 0 to 255, as a shell gives it: 128+n after a death by signal n. */
  readonly exitCode: number;
  /** The signal that killed it, where one did. */
  readonly signal?: Signal;
}

/** From the arguments of a `ChildProcess` `exit` event. */
export function exitStatus(code: number | null, signal: string | null): ExitStatus {
  if (signal === null) return { exitCode: code ?? 0 };
  const name = signal as Signal;
  return { exitCode: 128 + signalNumber(name), signal: name };
}
