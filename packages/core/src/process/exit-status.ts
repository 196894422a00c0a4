import { type Signal, signalName, signalNumber } from '../signals/names.ts';

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

/** From the number that wait(2) gives; it knows real-time signals, which a `ChildProcess` reports as exit code 0. */
export function waitStatus(status: number): ExitStatus & { readonly coreDumped: boolean } {
  const signal = status & 0x7f;
  const coreDumped = (status & 0x80) !== 0;
  if (signal === 0) return { exitCode: (status >> 8) & 0xff, coreDumped };
  // 32 and 33 are what the C library keeps for itself; they have no name.
  if (signal === 32 || signal === 33) return { exitCode: 128 + signal, coreDumped };
  return { exitCode: 128 + signal, signal: signalName(signal), coreDumped };
}
